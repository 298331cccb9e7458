package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.config.YamlScalarEdit.Edited;
import dev.understudy.error.ConfigurationException;
import dev.understudy.error.EditRefusedException;
import dev.understudy.rollout.Share;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EditedFileTest {

    @TempDir
    Path folder;

    private static EditedFile.Change set(String agent, String value) {
        return (text, configuration) ->
                YamlScalarEdit.edit(text, Map.of(List.of("agents", agent, "rollout", "percentage"), old -> value));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void a_change_replaces_the_file_and_leaves_nothing_beside_it() throws IOException {
        Path file = EditGiven.file(folder);

        EditGiven.open(file).change(set("qa_agent", "5"));

        assertThat(EditGiven.text(file)).isEqualTo(EditGiven.FILE.replace("percentage: 25", "percentage: 5"));
        assertThat(names()).containsExactly("understudy.yaml");
    }

    @Test
    void whoever_has_the_old_file_open_reads_the_old_file() throws IOException {
        Path file = EditGiven.file(folder);
        try (var reader = Files.newBufferedReader(file)) {
            EditGiven.open(file).change(set("qa_agent", "5"));

            assertThat(reader.lines().toList())
                    .containsExactlyElementsOf(EditGiven.FILE.lines().toList());
        }
    }

    @Test
    void permissions_stay() throws IOException {
        Path file = EditGiven.file(folder);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        EditGiven.open(file).change(set("qa_agent", "5"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void the_byte_order_mark_and_line_ends_stay() throws IOException {
        String text = "\uFEFF" + EditGiven.FILE.replace("\n", "\r\n");
        Path file = EditGiven.file(folder, text);

        EditGiven.open(file).change(set("support_agent", "5"));

        assertThat(Files.readAllBytes(file))
                .isEqualTo(text.replace("# the same one\r\n", "# the same one\r\n    rollout: { percentage: 5 }\r\n")
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_link_stays_a_link_and_its_file_is_replaced() throws IOException {
        Path real = EditGiven.file(Files.createDirectory(folder.resolve("real")));
        Path link = Files.createSymbolicLink(folder.resolve("link.yaml"), Path.of("real", "understudy.yaml"));

        EditGiven.open(link).change(set("qa_agent", "5"));

        assertThat(link).isSymbolicLink();
        assertThat(EditGiven.text(real)).contains("percentage: 5,");
    }

    @Test
    void a_mounted_config_map_is_refused() throws IOException {
        Path version = Files.createDirectory(folder.resolve("..2026_11_21_03_07_11.123456789"));
        EditGiven.file(version);
        Files.createSymbolicLink(folder.resolve("..data"), version.getFileName());
        Path file = Files.createSymbolicLink(folder.resolve("understudy.yaml"), Path.of("..data", "understudy.yaml"));

        assertThatThrownBy(() -> EditGiven.open(file).change(set("qa_agent", "5")))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("is mounted from a Kubernetes ConfigMap or Secret, which is read-only here")
                .hasMessageContaining("kubectl edit configmap");
        assertThat(EditGiven.text(file)).isEqualTo(EditGiven.FILE);
    }

    @Test
    void a_file_with_several_names_is_refused() throws IOException {
        Path file = EditGiven.file(folder);
        Files.createLink(folder.resolve("other.yaml"), file);

        assertThatThrownBy(() -> EditGiven.open(file).change(set("qa_agent", "5")))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("hard links");
    }

    @Test
    void what_would_not_load_is_not_written() throws IOException {
        Path file = EditGiven.file(folder);

        assertThatThrownBy(() -> EditGiven.open(file).change(set("legal_agent", "5")))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("would no longer load, so it was left as it is:")
                .hasMessageContaining("there is none; name one, or write 0");
        assertThat(EditGiven.text(file)).isEqualTo(EditGiven.FILE);
        assertThat(names()).containsExactly("understudy.yaml");
    }

    @Test
    void what_does_not_load_as_it_is_is_not_changed() {
        Path file = EditGiven.file(folder, EditGiven.FILE.replace("timeout: 5s", "timeout: 5"));

        assertThatThrownBy(() -> EditGiven.open(file).change(set("qa_agent", "5")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("'5' has no unit");
    }

    @Test
    void a_missing_file_is_named() {
        assertThatThrownBy(() -> EditGiven.open(folder.resolve("none.yaml")).change(set("qa_agent", "5")))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("There is no file")
                .hasMessageContaining("none.yaml");
    }

    // Nothing gets lost

    @Test
    void a_change_in_between_is_kept_and_ours_is_made_anew() {
        Path file = EditGiven.file(folder);
        AtomicInteger times = new AtomicInteger();
        EditedFile configuration = EditGiven.open(file, () -> {
            if (times.incrementAndGet() <= 2) {
                EditGiven.file(folder, EditGiven.text(file).replaceFirst("timeout: \\d+s", "timeout: 1" + times + "s"));
            }
        });

        configuration.change(set("qa_agent", "5"));

        assertThat(times).hasValue(3);
        assertThat(EditGiven.text(file)).contains("percentage: 5,").contains("timeout: 12s");
    }

    @Test
    void a_file_that_changes_all_the_time_is_given_up() {
        Path file = EditGiven.file(folder);
        AtomicInteger times = new AtomicInteger();
        EditedFile configuration = EditGiven.open(
                file, () -> EditGiven.file(folder, EditGiven.FILE + "# " + times.incrementAndGet() + "\n"));

        assertThatThrownBy(() -> configuration.change(set("qa_agent", "5")))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("is being changed all the time");
        assertThat(EditGiven.text(file)).contains("percentage: 25,").endsWith("# 20\n");
    }

    @Test
    void a_bad_change_in_between_is_not_overwritten() {
        Path file = EditGiven.file(folder);
        EditedFile configuration = EditGiven.open(file, () -> EditGiven.file(folder, "agents:\n"));

        assertThatThrownBy(() -> configuration.change(set("qa_agent", "5"))).isInstanceOf(ConfigurationException.class);
        assertThat(EditGiven.text(file)).isEqualTo("agents:\n");
    }

    @Test
    void many_who_change_the_file_at_once_lose_nothing() throws Exception {
        int agents = 16;
        StringBuilder text = new StringBuilder(EditGiven.FILE);
        for (int i = 0; i < agents; i++) {
            text.append("  agent-").append(i).append(": { baseline: open-mistral-7b, candidate: qa-tuned-v1.3 }\n");
        }
        Path file = EditGiven.file(folder, text.toString());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Object>> changes = new ArrayList<>();
            for (int i = 0; i < agents; i++) {
                String agent = "agent-" + i;
                String value = String.valueOf(i + 1);
                changes.add(() -> EditGiven.open(file).change(set(agent, value)));
            }
            for (Future<Object> change : threads.invokeAll(changes)) {
                change.get();
            }
        } finally {
            threads.shutdownNow();
        }

        var configuration = Given.READER.withoutKeys().read(file);
        for (int i = 0; i < agents; i++) {
            assertThat(configuration.agents().get("agent-" + i).rollout().share())
                    .isEqualTo(Share.percent(i + 1));
        }
        assertThat(names()).containsExactly("understudy.yaml");
    }

    @Test
    void a_lock_file_that_a_dead_process_left_is_taken_over() throws IOException {
        Path file = EditGiven.file(folder);
        Files.writeString(folder.resolve(".understudy.yaml.lock"), "left");

        EditGiven.open(file).change(set("qa_agent", "5"));

        assertThat(names()).containsExactly("understudy.yaml");
    }

    @Test
    void nothing_to_change_touches_nothing() throws IOException {
        Path file = EditGiven.file(folder);
        Object before = Files.readAttributes(file, "unix:ino").get("ino");

        List<ConfigurationEdit.Change> changes =
                EditGiven.open(file).change((text, configuration) -> new Edited(text.text(), List.of()));

        assertThat(changes).isEmpty();
        assertThat(Files.readAttributes(file, "unix:ino")).containsEntry("ino", before);
    }
}
