package dev.understudy.tests.node;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * A folder of {@code src/test/node}: a {@code package.json} that names what it needs in exact versions, and scripts. It is copied
 * to {@code target/node} and installed there, once for each {@code package.json}; a build that has it needs no network.
 *
 * <p>Where there is no Node.js, or what is needed cannot be had, a test is skipped; with {@code CI=true} it fails.
 */
public final class NodeProject {

    private static final Duration INSTALL_PATIENCE = Duration.ofMinutes(2);
    private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock();

    private final Path folder;

    private NodeProject(Path folder) {
        this.folder = folder;
    }

    /**
     * How a script ended.
     *
     * @param exitCode 0 where all was well
     * @param output what it said, on both streams
     */
    public record Run(int exitCode, String output) {}

    /** Installs a project, or skips the test. */
    public static NodeProject installed(String name) throws IOException, InterruptedException {
        boolean mustRun = "true".equals(System.getenv("CI"));
        if (!mustRun) {
            assumeTrue(
                    isOnPath("node") && isOnPath("npm"),
                    "there is no Node.js on this machine: apt-get install nodejs npm");
        }
        ONE_AT_A_TIME.lock();
        try {
            NodeProject project = new NodeProject(module().resolve("target/node/" + name));
            Run install = project.install(module().resolve("src/test/node/" + name));
            if (install.exitCode != 0 && !mustRun) {
                assumeTrue(false, "what " + name + " needs could not be had from npm: " + install.output);
            }
            if (install.exitCode != 0) {
                throw new AssertionError("npm install failed: " + install.output);
            }
            return project;
        } finally {
            ONE_AT_A_TIME.unlock();
        }
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
    }

    /** The folder of this module: Maven and IDEs start tests in different folders. */
    private static Path module() {
        Path here = Path.of("").toAbsolutePath();
        return Files.isDirectory(here.resolve("src/test/node")) ? here : here.resolve("sdk-tests");
    }

    private Run install(Path source) throws IOException, InterruptedException {
        String needed = Files.readString(source.resolve("package.json"));
        Path mark = folder.resolve("installed.json");
        boolean done = Files.exists(mark) && Files.readString(mark).equals(needed);
        copy(source);
        if (done) {
            return new Run(0, "");
        }
        Run run = run(
                INSTALL_PATIENCE,
                Map.of(),
                List.of(
                        "npm",
                        "install",
                        "--ignore-scripts",
                        "--no-audit",
                        "--no-fund",
                        "--no-package-lock",
                        "--loglevel=error"));
        if (run.exitCode == 0) {
            Files.writeString(mark, needed);
        }
        return run;
    }

    private void copy(Path source) throws IOException {
        Files.createDirectories(folder);
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Runs a script to its end, or ends it when it takes too long. */
    public Run run(Duration patience, Map<String, String> environment, String script, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("node", script));
        command.addAll(List.of(arguments));
        return run(patience, environment, command);
    }

    private Run run(Duration patience, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
            String said = Files.readString(output);
            return ended ? new Run(process.exitValue(), said) : new Run(-1, said + "\n(ended after " + patience + ")");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            Files.delete(output);
        }
    }
}
