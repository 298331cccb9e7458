package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProblemTest {

    @Test
    void a_sentence_has_line_path_fault_and_remedy() {
        assertThat(Problem.parse(
                        "line 14: agents.qa_agent.timeout: '5' has no unit; write for example '5s' or '500ms'"))
                .isEqualTo(new Problem(
                        14, null, "agents.qa_agent.timeout", "'5' has no unit", "write for example '5s' or '500ms'"));
    }

    @Test
    void a_column_is_kept() {
        assertThat(Problem.parse("line 3, column 7: a tab is not allowed here; indent with blanks"))
                .isEqualTo(new Problem(3, 7, null, "a tab is not allowed here", "indent with blanks"));
    }

    @Test
    void what_is_inherited_says_so() {
        assertThat(Problem.parse("line 3: agents.a.reserve (from defaults): 5s leaves nothing; write less")
                        .path())
                .isEqualTo("agents.a.reserve (from defaults)");
    }

    @Test
    void a_file_as_a_whole_has_neither_line_nor_path() {
        assertThat(Problem.parse("there is no such file"))
                .isEqualTo(new Problem(null, null, null, "there is no such file", null));
        assertThat(Problem.parse("is larger than 256KiB; a configuration is much smaller"))
                .isEqualTo(new Problem(null, null, null, "is larger than 256KiB", "a configuration is much smaller"));
    }

    @Test
    void a_name_may_hold_colons_and_a_value_semicolons() {
        assertThat(Problem.parse("line 2: deployments.ft:a:b.price: 'x; y' is not a number; write for example 0.7"))
                .isEqualTo(new Problem(
                        2, null, "deployments.ft:a:b.price", "'x; y' is not a number", "write for example 0.7"));
    }

    @Test
    void a_colon_within_the_fault_makes_no_path() {
        assertThat(Problem.parse("line 2: is not valid YAML: check indentation, quotes and brackets"))
                .isEqualTo(
                        new Problem(2, null, null, "is not valid YAML: check indentation, quotes and brackets", null));
    }
}
