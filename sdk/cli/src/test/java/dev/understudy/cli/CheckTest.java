package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckTest {

    @TempDir
    Path folder;

    @Test
    void a_good_file_is_good() {
        Path file = Given.file(folder);

        Run run = Run.of("check", file, "--without-keys");

        assertThat(run)
                .isEqualTo(new Run(
                        0, file + " can be used: 3 agents, 2 deployments, 1 provider" + System.lineSeparator(), ""));
    }

    @Test
    void all_errors_are_told_at_once() {
        Path file = Given.file(
                folder, Given.FILE.replace("timeout: 5s", "timeout: 5").replace("percentage: 25", "percentag: 25"));

        Run run = Run.of("check", file);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEmpty();
        assertThat(run.lines().get(0)).matches("LINE  PATH +WHAT IS WRONG +WHAT WOULD BE RIGHT");
        assertThat(run.out().replaceAll("\\s+", " "))
                .contains("9 providers.mistral.api_key")
                .contains("17 agents.qa_agent.rollout.percentag unknown key")
                .contains("22 agents.support_agent.timeout '5' has no unit write for example")
                .endsWith("understudy.yaml cannot be used: 3 errors ");
        assertThat(run.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(Table.WIDTH));
    }

    @Test
    void errors_for_programs_are_one_object() {
        Path file = Given.file(folder, Given.FILE.replace("timeout: 5s", "timeout: 5"));

        Run run = Run.of("check", "--json", "--without-keys", file);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.lines())
                .containsExactly("{\"file\":\"" + file + "\",\"valid\":false,\"problems\":[{\"line\":22,"
                        + "\"column\":null,\"path\":\"agents.support_agent.timeout\",\"problem\":\"'5' has no unit\","
                        + "\"remedy\":\"write for example '5s' or '500ms'\"}]}");
    }

    @Test
    void a_good_file_for_programs_has_no_problems() {
        Path file = Given.file(folder);

        assertThat(Run.of("check", "--json", "--without-keys", file).lines())
                .containsExactly("{\"file\":\"" + file + "\",\"valid\":true,\"problems\":[]}");
    }

    @Test
    void a_missing_file_is_an_error_of_the_file() {
        Run run = Run.of("check", folder.resolve("none.yaml"));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("there is no such file");
    }

    @Test
    void a_key_in_the_wrong_place_is_not_shown() {
        String key = "sk-live-4242424242424242aaaa";
        Path file = Given.file(folder, Given.FILE.replace("env:UNDERSTUDY_TEST_NO_SUCH_KEY", key));

        Run run = Run.of("check", file, "--verbose");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out() + run.err()).doesNotContain(key).contains("a key is given by reference only");
    }
}
