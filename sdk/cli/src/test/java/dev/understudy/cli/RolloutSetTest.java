package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RolloutSetTest {

    @TempDir
    Path folder;

    @Test
    void one_agent_is_set() {
        Path file = Given.file(folder);

        Run run = Run.of("rollout", file, "set", "--percentage", "5", "--agent", "qa_agent");

        assertThat(run.code()).isZero();
        assertThat(run.lines())
                .containsExactly(
                        "LINE  PATH                                FROM  TO",
                        "  17  agents.qa_agent.rollout.percentage  25    5");
        assertThat(Given.text(file)).isEqualTo(Given.FILE.replace("percentage: 25,", "percentage: 5,"));
    }

    @Test
    void all_agents_with_a_candidate_are_set() {
        Path file = Given.file(folder);

        Run run = Run.of("rollout", file, "set", "--percentage=12.500", "--json");

        assertThat(run.lines())
                .containsExactly(
                        "{\"file\":\"" + file + "\",\"changed\":true,\"changes\":["
                                + "{\"path\":\"agents.qa_agent.rollout.percentage\",\"line\":17,\"from\":\"25\",\"to\":\"12.5\"},"
                                + "{\"path\":\"agents.support_agent.rollout.percentage\",\"line\":21,\"from\":null,\"to\":\"12.5\"}]}");
        assertThat(Given.text(file))
                .isEqualTo(Given.FILE
                        .replace("percentage: 25,", "percentage: 12.5,")
                        .replace("# the same one\n", "# the same one\n    rollout: { percentage: 12.5 }\n"));
    }

    @Test
    void what_agents_inherit_is_set_where_it_stands_unless_one_agent_is_meant() {
        String text = Given.FILE
                .replace("percentage: 25, ", "")
                .replace("agents:", "defaults: { rollout: { percentage: '25%' } }\nagents:")
                .replace("legal_agent: { baseline", "legal_agent: { rollout: { percentage: 0 }, baseline");
        Path file = Given.file(folder, text);

        assertThat(Run.of("rollout", file, "set", "--percentage", "5").code()).isZero();
        String all = text.replace("'25%'", "'5%'");
        assertThat(Given.text(file)).isEqualTo(all);

        assertThat(Run.of("rollout", file, "set", "--percentage", "1", "--agent", "qa_agent")
                        .code())
                .isZero();
        assertThat(Given.text(file)).isEqualTo(all.replace("{ salt:", "{ percentage: 1, salt:"));
    }

    @Test
    void the_same_share_in_other_digits_is_no_change() {
        Path file = Given.file(folder, Given.FILE.replace("percentage: 25,", "percentage: 25.0 %,"));

        Run run = Run.of("rollout", file, "set", "--percentage", "25", "--agent", "qa_agent");

        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("Nothing to change: ");
        assertThat(Given.text(file)).contains("percentage: 25.0 %,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"101", "-1", "0.0001", "1e9", "5%", "x", ""})
    void what_is_no_percentage_is_a_usage_error(String percentage) {
        Path file = Given.file(folder);

        Run run = Run.of("rollout", file, "set", "--percentage=" + percentage);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("percentage").contains("Try 'understudy rollout set --help'.");
        assertThat(Given.text(file)).isEqualTo(Given.FILE);
    }

    @Test
    void an_agent_without_a_candidate_is_refused() {
        Run run = Run.of("rollout", Given.file(folder), "set", "--percentage", "5", "--agent", "legal_agent");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("Agent 'legal_agent' has no candidate");
    }

    @Test
    void an_unknown_agent_is_refused_with_the_known_ones() {
        Run run = Run.of("rollout", Given.file(folder), "set", "--percentage", "5", "--agent", "x");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("There is no agent 'x'; known are legal_agent, qa_agent, support_agent");
    }

    @Test
    void a_shared_value_is_refused_for_one_and_set_for_all() {
        String text = Given.FILE
                .replace("rollout: { percentage: 25, salt: qa_agent }", "rollout: &share { percentage: 25 }")
                .replace("timeout: 5s", "rollout: *share");
        Path file = Given.file(folder, text);

        Run one = Run.of("rollout", file, "set", "--percentage", "5", "--agent", "support_agent");
        assertThat(one.code()).isEqualTo(1);
        assertThat(one.err())
                .startsWith("agents.support_agent.rollout.percentage shares its value with"
                        + " agents.qa_agent.rollout.percentage");
        assertThat(Given.text(file)).isEqualTo(text);

        assertThat(Run.of("rollout", file, "set", "--percentage", "5").code()).isZero();
        assertThat(Given.text(file)).isEqualTo(text.replace("percentage: 25", "percentage: 5"));
    }
}
