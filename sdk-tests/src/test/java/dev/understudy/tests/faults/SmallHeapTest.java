package dev.understudy.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.Attempt;
import dev.understudy.tests.hostile.HostileServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every size that comes from outside has a cap, and the caps together fit into a small heap. */
@Rule("R29")
class SmallHeapTest {

    private static final Map<String, String> ENDS = new TreeMap<>(Map.ofEntries(
            Map.entry("fault:big-body", "too_large"),
            Map.entry("fault:big-chunked-body", "too_large"),
            Map.entry("fault:endless-body", "too_large"),
            Map.entry("fault:endless-whitespace", "too_large"),
            Map.entry("fault:gzip-bomb", "too_large"),
            Map.entry("fault:huge-error", "upstream"),
            Map.entry("fault:endless-error", "upstream"),
            Map.entry("fault:endless-headers", "too_large"),
            Map.entry("fault:endless-header-line", "too_large"),
            Map.entry("fault:endless-status-line", "too_large"),
            Map.entry("fault:endless-trailers", "too_large"),
            Map.entry("fault:endless-chunk-size", "too_large"),
            Map.entry("fault:huge-header", "too_large"),
            Map.entry("fault:many-headers", "too_large"),
            Map.entry("fault:flood-1xx", "too_large"),
            Map.entry("fault:deep-json", "malformed"),
            Map.entry("fault:deep-objects", "malformed"),
            Map.entry("fault:huge-number", "malformed"),
            Map.entry("fault:huge-name", "malformed"),
            Map.entry("fault:stream-endless-line", "too_large"),
            Map.entry("fault:stream-tiny-events", "too_large"),
            Map.entry("fault:stream;tokens=20000", "answer"),
            Map.entry("fault:answer", "answer")));

    @Test
    void whatever_comes_a_heap_of_192_mib_suffices(@TempDir Path directory) throws Exception {
        try (HostileServer server = HostileServer.start()) {
            Path output = directory.resolve("small-heap.txt");
            Process small = start(server, new ArrayList<>(ENDS.keySet()), output);
            try {
                assertThat(small.waitFor(120, TimeUnit.SECONDS)).as("ended").isTrue();
            } finally {
                small.destroyForcibly();
            }

            List<String> expected = new ArrayList<>();
            ENDS.forEach((model, end) -> expected.add(model + " " + end));
            expected.add("alive");
            assertThat(Files.readAllLines(output)).containsExactlyElementsOf(expected);
            assertThat(small.exitValue()).isZero();
            assertThat(server.log().attempts())
                    .as("300 MiB were not taken")
                    .filteredOn(attempt -> attempt.model().contains("body")
                            || attempt.model().contains("endless")
                            || attempt.model().contains("tiny"))
                    .extracting(Attempt::bytesWritten)
                    .allMatch(bytes -> bytes < 64L * 1024 * 1024);
        }
    }

    private static Process start(HostileServer server, List<String> models, Path output) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                // Surefire hides the real class path behind a jar of its own.
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                SmallHeap.class.getName(),
                server.baseUrl().toString()));
        command.addAll(models);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(new File(output.toString()))
                .start();
    }
}
