package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.rollout.Buckets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of the docs say what the code does. */
class TablesTest {

    @Test
    void the_failure_table_is_the_codes() {
        List<List<String>> rows = Page.read("docs/fallback.md").table("kind");

        assertThat(rows)
                .extracting(row -> row.get(0))
                .containsExactlyElementsOf(Arrays.stream(FailureKind.values())
                        .map(FailureKind::tag)
                        .toList());
        for (int i = 0; i < rows.size(); i++) {
            FailureKind kind = FailureKind.values()[i];
            ChatException exception = kind.exception("", Origin.NONE, null);
            assertThat(rows.get(i).subList(2, 7))
                    .describedAs(kind.tag())
                    .containsExactly(
                            kind.retried() ? "yes" : "no",
                            switch (kind.fallback()) {
                                case ALWAYS -> "always";
                                case NEVER -> "never";
                                case LARGER_WINDOW -> "larger window";
                                case OPT_IN -> "opt-in";
                            },
                            kind.blame().name().toLowerCase(Locale.ROOT),
                            kind.alerting() ? "yes" : "no",
                            exception.getClass().getSimpleName());
        }
    }

    @Test
    void the_test_vectors_of_the_rollout_hold() {
        List<List<String>> rows = Page.read("docs/rollout.md").table("salt");

        assertThat(rows).hasSize(20);
        for (List<String> row : rows) {
            int bucket = new Buckets(row.get(0)).of(row.get(1));
            assertThat(row.get(3)).describedAs("%s", row).isEqualTo(String.valueOf(bucket));
            assertThat(Long.parseLong(row.get(2)) * Buckets.COUNT >>> 32).isEqualTo(bucket);
            int[] percentages = {1, 5, 25, 50};
            for (int i = 0; i < percentages.length; i++) {
                assertThat(row.get(4 + i)).isEqualTo(bucket < percentages[i] * 1000 ? "candidate" : "baseline");
            }
        }
    }

    @Test
    void each_rule_names_tests_that_carry_it() throws IOException {
        Map<String, Set<String>> proofs = proofs();
        for (List<String> row : Page.read("docs/design.md").table("rule")) {
            String rule = row.get(0);
            for (String test : row.get(2).split(", ")) {
                assertThat(proofs.getOrDefault(rule, Set.of()))
                        .describedAs("tests of " + rule)
                        .contains(test);
            }
        }
    }

    @Test
    void the_design_lists_all_rules() {
        String design = Page.read("docs/design.md").text();

        for (int rule = 1; rule <= 30; rule++) {
            assertThat(design).containsPattern("\\bR" + rule + "\\b");
        }
    }

    /** By rule: the test classes whose annotations name it. */
    private static Map<String, Set<String>> proofs() throws IOException {
        Pattern annotation = Pattern.compile("@Rule\\(([^)]*)\\)");
        Pattern number = Pattern.compile("R\\d+");
        Map<String, Set<String>> proofs = new TreeMap<>();
        try (Stream<Path> files =
                Files.find(Page.root(), 20, (file, is) -> file.toString().endsWith("Test.java"))) {
            for (Path file :
                    files.filter(file -> !file.toString().contains("/target/")).toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                annotation
                        .matcher(Files.readString(file))
                        .results()
                        .flatMap(found -> number.matcher(found.group(1)).results())
                        .forEach(rule -> proofs.computeIfAbsent(rule.group(), none -> new TreeSet<>())
                                .add(name));
            }
        }
        return proofs;
    }
}
