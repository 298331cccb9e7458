package dev.understudy.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A Java process of its own, with the class path of the test (save for what logs), that says on its standard output what it
 * has done. It ends with the test: killed, not asked.
 */
public final class ChildJvm implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;

    private ChildJvm(Process process) {
        this.process = process;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Runs a class's {@code main}. */
    public static ChildJvm start(Class<?> main, Object... arguments) throws IOException {
        return new ChildJvm(new ProcessBuilder(command(main, arguments))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    /** Runs a class's {@code main} in a shell that was told something first, such as a limit. */
    public static ChildJvm startAfter(String shell, Class<?> main, Object... arguments) throws IOException {
        String java = command(main, arguments).stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" ", shell + "; exec ", ""));
        return new ChildJvm(new ProcessBuilder("sh", "-c", java)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    private static List<String> command(Class<?> main, Object... arguments) {
        // Surefire hides the real class path behind a jar of its own.
        String all = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String quiet = Arrays.stream(all.split(File.pathSeparator))
                .filter(entry -> !entry.contains("logback"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                quiet,
                main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return command;
    }

    public long pid() {
        return process.pid();
    }

    /** Waits for the next line; null after the last. */
    public @Nullable String line() throws IOException {
        return output.readLine();
    }

    /** Says a line to it. */
    public void say(String line) throws IOException {
        OutputStream input = process.getOutputStream();
        input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        input.flush();
    }

    /** Ends it as a power cut would: nothing of it runs any more. Returns what it had said and nobody had read. */
    public List<String> kill() throws IOException, InterruptedException {
        process.toHandle().destroyForcibly(); // the process's own method would close its output
        List<String> rest = output.lines().toList();
        process.waitFor();
        return rest;
    }

    /** Waits until it ends by itself. */
    public int exitValue() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the child does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
