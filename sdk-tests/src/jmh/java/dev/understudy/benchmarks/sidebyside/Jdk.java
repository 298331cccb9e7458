package dev.understudy.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * A JDK to measure on.
 *
 * @param home where it is
 * @param version what it calls itself
 */
record Jdk(Path home, String version) {

    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    /** The one that this runs on. */
    static Jdk thisOne() {
        return new Jdk(Path.of(System.getProperty("java.home")), System.getProperty("java.version"));
    }

    /** Looks into its {@code release} file. */
    static Jdk at(Path home) throws IOException {
        Properties release = new Properties();
        try (var reader = Files.newBufferedReader(home.resolve("release"))) {
            release.load(reader);
        }
        return new Jdk(home, release.getProperty("JAVA_VERSION").replace("\"", ""));
    }

    boolean hasVirtualThreads() {
        return Integer.parseInt(version.split("\\D", 2)[0]) >= FIRST_WITH_VIRTUAL_THREADS;
    }

    String java() {
        return home.resolve("bin").resolve("java").toString();
    }
}
