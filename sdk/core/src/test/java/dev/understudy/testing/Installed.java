package dev.understudy.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Programs that tests of real components need: a test skips where one is missing, and fails where the build must run them all,
 * which it says by the environment variable {@code CI}.
 */
public final class Installed {

    private Installed() {}

    /**
     * Skips the calling test, or fails it, unless all programs are there.
     *
     * @param howTo what to type to have them, such as {@code apt-get install prometheus}
     * @param programs by their names on the path
     */
    public static void require(String howTo, String... programs) {
        List<String> missing =
                Stream.of(programs).filter(name -> find(name).isEmpty()).toList();
        if (missing.isEmpty()) {
            return;
        }
        String reason = String.join(" and ", missing) + " must be on the PATH: " + howTo;
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(reason);
        }
        Assumptions.assumeTrue(false, reason);
    }

    /** Where a program is on the path. */
    public static Optional<Path> find(String program) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
