package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FinetunedTest {

    @TempDir
    Path folder;

    @Test
    void the_kill_switch_goes_off_and_on_and_the_file_is_what_it_was() {
        Path file = Given.file(folder);

        assertThat(Run.of("finetuned", file, "off").lines())
                .containsExactly("LINE  PATH                  FROM  TO", "   3  models.use_finetuned  true  false");
        assertThat(Given.text(file)).isEqualTo(Given.FILE.replace("use_finetuned: true ", "use_finetuned: false "));
        assertThat(Run.of("finetuned", file, "on").code()).isZero();
        assertThat(Given.text(file)).isEqualTo(Given.FILE);
    }

    @Test
    void a_missing_switch_is_written_to_switch_off_and_not_to_switch_on() {
        String text = Given.FILE.replaceAll("(?s)models:\n.*?providers:", "providers:");
        Path file = Given.file(folder, text);

        assertThat(Run.of("finetuned", file, "on").out()).startsWith("Nothing to change: ");
        assertThat(Given.text(file)).isEqualTo(text);

        assertThat(Run.of("finetuned", file, "off").code()).isZero();
        assertThat(Given.text(file))
                .isEqualTo(text.replace("providers:", "models:\n  use_finetuned: false\nproviders:"));
    }

    @Test
    void an_agent_has_its_own_switch() {
        Path file = Given.file(folder);

        assertThat(Run.of("finetuned", file, "off", "--agent", "qa_agent").code())
                .isZero();

        assertThat(Given.text(file))
                .isEqualTo(Given.FILE.replace(
                        "candidate: qa-tuned-v1.3\n", "candidate: qa-tuned-v1.3\n    use_finetuned: false\n"));
    }

    @Test
    void switching_an_agent_on_says_where_the_switch_for_all_is_off() {
        Path file = Given.file(folder, Given.FILE.replace("use_finetuned: true", "use_finetuned: false"));

        assertThat(Run.of("finetuned", file, "on", "--agent", "qa_agent").out())
                .contains("The switch for all is off (models.use_finetuned)");
    }

    @Test
    void what_is_neither_off_nor_on_is_a_usage_error() {
        Run run = Run.of("finetuned", Given.file(folder), "false");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("off|on").contains("[OFF, ON] (case-insensitive)");
    }
}
