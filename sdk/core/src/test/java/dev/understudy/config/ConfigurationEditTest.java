package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.error.EditRefusedException;
import dev.understudy.rollout.Share;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationEditTest {

    @TempDir
    Path folder;

    private Path file;
    private ConfigurationEdit edit;

    @BeforeEach
    void prepare() {
        file = EditGiven.file(folder);
        edit = new ConfigurationEdit(EditGiven.open(file));
    }

    @Test
    void an_agents_percentage_is_all_that_changes() {
        assertThat(edit.setPercentage("qa_agent", Share.percent(12.5)))
                .containsExactly(new ConfigurationEdit.Change("agents.qa_agent.rollout.percentage", 17, "25", "12.5"));
        assertThat(EditGiven.text(file)).isEqualTo(EditGiven.FILE.replace("percentage: 25,", "percentage: 12.5,"));
        assertThat(edit.setPercentage("qa_agent", Share.percent(12.5))).isEmpty();
    }

    @Test
    void all_who_have_a_candidate_change_together() {
        assertThat(edit.setPercentage(null, Share.NONE))
                .extracting(ConfigurationEdit.Change::path)
                .containsExactly("agents.qa_agent.rollout.percentage", "agents.support_agent.rollout.percentage");
    }

    @Test
    void the_kill_switch_goes_off_and_on_and_the_file_is_what_it_was() {
        assertThat(edit.useFinetuned(null, false))
                .containsExactly(new ConfigurationEdit.Change("models.use_finetuned", 3, "true", "false"));
        assertThat(edit.useFinetuned(null, false)).isEmpty();
        assertThat(edit.useFinetuned(null, true)).hasSize(1);
        assertThat(EditGiven.text(file)).isEqualTo(EditGiven.FILE);
    }

    @Test
    void who_has_no_candidate_gets_no_share() {
        assertThatThrownBy(() -> edit.setPercentage("legal_agent", Share.ALL))
                .isInstanceOf(EditRefusedException.class)
                .hasMessage("Agent 'legal_agent' has no candidate; name one in the file");
        assertThatThrownBy(() -> edit.useFinetuned("x", false))
                .isInstanceOf(EditRefusedException.class)
                .hasMessage("There is no agent 'x'; known are legal_agent, qa_agent, support_agent");
        assertThat(EditGiven.text(file)).isEqualTo(EditGiven.FILE);
    }
}
