package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.chat.Secret;
import dev.understudy.config.ConfigurationFile.Judgement;
import dev.understudy.error.ConfigurationException;
import dev.understudy.testing.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationFileTest {

    private static final String YAML = """
            providers:
              mistral: { api: openai, base_url: "https://api.mistral.ai/v1", api_key: file:key }
            deployments:
              steady: { provider: mistral }
              tuned: { provider: mistral, temperature: 0.7 }
            agents:
              qa_agent:
                baseline: steady
                candidate: tuned
                timeout: 5s
                rollout: { percentage: 25 }
              support_agent:
                baseline: steady
                retries:
                  with_fallback: 1
                  without_fallback: 2
            """;

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private Path path;
    private ConfigurationFile file;
    private Configuration first;

    @BeforeEach
    void load() throws IOException {
        path = folder.resolve("understudy.yaml");
        Files.writeString(folder.resolve("key"), "first-key\n");
        write(YAML);
        file = new ConfigurationFile(path, new ConfigurationReader(environment::get, Map.of("openai", Given.OPENAI)));
        first = file.load();
    }

    private void write(String content) {
        write(content.getBytes(StandardCharsets.UTF_8));
    }

    private void write(byte[] content) {
        try {
            Files.write(path, content);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static double percentage(Configuration configuration) {
        return configuration.agents().get("qa_agent").rollout().share().percent();
    }

    /** What comes of looking until it is certain. */
    private Judgement settled() {
        for (int i = 0; i < 3; i++) {
            Judgement judgement = file.look();
            if (judgement != null) {
                return judgement;
            }
        }
        throw new AssertionError("nothing new");
    }

    private void nothingNew() {
        for (int i = 0; i < 5; i++) {
            assertThat(file.look()).isNull();
            assertThat(file.isChanging()).isFalse();
        }
    }

    private void refused(String sentence) {
        Judgement judgement = settled();
        assertThat(judgement.configuration()).isNull();
        assertThat(judgement.refusal().problems())
                .anySatisfy(problem -> assertThat(problem).contains(sentence));
        nothingNew(); // told once
    }

    // What is seen

    @Test
    void a_file_that_nobody_touches_is_never_news() {
        nothingNew();
    }

    @Test
    @Rule("R22")
    void an_edit_in_place_is_taken_when_two_looks_saw_the_same() {
        write(YAML.replace("25", "5"));
        assertThat(file.look()).isNull();
        assertThat(file.isChanging()).isTrue();
        assertThat(percentage(file.look().configuration())).isEqualTo(5);
        assertThat(file.isChanging()).isFalse();
        nothingNew();
    }

    @Test
    @Rule("R22")
    void a_file_that_is_renamed_over_it_is_seen() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), YAML.replace("25", "50"));
        Files.move(other, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertThat(percentage(settled().configuration())).isEqualTo(50);
    }

    @Test
    @Rule("R22")
    void the_same_size_and_time_hide_nothing() throws IOException {
        FileTime time = Files.getLastModifiedTime(path);
        write(YAML.replace("25", "75"));
        Files.setLastModifiedTime(path, time);
        assertThat(Files.size(path)).isEqualTo(YAML.length());
        assertThat(percentage(settled().configuration())).isEqualTo(75);
    }

    @Test
    @Rule("R22")
    void a_swap_of_the_link_to_its_folder_is_seen() throws IOException {
        Path data = folder.resolve("..data");
        Files.createDirectory(folder.resolve("..1"));
        Files.createDirectory(folder.resolve("..2"));
        Files.writeString(folder.resolve("..1/understudy.yaml"), YAML);
        Files.writeString(folder.resolve("..2/understudy.yaml"), YAML.replace("25", "2"));
        Files.createSymbolicLink(data, Path.of("..1"));
        Files.delete(path);
        Files.createSymbolicLink(path, Path.of("..data/understudy.yaml"));
        nothingNew();
        Files.createSymbolicLink(folder.resolve("..tmp"), Path.of("..2"));
        Files.move(folder.resolve("..tmp"), data, StandardCopyOption.ATOMIC_MOVE);
        assertThat(percentage(settled().configuration())).isEqualTo(2);
    }

    @Test
    void a_comment_is_news_but_not_another_configuration() {
        write("# good morning\n" + YAML);
        assertThat(settled().configuration()).isEqualTo(first);
        nothingNew();
    }

    // Keys

    @Test
    @Rule("R22")
    void another_key_in_the_key_file_is_a_change_of_its_own() throws IOException {
        Files.writeString(folder.resolve("key"), "other-key\n");
        assertThat(settled().configuration().providers().get("mistral").apiKey())
                .isEqualTo(Secret.of("file:key", "other-key"));
        nothingNew();
    }

    @Test
    void a_key_file_that_is_being_written_is_not_read() throws IOException {
        Files.writeString(folder.resolve("key"), "");
        assertThat(file.look()).isNull();
        Files.writeString(folder.resolve("key"), "other");
        assertThat(file.look()).isNull();
        Files.writeString(folder.resolve("key"), "other-key\n");
        assertThat(file.look()).isNull();
        assertThat(file.look().configuration().providers().get("mistral").apiKey())
                .isEqualTo(Secret.of("file:key", "other-key"));
    }

    @Test
    void a_key_file_that_is_gone_is_refused_and_heals_when_it_is_back() throws IOException {
        Files.delete(folder.resolve("key"));
        refused("does not exist");
        Files.writeString(folder.resolve("key"), "first-key\n");
        assertThat(settled().configuration()).isEqualTo(first);
    }

    @Test
    void an_environment_that_changes_is_seen() {
        environment.put("KEY", "first");
        write(YAML.replace("file:key", "env:KEY"));
        settled();
        nothingNew();
        environment.put("KEY", "second");
        assertThat(settled().configuration().providers().get("mistral").apiKey())
                .isEqualTo(Secret.of("env:KEY", "second"));
        environment.remove("KEY");
        refused("is not set");
    }

    // What is refused

    @Test
    @Rule("R21")
    void something_bad_is_told_once_and_only_when_three_looks_saw_it() {
        write("agents: []\n");
        assertThat(file.look()).isNull();
        assertThat(file.isChanging()).isTrue();
        assertThat(file.look()).isNull();
        assertThat(file.isChanging()).isFalse();
        assertThat(file.look().refusal().problems()).isNotEmpty();
        nothingNew();
        write("agents: {}\n");
        assertThat(settled().refusal()).isNotNull();
        nothingNew();
    }

    @Test
    @Rule("R21")
    void a_refused_file_that_becomes_what_it_was_is_good_again() {
        write("agents: []\n");
        settled();
        write(YAML);
        assertThat(settled().configuration()).isEqualTo(first);
        nothingNew();
    }

    @Test
    @Rule("R21")
    void an_empty_file_and_a_missing_one_are_refused() throws IOException {
        write("");
        refused("is empty");
        Files.delete(path);
        refused("there is no such file");
        write(YAML);
        assertThat(settled().configuration()).isEqualTo(first);
    }

    @Test
    @Rule({"R21", "R29"})
    void a_file_that_is_too_large_is_refused() {
        byte[] large = Arrays.copyOf(YAML.getBytes(StandardCharsets.UTF_8), 300 << 10);
        Arrays.fill(large, YAML.length(), large.length, (byte) '#');
        write(large);
        refused("is larger than 256KiB");
    }

    @Test
    void what_is_no_file_any_more_is_refused_without_being_opened() throws IOException {
        Files.delete(path);
        Files.createDirectory(path);
        assertThat(file.isRegular()).isFalse();
        refused("is not a regular file");
    }

    @Test
    void the_first_file_is_taken_at_once_or_refused_at_once() throws IOException {
        write("agents: []\n");
        ConfigurationFile bad = new ConfigurationFile(path, Given.READER);
        assertThat(catchThrowableOfType(ConfigurationException.class, bad::load).problems())
                .isNotEmpty();
    }

    // What is half written

    @Test
    @Rule("R21")
    void a_file_cut_at_any_byte_never_replaces_the_whole() {
        byte[] whole = YAML.getBytes(StandardCharsets.UTF_8);
        int goodInThemselves = 0;
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            write(cut);
            Judgement judgement = settled();
            assertThat(judgement.configuration()).as("cut to %s", length).isNull();
            if (judgement.refusal().problems().get(0).contains("it may have been cut")) {
                goodInThemselves++;
            }
            nothingNew();
            write(whole);
            assertThat(settled().configuration()).isEqualTo(first);
        }
        assertThat(goodInThemselves).isGreaterThan(5);
    }

    @Test
    @Rule("R21")
    void another_file_in_brackets_cut_at_any_byte_never_replaces_the_one_in_force() {
        byte[] other = ("---\n" + YAML.replace("25", "5") + "...\n").getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < other.length - 1; length++) {
            write(Arrays.copyOf(other, length));
            assertThat(settled().configuration()).as("cut to %s", length).isNull();
        }
        write(other);
        assertThat(percentage(settled().configuration())).isEqualTo(5);
    }

    @Test
    @Rule("R21")
    void a_file_that_is_written_byte_by_byte_is_taken_when_it_is_whole() {
        byte[] other = YAML.replace("25", "5").getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < other.length; length++) {
            write(Arrays.copyOf(other, length));
            assertThat(file.look()).as("cut to %s", length).isNull();
        }
        write(other);
        assertThat(percentage(settled().configuration())).isEqualTo(5);
    }

    @Test
    void whoever_means_to_delete_the_end_says_so() {
        String shorter = YAML.substring(0, YAML.indexOf("  support_agent"));
        write(shorter);
        refused("line 11: the file ends here, and up to here it is the one in force: it may have been cut;");
        write(shorter + "...\n");
        assertThat(settled().configuration().agents()).containsOnlyKeys("qa_agent");
        write(YAML);
        settled();
        write(shorter + "# that is all\n");
        assertThat(settled().configuration().agents()).containsOnlyKeys("qa_agent");
    }
}
