package dev.understudy.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.testing.FakeTicker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecentOutcomesTest {

    private final FakeTicker ticker = new FakeTicker();
    private final Insight window = Calls.insight(ticker, "qa_agent", "legal_agent");

    @Test
    void an_agent_without_calls_has_no_outcomes() {
        assertThat(window.recent("qa_agent")).isEqualTo(RecentOutcomes.NONE);
        assertThat(RecentOutcomes.NONE.degradedRate()).isZero();
        assertThat(RecentOutcomes.NONE.errorRate()).isZero();
    }

    @Test
    void each_agent_has_its_own_minute() {
        finish("qa_agent", Outcome.SUCCESS, null);
        finish("qa_agent", Outcome.SUCCESS, null);
        finish("qa_agent", Outcome.DEGRADED, FailureKind.TIMEOUT);
        finish("qa_agent", Outcome.ERROR, FailureKind.UPSTREAM);
        finish("legal_agent", Outcome.SUCCESS, null);

        RecentOutcomes recent = window.recent("qa_agent");

        assertThat(recent).isEqualTo(new RecentOutcomes(2, 1, 1));
        assertThat(recent.degradedRate()).isEqualTo(0.25);
        assertThat(recent.errorRate()).isEqualTo(0.25);
        assertThat(window.recent("legal_agent")).isEqualTo(new RecentOutcomes(1, 0, 0));
    }

    @Test
    void a_call_is_forgotten_after_a_minute_and_not_before() {
        finish("qa_agent", Outcome.DEGRADED, FailureKind.TIMEOUT);

        ticker.advance(Duration.ofSeconds(60));
        assertThat(window.recent("qa_agent").degraded()).isEqualTo(1);

        ticker.advance(Duration.ofSeconds(10));
        assertThat(window.recent("qa_agent")).isEqualTo(RecentOutcomes.NONE);
    }

    @ParameterizedTest
    @EnumSource(names = {"INVALID_REQUEST", "CONTEXT_LENGTH", "CONTENT_FILTER"})
    void what_the_caller_got_wrong_does_not_count(FailureKind kind) {
        finish("qa_agent", Outcome.ERROR, kind);

        assertThat(window.recent("qa_agent").calls()).isZero();
    }

    @Test
    void what_the_caller_gave_up_does_not_count() {
        finish("qa_agent", Outcome.CANCELLED, FailureKind.CANCELLED);

        assertThat(window.recent("qa_agent").calls()).isZero();
    }

    @Test
    void a_call_that_chose_its_variant_does_not_count() {
        window.on(new Event.CallFinished(
                "qa_agent",
                Variant.CANDIDATE,
                "new",
                Outcome.ERROR,
                FailureKind.UPSTREAM,
                1,
                1,
                CacheStatus.OFF,
                true,
                ticker.nanoTime(),
                0,
                -1));

        assertThat(window.recent("qa_agent").calls()).isZero();
    }

    @Test
    void it_listens_on_the_callers_thread() {
        assertThat(window.mayBlock()).isFalse();
    }

    private void finish(String agent, Outcome outcome, @Nullable FailureKind failure) {
        window.on(new Event.CallFinished(
                agent,
                Variant.CANDIDATE,
                "new",
                outcome,
                failure,
                1,
                1,
                CacheStatus.OFF,
                false,
                ticker.nanoTime(),
                0,
                -1));
    }
}
