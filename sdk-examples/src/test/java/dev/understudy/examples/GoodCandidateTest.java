package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.rollout.Share;
import org.junit.jupiter.api.Test;

/** A good candidate climbs by itself, without leaving out a step. */
class GoodCandidateTest {

    @Test
    void it_climbs_to_everybody_step_by_step() {
        Output out = new Output();

        RolloutStatus end = GoodCandidate.play(out.stream());

        assertThat(end.phase()).describedAs(out.text()).isEqualTo(RolloutPhase.COMPLETED);
        assertThat(end.share()).isEqualTo(Share.ALL);
        assertThat(end.decisions())
                .describedAs(out.text())
                .extracting(RolloutDecision::sharePercent)
                .containsSubsequence(1.0, 5.0, 25.0, 100.0);
        assertThat(end.decisions()).noneMatch(RolloutDecision::isRollback);
        assertThat(out.text()).contains("(the step has passed)", "serves 100% of the users");
    }
}
