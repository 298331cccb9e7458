package dev.understudy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.understudy.error.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every state of the directory in which a process may die: the old record holds, and the next writer cleans up. */
class LeftoversTest {

    @TempDir
    private Path directory;

    private FileRolloutStore store;
    private Path fresh;
    private StoredRecord old;
    private StoredRecord next;

    @BeforeEach
    void write() {
        store = new FileRolloutStore(directory);
        fresh = directory.resolve(".qa_agent.new");
        old = StoredRecord.first(Map.of("share", "5000"));
        next = old.next(Map.of("share", "25000"));
        store.write("qa_agent", 0, old);
    }

    @Test
    void a_new_text_that_never_got_its_name_is_ignored_wherever_it_ends() throws IOException {
        byte[] text = RecordFormat.encode("qa_agent", next);
        for (int length = 0; length <= text.length; length++) {
            Files.write(fresh, Arrays.copyOf(text, length));
            assertThat(store.read("qa_agent")).as("cut at %s", length).contains(old);
        }

        assertThat(store.write("qa_agent", 1, next)).isTrue();

        assertThat(store.read("qa_agent")).contains(next);
        assertThat(fresh).doesNotExist();
    }

    @Test
    void a_first_text_that_never_got_its_name_leaves_nothing_written() throws IOException {
        Files.write(directory.resolve(".legal_agent.new"), RecordFormat.encode("legal_agent", old));
        Files.createFile(directory.resolve(".legal_agent.lock"));

        assertThat(store.read("legal_agent")).isEmpty();
        assertThat(store.write("legal_agent", 0, old)).isTrue();
        assertThat(store.read("legal_agent")).contains(old);
    }

    @Test
    void a_link_that_lies_in_wait_is_not_followed() throws IOException {
        Path victim = Files.writeString(directory.resolve("victim"), "precious");
        Files.createSymbolicLink(fresh, victim);

        assertThat(store.write("qa_agent", 1, next)).isTrue();

        assertThat(victim).hasContent("precious");
        assertThat(store.read("qa_agent")).contains(next);
    }

    @Test
    void a_lock_that_is_a_link_is_refused() throws IOException {
        Path victim = directory.resolve("victim");
        Files.createSymbolicLink(directory.resolve(".legal_agent.lock"), victim);

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.write("legal_agent", 0, old))
                .withMessageContaining("its lock " + directory.resolve(".legal_agent.lock") + " is a symbolic link")
                .matches(refusal -> !refusal.damaged());
        assertThat(victim).doesNotExist();
    }
}
