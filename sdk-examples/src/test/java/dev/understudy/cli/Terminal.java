package dev.understudy.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** Where the command {@code understudy} runs in this process. */
public final class Terminal {

    private final StringWriter written = new StringWriter();

    /** Runs a command; returns its exit code. */
    public int run(List<String> args) {
        PrintWriter screen = new PrintWriter(written, true);
        return Understudy.commandLine().setOut(screen).setErr(screen).execute(args.toArray(String[]::new));
    }

    /** Writes a line of its own. */
    public void print(String line) {
        written.append(line).append('\n');
    }

    /** Everything that stands on it. */
    public String text() {
        return written.toString();
    }
}
