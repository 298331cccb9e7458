package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class BucketTest {

    @TempDir
    Path folder;

    /** The frozen vectors; JSON is YAML. */
    private static List<Map<String, Object>> vectors() throws IOException {
        try (var in = BucketTest.class.getResourceAsStream("/bucket-vectors.json")) {
            Object all = new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            @SuppressWarnings("unchecked")
            List<Map<String, Object>> cases = (List<Map<String, Object>>) ((Map<String, Object>) all).get("cases");
            return cases;
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void every_vector_comes_out_at_every_share() throws IOException {
        List<Map<String, Object>> vectors = vectors();
        assertThat(vectors).hasSize(20);
        for (Map<String, Object> vector : vectors) {
            for (Map.Entry<String, Boolean> at : ((Map<String, Boolean>) vector.get("candidateAt")).entrySet()) {
                Path file = Given.file(
                        folder,
                        Given.FILE.replace(
                                "{ percentage: 25, salt: qa_agent }",
                                "{ percentage: " + at.getKey() + ", salt: \"" + vector.get("salt") + "\" }"));

                Run run = Run.of("bucket", file, "--agent", "qa_agent", "--unit", vector.get("unit"), "--json");

                assertThat(run.lines())
                        .containsExactly("{\"unit\":\"" + vector.get("unit") + "\",\"bucket\":"
                                + vector.get("bucket100000") + ",\"variant\":\""
                                + (at.getValue() ? "CANDIDATE" : "BASELINE") + "\"}");
            }
        }
    }

    @Test
    void a_line_for_each_unit() {
        Run run = Run.of("bucket", Given.file(folder), "--agent", "qa_agent", "--unit", "42", "--unit", "1", "--json");

        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo("""
                {"unit":"42","bucket":63656,"variant":"BASELINE"}
                {"unit":"1","bucket":20535,"variant":"CANDIDATE"}
                """.replace("\n", System.lineSeparator()));
    }

    @Test
    void units_may_look_like_anything() {
        Run run = Run.of(
                "bucket",
                Given.file(folder),
                "--agent=qa_agent",
                "--unit",
                "@file",
                "--unit=-5",
                "--unit=\"q\\",
                "--json");

        assertThat(run.code()).isZero();
        assertThat(run.lines()).hasSize(3);
        assertThat(run.lines().get(0)).startsWith("{\"unit\":\"@file\"");
        assertThat(run.lines().get(1)).startsWith("{\"unit\":\"-5\"");
        assertThat(run.lines().get(2)).startsWith("{\"unit\":\"\\\"q\\\\\"");
    }

    @Test
    void the_table_says_why() {
        Run run = Run.of("bucket", Given.file(folder), "--agent", "qa_agent", "--unit", "42", "--unit", "1");

        assertThat(run.lines())
                .containsExactly(
                        "UNIT  BUCKET  VARIANT    WHY",
                        "42     63656  BASELINE   the unit is outside the candidate's share",
                        "1      20535  CANDIDATE  the unit is inside the candidate's share",
                        "",
                        "On the candidate qa-tuned-v1.3: buckets below 25000 (25%)");
    }

    @Test
    void the_kill_switch_counts() {
        Path file = Given.file(folder, Given.FILE.replace("use_finetuned: true", "use_finetuned: false"));

        assertThat(Run.of("bucket", file, "--agent", "qa_agent", "--unit", "1").out())
                .contains("BASELINE  the kill switch is on (use_finetuned: false)");
    }

    @Test
    void an_agent_without_a_candidate_has_no_buckets() {
        Run run = Run.of("bucket", Given.file(folder), "--agent", "legal_agent", "--unit", "1", "--json");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("Agent 'legal_agent' has no candidate, so all its units are on 'open-mistral-7b'");
    }

    @Test
    void a_unit_that_the_locale_has_damaged_is_refused() {
        Run run = Run.of("bucket", Given.file(folder), "--agent", "qa_agent", "--unit", "j\uFFFD\uFFFDrgen");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("set LC_ALL=C.UTF-8");
    }

    @Test
    void output_is_utf8() {
        assertThat(Run.of("bucket", Given.file(folder), "--agent", "qa_agent", "--unit", "jürgen", "--json")
                        .out()
                        .getBytes(StandardCharsets.UTF_8))
                .contains("jürgen".getBytes(StandardCharsets.UTF_8));
    }
}
