package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.config.ConfigurationEdit.Change;
import dev.understudy.config.YamlScalarEdit.Edited;
import dev.understudy.error.EditRefusedException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class YamlScalarEditTest {

    private static final List<String> A = List.of("agents", "a", "rollout", "percentage");
    private static final List<String> B = List.of("agents", "b", "rollout", "percentage");

    @SafeVarargs
    private static Edited edit(String text, List<String>... paths) {
        Map<List<String>, YamlScalarEdit.NewValue> wanted = new LinkedHashMap<>();
        for (List<String> path : paths) {
            wanted.put(path, old -> "5");
        }
        return YamlScalarEdit.edit(YamlText.of(text), wanted);
    }

    private static void becomes(String before, String after) {
        assertThat(edit(before, A).text()).isEqualTo(after);
    }

    // A value that is there

    @Test
    void only_the_value_changes_in_block_style() {
        becomes(
                "agents:\r\n  a:   # 25\r\n    rollout:\r\n      percentage:   25   # 25 %\r\n",
                "agents:\r\n  a:   # 25\r\n    rollout:\r\n      percentage:   5   # 25 %\r\n");
    }

    @Test
    void only_the_value_changes_in_flow_style() {
        becomes(
                "agents: {a: {rollout: {salt: '25', percentage:  25,}}} # 25\n",
                "agents: {a: {rollout: {salt: '25', percentage:  5,}}} # 25\n");
    }

    @Test
    void quotes_stay() {
        becomes(
                "agents: { a: { rollout: { percentage: '25' } } }\n",
                "agents: { a: { rollout: { percentage: '5' } } }\n");
        becomes(
                "{\"agents\": {\"a\": {\"rollout\": {\"percentage\": \"25\"}}}}\n",
                "{\"agents\": {\"a\": {\"rollout\": {\"percentage\": \"5\"}}}}\n");
    }

    @Test
    void characters_outside_of_the_basic_plane_do_not_shift_the_place() {
        becomes(
                "# 🚀🚀\nagents: { a: { rollout: { salt: \"🚀\", percentage: 25 } } } # 🚀\n",
                "# 🚀🚀\nagents: { a: { rollout: { salt: \"🚀\", percentage: 5 } } } # 🚀\n");
    }

    @Test
    void an_anchor_that_nobody_uses_stays() {
        becomes(
                "agents: { a: { rollout: { percentage: &share  25 } } }\n",
                "agents: { a: { rollout: { percentage: &share  5 } } }\n");
    }

    @Test
    void what_says_so_already_is_no_change() {
        Edited edited = edit("agents: { a: { rollout: { percentage: 5 } } }\n", A);

        assertThat(edited.changes()).isEmpty();
    }

    @Test
    void a_change_knows_its_line_and_what_stood_there() {
        Edited edited = edit("agents:\n  a:\n    rollout: { percentage: 25 }\n", A);

        assertThat(edited.changes()).containsExactly(new Change("agents.a.rollout.percentage", 3, "25", "5"));
    }

    // A value that is not

    @Test
    void a_missing_rollout_stands_below_the_candidate() {
        becomes(
                "agents:\n  a:\n    baseline: x\n    candidate: y   # new\n    # patience\n    timeout: 5s\n",
                "agents:\n  a:\n    baseline: x\n    candidate: y   # new\n    rollout: { percentage: 5 }\n"
                        + "    # patience\n    timeout: 5s\n");
    }

    @Test
    void a_missing_rollout_stands_behind_the_candidate_in_flow_style() {
        becomes(
                "agents:\n  a: { candidate: y, # new\n    timeout: 5s }\n",
                "agents:\n  a: { candidate: y, rollout: { percentage: 5 }, # new\n    timeout: 5s }\n");
    }

    @Test
    void a_missing_rollout_stands_first_where_there_is_no_model() {
        becomes(
                "agents:\r\n  a:   # inherits its models\r\n      # patience\r\n      timeout: 5s\r\n",
                "agents:\r\n  a:   # inherits its models\r\n      rollout: { percentage: 5 }\r\n      # patience\r\n"
                        + "      timeout: 5s\r\n");
    }

    @Test
    void a_missing_percentage_stands_first_in_its_rollout() {
        becomes(
                "agents:\n  a:\n    rollout:\n      # frozen\n      salt: s\n",
                "agents:\n  a:\n    rollout:\n      percentage: 5\n      # frozen\n      salt: s\n");
        becomes(
                "agents: { a: { rollout: { salt: s } } }\n",
                "agents: { a: { rollout: { percentage: 5, salt: s } } }\n");
        becomes("agents: { a: { rollout: {salt: s} } }\n", "agents: { a: { rollout: {percentage: 5, salt: s} } }\n");
        becomes("agents: { a: { rollout: {} } }\n", "agents: { a: { rollout: { percentage: 5 } } }\n");
        becomes("agents: { a: { rollout: { } } }\n", "agents: { a: { rollout: { percentage: 5 } } }\n");
    }

    @Test
    void keys_are_quoted_where_their_neighbours_are() {
        becomes(
                "{\"agents\": {\"a\": {\"candidate\": \"y\"}}}\n",
                "{\"agents\": {\"a\": {\"candidate\": \"y\", \"rollout\": { \"percentage\": 5 }}}}\n");
    }

    @Test
    void a_missing_section_stands_at_the_top_below_the_head_of_the_file() {
        Map<List<String>, YamlScalarEdit.NewValue> off = Map.of(List.of("models", "use_finetuned"), old -> "false");

        assertThat(YamlScalarEdit.edit(YamlText.of("# Head\n\n# Who\nagents:\n  a: { timeout: 5s }\n"), off)
                        .text())
                .isEqualTo("# Head\n\nmodels:\n  use_finetuned: false\n# Who\nagents:\n  a: { timeout: 5s }\n");
        assertThat(YamlScalarEdit.edit(YamlText.of("# Head\nagents: { a: {} }\n"), off)
                        .text())
                .isEqualTo("# Head\nmodels:\n  use_finetuned: false\nagents: { a: {} }\n");
        assertThat(YamlScalarEdit.edit(YamlText.of("---\n# Head\nagents: { a: {} }\n...\n"), off)
                        .text())
                .isEqualTo("---\n# Head\nmodels:\n  use_finetuned: false\nagents: { a: {} }\n...\n");
        assertThat(YamlScalarEdit.edit(YamlText.of("models: { use_fallback: true }\n"), off)
                        .text())
                .isEqualTo("models: { use_finetuned: false, use_fallback: true }\n");
    }

    // What counts elsewhere too

    @Test
    void a_value_that_an_alias_names_is_refused() {
        assertThatThrownBy(() -> edit(
                        "agents:\n  a: { rollout: { percentage: &p 25 } }\n  b: { rollout: { percentage: *p } }\n", B))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("agents.b.rollout.percentage shares its value with agents.a.rollout.percentage")
                .hasMessageContaining("write the value out in both places first");
    }

    @Test
    void a_value_within_something_that_an_alias_names_is_refused() {
        assertThatThrownBy(() -> edit("agents:\n  a: { rollout: &r { percentage: 25 } }\n  b: { rollout: *r }\n", A))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("shares its value with agents.b.rollout.percentage");
        assertThatThrownBy(() -> edit("agents:\n  a: { rollout: &r { salt: s } }\n  b: { rollout: *r }\n", A))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("shares its value with agents.b.rollout.percentage");
    }

    @Test
    void a_shared_value_changes_once_where_all_who_share_it_are_meant() {
        Edited edited = edit("agents:\n  a: { rollout: &r { percentage: 25 } }\n  b: { rollout: *r }\n", A, B);

        assertThat(edited.text()).isEqualTo("agents:\n  a: { rollout: &r { percentage: 5 } }\n  b: { rollout: *r }\n");
        assertThat(edited.changes()).hasSize(1);
    }

    @Test
    void what_is_no_map_or_no_value_is_refused() {
        assertThatThrownBy(() -> edit("agents: { a: { rollout: 25 } }\n", A))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("agents.a.rollout is no map");
        assertThatThrownBy(() -> edit("agents: { a: { rollout: { percentage: [25] } } }\n", A))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("is no single value");
    }

    @Test
    void a_place_that_cannot_be_found_safely_is_refused() {
        assertThatThrownBy(() -> edit("agents:\n  a:\n    rollout:\n      &r\n      salt: s\n", A))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("change it by hand");
        assertThatThrownBy(() -> edit("agents:\n  a:\n    ? rollout\n    :   salt: s\n", A))
                .isInstanceOf(EditRefusedException.class)
                .hasMessageContaining("change it by hand");
    }
}
