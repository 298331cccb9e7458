package dev.understudy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.error.StoreException;
import dev.understudy.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be written leaves what was written before as it is, and says so. */
class FullDiskTest {

    private static final StoredRecord SMALL = StoredRecord.first(Map.of("share", "5000"));

    @TempDir
    private Path directory;

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void a_disk_that_is_full_half_way_keeps_the_old_record() throws Exception {
        FileRolloutStore store = new FileRolloutStore(directory);
        store.write("qa_agent", 0, SMALL);

        // No file of that process grows beyond 32 blocks of 512 bytes (or 1,024, says the shell): the rest does not
        // fit.
        try (ChildJvm writer = ChildJvm.startAfter("ulimit -f 32", BigWriter.class, directory)) {
            // What the system calls it depends on its language.
            assertThat(writer.line())
                    .startsWith("State " + directory.resolve("qa_agent.state") + " cannot be written: ")
                    .endsWith("; what was written before is untouched; give it a directory on a local disk where this"
                            + " process may write, with some space left");
            assertThat(writer.line()).isEqualTo("unavailable");
            assertThat(writer.exitValue()).isZero();
        }

        assertThat(store.read("qa_agent")).contains(SMALL);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).as("the half one is removed").hasSize(3);
        }
        assertThat(store.write("qa_agent", 1, SMALL.next(Map.of()))).isTrue();
    }

    /** Another process that writes more than it may. */
    static final class BigWriter {
        public static void main(String[] arguments) {
            try {
                new FileRolloutStore(Path.of(arguments[0]))
                        .write("qa_agent", 1, SMALL.next(Map.of("evidence", "x".repeat(200_000))));
            } catch (StoreException full) {
                System.out.println(full.getMessage());
                System.out.println(full.damaged() ? "damaged" : "unavailable");
            }
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void a_full_disk_sets_nothing_aside() throws Exception {
        FileRolloutStore store = new FileRolloutStore(directory);
        store.write("qa_agent", 0, SMALL);
        Path state = directory.resolve("qa_agent.state");
        byte[] torn = Arrays.copyOf(Files.readAllBytes(state), 40);
        Files.write(state, torn);
        // The next text cannot be made.
        Files.createDirectories(directory.resolve(".qa_agent.new/inner"));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.setAside("qa_agent"))
                .withMessageContaining("cannot be set aside: ")
                .matches(refusal -> !refusal.damaged());

        assertThat(state).hasBinaryContent(torn);
    }

    @Test
    void a_file_or_a_broken_link_in_place_of_the_directory_is_no_first_start() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("not-mounted"));
        for (Path wrong : List.of(file, link)) {
            for (Path place : List.of(wrong, wrong.resolve("state"))) {
                FileRolloutStore store = new FileRolloutStore(place);

                assertThatExceptionOfType(StoreException.class)
                        .isThrownBy(() -> store.read("qa_agent"))
                        .withMessageStartingWith("State " + place.resolve("qa_agent.state") + " cannot be read: ")
                        .matches(refusal -> !refusal.damaged());
                assertThatExceptionOfType(StoreException.class)
                        .isThrownBy(() -> store.write("qa_agent", 0, SMALL))
                        .withMessageStartingWith("State " + place.resolve("qa_agent.state") + " cannot be written: ")
                        .matches(refusal -> !refusal.damaged());
            }
        }
    }
}
