package dev.understudy.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a {@link Worker} to its end, or for as long as it may take. */
final class WorkerProcess {

    private static final int PATIENCE_SECONDS = 120;

    private WorkerProcess() {}

    /**
     * Measures in a new JVM.
     *
     * @param jdk on which
     * @param options of that JVM
     * @param arguments for the worker
     * @return what was measured; nothing if it failed, which it has said on standard error
     */
    static Figures run(Jdk jdk, List<String> options, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(jdk.java()));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Worker.class.getName()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("side-by-side", ".txt");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!ended) {
                process.destroyForcibly();
            }
            Figures figures = new Figures();
            if (!ended || process.waitFor() != 0) {
                System.err.println("Not measured: " + String.join(" ", arguments));
            } else {
                Files.readString(output, StandardCharsets.UTF_8).lines().forEach(figures::read);
            }
            return figures;
        } finally {
            Files.delete(output);
        }
    }
}
