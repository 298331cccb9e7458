package dev.understudy.tests.load;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** {@link Callers} in their own JVM, and what they say; ends with the test. */
final class Crowd implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Process process;
    private final BufferedReader output;
    private final Map<String, String> facts = new LinkedHashMap<>();
    private final List<String> pinned = new ArrayList<>();
    private final StringBuilder all = new StringBuilder();
    private boolean idle;

    private Crowd(Process process) {
        this.process = process;
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static Crowd start(PatientServer server, int heapMib) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMib + "m",
                "-XX:+ExitOnOutOfMemoryError",
                // Nothing of ours may be below what is shown of a stack.
                "-XX:FlightRecorderOptions:stackdepth=256",
                "-cp",
                // Surefire hides the real class path behind a jar of its own.
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                        .replaceAll("[^" + File.pathSeparator + "]*logback[^" + File.pathSeparator + "]*", ""),
                Callers.class.getName(),
                server.baseUrl().toString()));
        return new Crowd(new ProcessBuilder(command).redirectErrorStream(true).start()).until("ready");
    }

    /** Lets so many call, and some more. */
    Crowd call(Callers.Way way, Callers.End end, int permits, int more) throws IOException {
        facts.clear();
        pinned.clear();
        all.setLength(0);
        idle = false;
        write(way + " " + end + " " + permits + " " + more);
        return this;
    }

    /** Listens until it says this, and remembers everything. */
    Crowd until(String word) throws IOException {
        CompletableFuture<Void> inTime = new CompletableFuture<>();
        inTime.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).exceptionally(late -> {
            close(); // and the line that is waited for is the last
            return null;
        });
        try {
            return listen(word);
        } finally {
            inTime.complete(null);
        }
    }

    private Crowd listen(String word) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            all.append(line).append('\n');
            String[] parts = line.split(" ", 2);
            if (parts[0].equals("pinned")) {
                pinned.add(parts[1]);
            } else if (parts.length == 2) {
                facts.put(parts[0], parts[1]);
            }
            if (parts[0].equals(word)) {
                idle = word.equals("over");
                return this;
            }
        }
        throw new AssertionError("The callers ended without a word of '" + word + "':\n" + all);
    }

    /** Answers what it asked. */
    Crowd goOn() throws IOException {
        write("go on");
        return this;
    }

    private void write(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Whether everything was said; after a test that failed it is not. */
    boolean isIdle() {
        return idle;
    }

    String fact(String name) {
        String fact = facts.get(name);
        if (fact == null) {
            throw new AssertionError("Nothing was said of '" + name + "':\n" + all);
        }
        return fact;
    }

    int number(String name) {
        return Integer.parseInt(fact(name));
    }

    /** How calls ended, and how many so. */
    Map<String, Integer> ends() {
        Map<String, Integer> ends = new LinkedHashMap<>();
        facts.forEach((name, value) -> {
            if (name.startsWith("end.")) {
                ends.put(name.substring("end.".length()), Integer.valueOf(value));
            }
        });
        return ends;
    }

    List<String> pinned() {
        return pinned;
    }

    /** Everything that was said. */
    String story() {
        return all.toString();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
