package dev.understudy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.error.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not exactly what was written is refused, again and again, until a person sets it aside. */
class DamagedFilesTest {

    private static final StoredRecord RECORD = new StoredRecord(
            57, new TreeMap<>(Map.of("phase", "RUNNING", "share", "5000", "why", "all good, größer\n")));

    @TempDir
    private Path directory;

    private FileRolloutStore store;
    private Path state;
    private byte[] sound;

    @BeforeEach
    void write() throws IOException {
        store = new FileRolloutStore(directory);
        state = directory.resolve("qa_agent.state");
        sound = RecordFormat.encode("qa_agent", RECORD);
        Files.write(state, sound);
        assertThat(store.read("qa_agent")).contains(RECORD);
    }

    private StoreException refusal() {
        StoreException refusal = catchThrowableOfType(StoreException.class, () -> store.read("qa_agent"));
        assertThat(refusal).isNotNull();
        assertThat(refusal.damaged()).isTrue();
        assertThat(refusal.location()).isEqualTo(state.toString());
        return refusal;
    }

    private void assertRefused(String what) {
        assertThat(refusal())
                .hasMessage(
                        "State " + state + " " + what + "; nothing in it is believed until a person puts the last good"
                                + " copy back or sets it aside ('understudy rollout FILE reset' does, and keeps it under another name)");
    }

    private void assertRefused(String text, String what) throws IOException {
        Files.writeString(state, text);
        assertRefused(what);
    }

    /** The text with a checksum that fits, whatever else is wrong with it. */
    private static String sealed(String body) throws Exception {
        byte[] digest =
                java.security.MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
        return body + "sha256 " + java.util.HexFormat.of().formatHex(digest) + "\n";
    }

    @Test
    void cut_at_any_byte_it_is_refused() throws IOException {
        for (int length = 0; length < sound.length; length++) {
            Files.write(state, Arrays.copyOf(sound, length));
            assertThat(refusal()).as("cut at %s", length).hasMessageContaining(" is torn: ");
        }
    }

    @Test
    void with_any_single_bit_flipped_it_is_refused() throws IOException {
        for (int bit = 0; bit < sound.length * 8; bit++) {
            byte[] flipped = sound.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            Files.write(state, flipped);
            assertThat(refusal()).as("bit %s", bit).isNotNull();
        }
    }

    @Test
    void with_anything_behind_its_end_it_is_refused() throws IOException {
        for (String more : new String[] {"\n", " ", "\0", "x=y\n"}) {
            assertRefused(
                    new String(sound, StandardCharsets.UTF_8) + more, "is torn: it does not end with its checksum");
        }
    }

    @Test
    void the_message_says_which_file_what_is_wrong_and_what_to_do() throws Exception {
        assertRefused("", "is torn: it is empty");
        assertRefused("understudy-st", "is torn: its first line is cut");
        assertRefused("share: 5000\n", "is foreign: Understudy did not write it");
        assertRefused(
                new String(sound, StandardCharsets.UTF_8).replace("5000", "9000"),
                "was changed: its checksum does not fit");
        assertRefused(
                "understudy-state 2\n{\"epoch\":1}\n",
                "is of another format than 1, the one that is known here: a newer version of Understudy wrote it, or its"
                        + " first line was changed");
        assertRefused("x".repeat(RecordFormat.MAX_BYTES + 1), "is larger than 266240 bytes, and no record is");
    }

    @Test
    void another_agents_file_is_refused() throws Exception {
        store.write("legal_agent", 0, StoredRecord.first(Map.of()));
        Files.copy(directory.resolve("legal_agent.state"), directory.resolve("analyst_agent.state"));

        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.read("analyst_agent"))
                .withMessageContaining("is foreign: it belongs to 'legal_agent', not to 'analyst_agent'");
    }

    @Test
    void a_sealed_text_that_understudy_would_not_write_is_refused() throws Exception {
        String otherwise = "is not written as Understudy writes it, although its checksum fits";
        String head = "understudy-state 1\nkey qa_agent\nepoch 1\n";
        assertRefused(sealed(head + "b=1\na=2\n"), otherwise);
        assertRefused(sealed(head + "a=1\na=2\n"), otherwise);
        assertRefused(sealed(head + "a=\\u0041\n"), otherwise);
        assertRefused(sealed(head.replace("epoch 1", "epoch +1")), otherwise);

        String senseless = "cannot be understood, although its checksum fits";
        assertRefused(sealed(head + "no equals sign\n"), senseless);
        assertRefused(sealed(head + "=\n"), senseless);
        assertRefused(sealed(head + "a=\\x\n"), senseless);
        assertRefused(sealed(head + "a=\\u12\n"), senseless);
        assertRefused(sealed(head + "a=\\\n"), senseless);
        assertRefused(sealed(head.replace("epoch 1", "epoch 0")), senseless);
        assertRefused(sealed(head.replace("epoch 1", "epoch one")), senseless);
        assertRefused(sealed("understudy-state 1\nkey qa_agent\n"), senseless);
        assertRefused(sealed("understudy-state 1\n"), senseless);
    }

    @Test
    void a_directory_a_link_and_a_pipe_are_refused() throws Exception {
        Files.delete(state);
        Files.createDirectories(state.resolve("inner"));
        assertRefused("is foreign: it is a directory");

        Files.delete(state.resolve("inner"));
        Files.delete(state);
        Path elsewhere = Files.write(directory.resolve("elsewhere"), sound);
        Files.createSymbolicLink(state, elsewhere);
        assertRefused("is foreign: it is a symbolic link");

        Files.delete(state);
        Files.createSymbolicLink(state, Path.of("nowhere"));
        assertRefused("is foreign: it is a symbolic link");

        Files.delete(state);
        assertThat(new ProcessBuilder("mkfifo", state.toString()).start().waitFor())
                .isZero();
        assertRefused("is foreign: it is no file");
    }

    @Test
    void nothing_is_written_over_it() throws IOException {
        byte[] torn = Arrays.copyOf(sound, 40);
        Files.write(state, torn);

        for (long expected : new long[] {0, 56, 57}) {
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(
                            () -> store.write("qa_agent", expected, new StoredRecord(expected + 1, RECORD.fields())))
                    .matches(StoreException::damaged);
        }

        assertThat(state).hasBinaryContent(torn);
    }

    @Test
    void set_aside_it_is_kept_and_epochs_go_on_growing() throws IOException {
        byte[] torn = Arrays.copyOf(sound, 60);
        Files.write(state, torn);

        Optional<String> where = store.setAside("qa_agent");

        assertThat(where).contains(state + ".refused-1");
        assertThat(Path.of(where.orElseThrow())).hasBinaryContent(torn);
        StoredRecord blank = store.read("qa_agent").orElseThrow();
        assertThat(blank.isBlank()).isTrue();
        assertThat(blank.epoch()).isEqualTo(58);
        assertThat(store.write("qa_agent", 58, blank.next(Map.of("share", "1000"))))
                .isTrue();
        assertThat(store.setAside("qa_agent")).as("a sound one").isEmpty();
    }

    @Test
    void whoever_wrote_before_it_was_set_aside_writes_nothing_after() throws IOException {
        store.write("qa_agent", 57, RECORD.next(RECORD.fields()));
        Files.writeString(state, "not even the epoch is left");

        store.setAside("qa_agent");

        assertThat(store.read("qa_agent").orElseThrow().epoch())
                .as("the mark beside it remembers")
                .isEqualTo(59);
        assertThat(store.write("qa_agent", 58, new StoredRecord(59, RECORD.fields())))
                .isFalse();
    }

    @Test
    void whatever_stands_there_can_be_set_aside() throws Exception {
        Files.delete(state);
        Files.createDirectories(state.resolve("inner"));
        assertThat(store.setAside("qa_agent")).contains(state + ".refused-1");
        assertThat(directory.resolve("qa_agent.state.refused-1/inner")).isDirectory();

        Files.delete(state);
        Path elsewhere = Files.write(directory.resolve("elsewhere"), sound);
        Files.createSymbolicLink(state, elsewhere);
        assertThat(store.setAside("qa_agent")).contains(state + ".refused-2");
        assertThat(directory.resolve("qa_agent.state.refused-2")).isSymbolicLink();
        assertThat(elsewhere).as("what the link led to").hasBinaryContent(sound);

        Files.write(state, new byte[RecordFormat.MAX_BYTES + 1]);
        assertThat(store.setAside("qa_agent")).contains(state + ".refused-3");
        assertThat(store.read("qa_agent").orElseThrow().isBlank()).isTrue();
    }
}
