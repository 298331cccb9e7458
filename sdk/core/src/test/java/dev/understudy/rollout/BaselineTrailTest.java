package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.event.ArmCounts;
import dev.understudy.evidence.ConfidenceSequence;
import dev.understudy.time.DurationBuckets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class BaselineTrailTest {

    private final BaselineTrail trail = new BaselineTrail();

    private void record(int times, long millis) {
        for (int i = 0; i < times; i++) {
            trail.record(millis * 1_000_000, false, false, false);
        }
    }

    private static long middle(long millis) {
        return DurationBuckets.middleOf(DurationBuckets.of(millis * 1_000_000));
    }

    @Test
    void the_p95_is_known_from_a_thousand_calls_on_and_changes_when_their_number_has_doubled() {
        record(949, 100);
        record(50, 200);
        assertThat(trail.p95Nanos()).isEqualTo(BaselineTrail.UNKNOWN);
        record(1, 100);
        assertThat(trail.p95Nanos()).isEqualTo(middle(100));
        record(999, 300);
        assertThat(trail.p95Nanos()).isEqualTo(middle(100));
        record(1, 300);
        assertThat(trail.p95Nanos()).isEqualTo(middle(300));
        record(1_999, 50);
        assertThat(trail.p95Nanos()).isEqualTo(middle(300));
    }

    @Test
    void time_outs_belong_to_the_latencies_and_other_failures_do_not() {
        for (int i = 0; i < 500; i++) {
            trail.record(5_000_000_000L, true, true, true);
            trail.record(1_000_000, true, false, false);
        }
        assertThat(trail.p95Nanos()).isEqualTo(middle(5_000));
        assertThat(trail.counts()).isEqualTo(new ArmCounts(1_000, 1_000, 500));
    }

    @Test
    void the_error_rate_is_its_lower_end_and_at_least_a_thousandth() {
        assertThat(trail.rate()).isEqualTo(0.001);
        record(120, 100);
        for (int i = 0; i < 5; i++) {
            trail.record(1, true, false, false);
        }
        double low = new ConfidenceSequence(0.05).rate(5, 125).low();
        assertThat(low).isBetween(0.001, 0.04);
        assertThat(trail.rate()).isCloseTo(low, within(1e-12));
        record(5_000, 100);
        assertThat(trail.rate()).isEqualTo(0.001);
    }

    @Test
    void an_allowance_is_a_factor_of_the_odds() {
        Limits none = new Limits(GuardSettings.DEFAULT);
        assertThat(none.errorOdds(0.02)).isEqualTo(1);
        Limits point = new Limits(new GuardSettings(true, null, 0.05, 0.01, 0.1));
        assertThat(point.errorOdds(0.02)).isCloseTo((0.03 / 0.97) / (0.02 / 0.98), within(1e-12));
        assertThat(point.errorOdds(1)).isEqualTo(1);
        assertThat(point.compared(true, 100)).isEqualTo(110);
        assertThat(point.compared(false, 100)).isEqualTo(100);
        assertThat(point.compared(true, BaselineTrail.UNKNOWN)).isEqualTo(InFlight.NEVER);
    }

    @Test
    void what_is_known_outlives_a_restart() {
        record(2_300, 100);
        trail.record(1, true, false, false);
        Map<String, String> saved = new TreeMap<>();
        trail.save(saved);

        BaselineTrail restored = new BaselineTrail();
        restored.restore(saved);
        assertThat(restored.p95Nanos()).isEqualTo(trail.p95Nanos());
        assertThat(restored.rate()).isEqualTo(trail.rate());
        assertThat(restored.counts()).isEqualTo(trail.counts());
        for (int i = 0; i < 1_698; i++) {
            restored.record(300_000_000, false, false, false);
        }
        assertThat(restored.p95Nanos()).isEqualTo(middle(100));
        restored.record(300_000_000, false, false, false);
        assertThat(restored.p95Nanos()).isEqualTo(middle(300));
    }
}
