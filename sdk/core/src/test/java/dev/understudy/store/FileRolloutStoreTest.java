package dev.understudy.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.RolloutStoreContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every store promises, in files; and what the files are like. */
class FileRolloutStoreTest extends RolloutStoreContract {

    @TempDir
    private Path parent;

    private Path directory() {
        return parent.resolve("var").resolve("state");
    }

    @Override
    protected RolloutStore store() {
        return new FileRolloutStore(directory());
    }

    @Test
    void reading_creates_nothing() {
        store().read("qa_agent");
        store().setAside("qa_agent");

        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void a_file_is_text_that_an_operator_can_read() {
        store().write("qa_agent", 0, StoredRecord.first(Map.of("share", "5000", "phase", "RUNNING", "why", "a\nb")));

        assertThat(directory().resolve("qa_agent.state")).hasContent("""
                understudy-state 1
                key qa_agent
                epoch 1
                phase=RUNNING
                share=5000
                why=a\\nb
                sha256 CHECKSUM
                """.replace(
                        "CHECKSUM", "c51c82ae398a3b06448f71365c79ce0364e9a66cdf7d8318eee2a05d9c88aa2d"));
    }

    @Test
    void only_its_owner_may_read_what_was_created() throws Exception {
        store().write("qa_agent", 0, StoredRecord.first(Map.of()));

        assertThat(permissions(directory().getParent())).isEqualTo("rwx------");
        assertThat(permissions(directory())).isEqualTo("rwx------");
        for (Path file : files()) {
            assertThat(permissions(file)).as(file.toString()).isEqualTo("rw-------");
        }
    }

    @Test
    void beside_the_state_there_are_only_the_lock_and_the_mark() throws Exception {
        store().write("qa_agent", 0, StoredRecord.first(Map.of()));
        store().write(
                        "qa_agent",
                        1,
                        new StoredRecord(2, StoredRecord.first(Map.of()).fields()));

        assertThat(files())
                .extracting(file -> file.getFileName().toString())
                .containsExactlyInAnyOrder("qa_agent.state", ".qa_agent.lock", ".qa_agent.epoch");
    }

    @Test
    void a_relative_directory_is_fixed_when_the_store_is_made() {
        FileRolloutStore store = new FileRolloutStore(Path.of("state", "..", "rollout"));

        assertThat(store.directory()).isEqualTo(Path.of("rollout").toAbsolutePath());
        assertThat(store).hasToString("directory " + store.directory());
    }

    @Test
    void the_directory_may_be_reached_through_a_link() throws Exception {
        Files.createDirectory(parent.resolve("volume"));
        Path link = Files.createSymbolicLink(parent.resolve("link"), Path.of("volume"));
        StoredRecord record = StoredRecord.first(Map.of("share", "5000"));

        assertThat(new FileRolloutStore(link).write("qa_agent", 0, record)).isTrue();

        assertThat(new FileRolloutStore(parent.resolve("volume")).read("qa_agent"))
                .contains(record);
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> all = Files.list(directory())) {
            return all.toList();
        }
    }

    private static String permissions(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
