package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrchestratorOptionsTest {

    private static OrchestratorOptions parse(String args) {
        return OrchestratorOptions.parse(args.isEmpty() ? List.of() : List.of(args.split(" ")));
    }

    @Test
    void nothing_said_is_the_default() {
        assertThat(parse("")).isEqualTo(OrchestratorOptions.DEFAULT);
    }

    @Test
    void everything_can_be_said() {
        assertThat(parse("--folder f --port 0 --models-port 81 --speed 0.5 --incident-after 20s --for 2m"))
                .isEqualTo(new OrchestratorOptions(
                        Path.of("f"), 0, 81, 0.5, Duration.ofSeconds(20), Duration.ofMinutes(2)));
    }

    @ParameterizedTest
    @CsvSource({
        "fast, '''fast'' is not an option'",
        "--fast 1, --fast is not known",
        "--speed, --speed has no value",
        "--speed 0, --speed must be a number above 0 and at most 100",
        "--speed NaN, --speed must be a number above 0 and at most 100",
        "--speed much, --speed must be a number above 0 and at most 100",
        "--port 65536, --port must be from 0 to 65535",
        "--models-port http, --models-port must be from 0 to 65535",
        "--for 5, '--for must be a time such as 20s, 5m or 1h'",
        "--incident-after 1d, '--incident-after must be a time such as 20s, 5m or 1h'"
    })
    void what_is_wrong_is_said(String args, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> parse(args)).withMessage(message);
    }

    @Test
    void the_usage_lists_them_all_with_their_defaults() {
        List<String> options = Pattern.compile("^  (--[\\w-]+)", Pattern.MULTILINE)
                .matcher(OrchestratorOptions.USAGE)
                .results()
                .map(MatchResult::group)
                .map(String::strip)
                .toList();

        assertThat(options)
                .containsExactly("--folder", "--port", "--models-port", "--speed", "--incident-after", "--for");
        List<List<String>> rows = Page.read("docs/orchestrator.md").table("option");
        assertThat(rows).extracting(row -> row.get(0)).isEqualTo(options);
        OrchestratorOptions defaults = OrchestratorOptions.DEFAULT;
        assertThat(rows.subList(0, 4))
                .extracting(row -> row.get(1))
                .containsExactly(
                        defaults.folder().toString(),
                        String.valueOf(defaults.port()),
                        String.valueOf(defaults.modelsPort()),
                        String.valueOf((long) defaults.speed()));
        assertThat(OrchestratorOptions.USAGE)
                .contains("(" + defaults.folder() + ")", "(" + defaults.port() + ")", "(" + defaults.modelsPort() + ")")
                .contains("(" + (long) defaults.speed() + ":");
    }
}
