package dev.understudy.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.insight.Timeline;
import dev.understudy.insight.Timeline.Arm;
import dev.understudy.insight.Timeline.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrailTest {

    private static final Instant START = Instant.parse("2026-11-20T18:00:00Z");

    private static Trail trail(int points, RolloutDecision... decisions) {
        List<Point> all = new ArrayList<>();
        for (int i = 0; i < points; i++) {
            all.add(new Point(START.plusSeconds(5L * i), i, new Arm(1, 0, 0, i, i, i), Arm.NONE));
        }
        return new Trail(new Timeline("qa_agent", Duration.ofSeconds(5), all), List.of(decisions));
    }

    private static RolloutDecision decision(Instant at) {
        return new RolloutDecision(
                "qa_agent",
                "tuned",
                RolloutPhase.RUNNING,
                RolloutPhase.QUARANTINED,
                RolloutReason.GUARD,
                25,
                0,
                "guard",
                "detail",
                List.of(),
                ArmCounts.NONE,
                ArmCounts.NONE,
                at);
    }

    @Test
    void points_that_become_one_keep_the_largest_figures_all_calls_and_the_last_share() {
        Trail thin = trail(7).inAtMost(3);

        assertThat(thin.timeline().width()).isEqualTo(Duration.ofSeconds(15));
        assertThat(thin.timeline().points()).extracting(Point::sharePercent).containsExactly(2.0, 5.0, 6.0);
        assertThat(thin.timeline().points())
                .extracting(point -> point.baseline().p95())
                .containsExactly(2.0, 5.0, 6.0);
        assertThat(thin.timeline().points())
                .extracting(point -> point.baseline().calls())
                .containsExactly(3L, 3L, 1L);
        assertThat(thin.timeline().points())
                .extracting(point -> point.candidate().p95())
                .containsOnly(Double.NaN);
        assertThat(trail(7).inAtMost(7).timeline().points()).hasSize(7);
        assertThat(trail(0).inAtMost(7).timeline().points()).isEmpty();
    }

    @Test
    void decisions_before_the_first_point_are_not_marked_but_counted() {
        Map<String, ?> tree = trail(3, decision(START.minusSeconds(1)), decision(START.plusSeconds(7)))
                .tree();

        assertThat((List<?>) tree.get("marks")).singleElement().satisfies(mark -> {
            Map<?, ?> fields = (Map<?, ?>) mark;
            assertThat(fields.get("number")).isEqualTo(2);
            assertThat(fields.get("rollback")).isEqualTo(true);
            assertThat(fields.get("before")).isEqualTo(25.0);
            assertThat(fields.get("after")).isEqualTo(0.0);
        });
    }

    @Test
    void what_was_not_measured_is_null() {
        Map<String, ?> tree = trail(2).tree();

        assertThat(tree.get("share")).isEqualTo(List.of(0.0, 1.0));
        assertThat((List<?>) ((Map<?, ?>) tree.get("candidate")).get("p95")).containsOnlyNulls();
        assertThat(tree.get("seconds")).isEqualTo(5L);
    }
}
