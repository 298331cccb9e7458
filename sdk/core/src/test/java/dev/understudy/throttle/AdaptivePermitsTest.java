package dev.understudy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.Rule;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AdaptivePermitsTest {

    private static final AdaptiveSettings BOUNDS = new AdaptiveSettings(2, 10, 100);

    private final FakeTicker ticker = new FakeTicker();
    private final Waiting waiting = ticker.waiting();
    private final PermitGate gate = PermitGate.forAgent("a", 10, 20, waiting);
    private final AdaptivePermits permits = new AdaptivePermits(gate, waiting);
    private final List<String> told = new ArrayList<>();
    private final List<AdaptiveSettings> started = new ArrayList<>();
    private int wanted;

    /** An algorithm that says what the test says. */
    private final ConcurrencyLimit.Factory scripted = settings -> {
        started.add(settings);
        wanted = settings.initial();
        return new ConcurrencyLimit() {
            @Override
            public int limit() {
                return wanted;
            }

            @Override
            public void answered(long startNanos, long latencyNanos, int inFlight) {
                told.add("answered after " + latencyNanos / 1_000_000 + " ms beside " + inFlight);
            }

            @Override
            public void dropped(long startNanos, long latencyNanos, int inFlight) {
                told.add("dropped after " + latencyNanos / 1_000_000 + " ms beside " + inFlight);
            }
        };
    };

    private void adaptive(AdaptiveSettings bounds, String model) {
        permits.reconfigure(ThrottleSettings.of(bounds), model, scripted);
    }

    private void over(FailureKind kind, int status) {
        long start = permits.start();
        ticker.advance(Duration.ofMillis(30));
        permits.over(start, 7, kind.exception("scripted", new Origin("m", null, status, null, null, null), null));
    }

    private void answered() {
        permits.over(permits.start(), 1, null);
    }

    @Test
    void the_gate_follows_what_is_learnt_within_the_bounds() {
        adaptive(BOUNDS, "m");
        assertThat(gate.limit()).isEqualTo(10);
        for (int[] step : new int[][] {{11, 11}, {100, 100}, {1000, 100}, {3, 3}, {-1, 2}}) {
            wanted = step[0];
            answered();
            assertThat(gate.limit()).isEqualTo(step[1]);
        }
    }

    @Test
    void an_answer_tells_how_long_it_took_and_what_was_in_flight() {
        adaptive(BOUNDS, "m");
        long start = permits.start();
        ticker.advance(Duration.ofMillis(250));
        permits.over(start, 3, null);
        assertThat(told).containsExactly("answered after 250 ms beside 3");
    }

    @ParameterizedTest
    @CsvSource({"RATE_LIMITED, 429", "TIMEOUT, 0", "REQUEST_TIMEOUT, 408", "UPSTREAM, 503", "UPSTREAM, 529"})
    void a_429_a_time_out_and_an_overload_are_drops(FailureKind kind, int status) {
        adaptive(BOUNDS, "m");
        over(kind, status);
        assertThat(told).containsExactly("dropped after 30 ms beside 7");
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"RATE_LIMITED", "TIMEOUT", "REQUEST_TIMEOUT"})
    @Rule("R10")
    void everything_else_says_nothing_about_load(FailureKind kind) {
        adaptive(BOUNDS, "m");
        over(kind, 500);
        assertThat(told).isEmpty();
    }

    @Test
    void a_fixed_limit_learns_nothing() {
        assertThat(permits.isLearning()).isFalse();
        permits.reconfigure(ThrottleSettings.of(4), "m", scripted);
        assertThat(permits.isLearning()).isFalse();
        answered();
        assertThat(gate.limit()).isEqualTo(4);
        assertThat(started).isEmpty();
    }

    @Test
    void what_was_learnt_survives_a_reload() {
        adaptive(BOUNDS, "m");
        wanted = 37;
        adaptive(BOUNDS, "m");
        assertThat(started).hasSize(1);
        assertThat(gate.limit()).isEqualTo(37);
    }

    @Test
    void other_bounds_start_from_what_was_learnt_as_far_as_it_fits() {
        adaptive(BOUNDS, "m");
        wanted = 37;
        adaptive(new AdaptiveSettings(1, 10, 20), "m");
        assertThat(started.get(1)).isEqualTo(new AdaptiveSettings(1, 20, 20));
        assertThat(gate.limit()).isEqualTo(20);
    }

    @Test
    void of_another_model_everything_is_learnt_anew() {
        adaptive(BOUNDS, "m");
        wanted = 37;
        adaptive(BOUNDS, "n");
        assertThat(started.get(1)).isEqualTo(BOUNDS);
        assertThat(gate.limit()).isEqualTo(10);
    }

    @Test
    void a_limit_may_become_fixed_and_be_learnt_again() {
        adaptive(BOUNDS, "m");
        wanted = 37;
        permits.reconfigure(ThrottleSettings.of(4), "m", scripted);
        assertThat(gate.limit()).isEqualTo(4);
        answered();
        assertThat(gate.limit()).isEqualTo(4);
        adaptive(BOUNDS, "m");
        assertThat(gate.limit()).isEqualTo(10);
    }
}
