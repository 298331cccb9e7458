package dev.understudy.micrometer;

import static dev.understudy.micrometer.Happenings.AGENT;
import static dev.understudy.micrometer.Happenings.BASELINE;
import static dev.understudy.micrometer.Happenings.CANDIDATE;
import static dev.understudy.micrometer.Happenings.attempt;
import static dev.understudy.micrometer.Happenings.cancelled;
import static dev.understudy.micrometer.Happenings.degraded;
import static dev.understudy.micrometer.Happenings.error;
import static dev.understudy.micrometer.Happenings.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.event.HedgeResult;
import dev.understudy.event.Reading;
import dev.understudy.testing.Rule;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which event moves which meter. */
class MicrometerListenerTest {

    private static final Duration FAST = Duration.ofMillis(300);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerListener listener = new MicrometerListener(registry);

    @Test
    void a_call_is_one_request_with_its_outcome() {
        listener.on(success(Variant.CANDIDATE, FAST));
        listener.on(success(Variant.CANDIDATE, FAST));
        listener.on(degraded(FailureKind.TIMEOUT, FAST));
        listener.on(error(Variant.BASELINE, FailureKind.UPSTREAM, FAST));
        listener.on(cancelled(Variant.BASELINE, FAST));

        assertThat(count("model.requests", "variant", "candidate", "model", CANDIDATE, "outcome", "success"))
                .isEqualTo(2);
        assertThat(count("model.requests", "variant", "candidate", "model", BASELINE, "outcome", "degraded"))
                .isEqualTo(1);
        assertThat(count("model.requests", "variant", "baseline", "model", BASELINE, "outcome", "error"))
                .isEqualTo(1);
        assertThat(count("model.requests", "variant", "baseline", "model", BASELINE, "outcome", "cancelled"))
                .isEqualTo(1);
        assertThat(count("model.requests", "agent", AGENT)).isEqualTo(5);
    }

    @Test
    void errors_and_cancellations_are_at_zero_before_the_first() {
        listener.on(success(Variant.CANDIDATE, FAST));

        assertThat(registry.find("model.requests").tags("model", CANDIDATE).counters())
                .extracting(counter -> counter.getId().getTag("outcome") + " " + counter.count())
                .containsExactlyInAnyOrder("success 1.0", "error 0.0", "cancelled 0.0");
    }

    @Test
    void hedges_are_counted_by_what_became_of_them_from_zero_on() {
        listener.observe(List.of(new Reading(Reading.HEDGE_BUDGET, "what is left", Map.of("agent", AGENT), () -> 3)));
        assertThat(registry.find("model.hedges").counters())
                .extracting(counter -> counter.getId().getTag("result") + " " + counter.count())
                .containsExactlyInAnyOrder("won 0.0", "lost 0.0", "failed 0.0", "undecided 0.0", "skipped 0.0");

        listener.on(new Event.Hedged(AGENT, CANDIDATE, BASELINE, HedgeResult.WON));

        assertThat(count("model.hedges", "agent", AGENT, "result", "won")).isEqualTo(1);
        assertThat(registry.get("model.hedge.budget").gauge().value()).isEqualTo(3);
    }

    @Test
    void the_first_text_of_a_stream_is_measured_by_itself() {
        listener.on(new Event.FirstToken(AGENT, Variant.CANDIDATE, CANDIDATE, 2_500_000));

        var first = registry.get("model.first_token")
                .tags("agent", AGENT, "variant", "candidate")
                .summary();
        assertThat(first.count()).isEqualTo(1);
        assertThat(first.totalAmount()).isCloseTo(2.5, within(1e-9));
    }

    @Test
    void a_call_is_one_latency_in_milliseconds() {
        listener.on(success(Variant.CANDIDATE, Duration.ofNanos(1_500_000)));

        var latency = registry.get("model.latency")
                .tags("agent", AGENT, "variant", "candidate", "outcome", "success")
                .summary();
        assertThat(latency.count()).isEqualTo(1);
        assertThat(latency.totalAmount()).isCloseTo(1.5, within(1e-9));
        assertThat(latency.getId().getBaseUnit()).isEqualTo("ms");
    }

    @Test
    void an_error_names_what_it_was() {
        listener.on(error(Variant.CANDIDATE, FailureKind.RATE_LIMITED, FAST));

        assertThat(count("model.errors", "agent", AGENT, "variant", "candidate", "model", CANDIDATE))
                .isEqualTo(1);
        assertThat(count("model.errors", "error", "rate_limited")).isEqualTo(1);
    }

    @Test
    void an_error_that_does_not_know_what_it_was_is_an_error_all_the_same() {
        listener.on(error(Variant.CANDIDATE, null, FAST));

        assertThat(count("model.errors", "error", "other")).isEqualTo(1);
    }

    @Test
    void a_degraded_answer_and_a_cancelled_call_are_no_errors() {
        listener.on(degraded(FailureKind.TIMEOUT, FAST));
        listener.on(cancelled(Variant.CANDIDATE, FAST));

        assertThat(registry.find("model.errors").counters()).isEmpty();
    }

    @Test
    void an_attempt_is_counted_and_timed_for_its_model() {
        listener.on(attempt(CANDIDATE, null, FAST, Usage.NONE, Price.FREE));
        listener.on(attempt(CANDIDATE, FailureKind.TIMEOUT, FAST, Usage.NONE, Price.FREE));
        listener.on(attempt(CANDIDATE, FailureKind.TIMEOUT, FAST, Usage.NONE, Price.FREE));

        assertThat(count("model.attempts", "model", CANDIDATE, "outcome", "success"))
                .isEqualTo(1);
        assertThat(count("model.attempts", "model", CANDIDATE, "outcome", "timeout"))
                .isEqualTo(2);
        var timer = registry.get("model.attempts.duration")
                .tags("model", CANDIDATE, "outcome", "timeout")
                .timer();
        assertThat(timer.count()).isEqualTo(2);
        assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isCloseTo(600, within(1e-6));
    }

    @Test
    void attempts_on_a_model_are_counted_together_for_all_agents() {
        listener.on(new Event.AttemptFinished("qa_agent", Variant.BASELINE, BASELINE, null, 1, Usage.NONE, Price.FREE));
        listener.on(
                new Event.AttemptFinished("legal_agent", Variant.BASELINE, BASELINE, null, 1, Usage.NONE, Price.FREE));

        assertThat(registry.get("model.attempts").counter().count()).isEqualTo(2);
    }

    @Test
    void tokens_and_cost_are_told_by_direction() {
        listener.on(attempt(CANDIDATE, null, FAST, new Usage(1_000, 200), new Price(2, 8)));
        listener.on(attempt(CANDIDATE, FailureKind.MALFORMED, FAST, new Usage(1_000, 0), new Price(2, 8)));

        assertThat(count("model.tokens", "agent", AGENT, "model", CANDIDATE, "direction", "input"))
                .isEqualTo(2_000);
        assertThat(count("model.tokens", "agent", AGENT, "model", CANDIDATE, "direction", "output"))
                .isEqualTo(200);
        assertThat(count("model.cost", "agent", AGENT, "model", CANDIDATE, "direction", "input"))
                .isCloseTo(0.004, within(1e-12));
        assertThat(count("model.cost", "agent", AGENT, "model", CANDIDATE, "direction", "output"))
                .isCloseTo(0.0016, within(1e-12));
    }

    @Test
    void what_costs_nothing_has_no_cost_series() {
        listener.on(attempt(CANDIDATE, null, FAST, new Usage(1_000, 200), Price.FREE));

        assertThat(registry.find("model.cost").counters()).isEmpty();
    }

    @Test
    void fallbacks_refusals_and_cache_results_are_counted() {
        listener.on(new Event.FellBack(AGENT, CANDIDATE, BASELINE, FailureKind.CIRCUIT_OPEN));
        listener.on(new Event.Rejected(AGENT, CANDIDATE, "breaker"));
        listener.on(new Event.Rejected(AGENT, BASELINE, "breaker"));
        listener.on(new Event.CacheLookedUp(AGENT, CacheStatus.HIT));

        assertThat(count("model.fallbacks", "agent", AGENT, "reason", "circuit_open"))
                .isEqualTo(1);
        assertThat(count("model.rejected", "agent", AGENT, "guard", "breaker")).isEqualTo(2);
        assertThat(count("model.cache", "agent", AGENT, "result", "hit")).isEqualTo(1);
    }

    @Test
    void events_without_a_meter_are_ignored() {
        listener.on(new Event.BreakerChanged(CANDIDATE, CircuitState.CLOSED, CircuitState.OPEN));
        listener.on(new Event.Alert(AGENT, CANDIDATE, FailureKind.AUTHENTICATION));

        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void two_instances_on_one_registry_add_up() {
        var other = new MicrometerListener(registry);

        listener.on(success(Variant.BASELINE, FAST));
        other.on(success(Variant.BASELINE, FAST));

        assertThat(count("model.requests", "outcome", "success")).isEqualTo(2);
    }

    @Test
    void a_meter_that_the_application_denies_costs_nothing_and_disturbs_nobody() {
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("model.latency"));

        listener.on(success(Variant.BASELINE, FAST));

        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName())
                .containsOnly("model.requests");
    }

    @Test
    @Rule("R26")
    void guards_that_a_foreign_model_invents_do_not_fill_the_heap() {
        for (int i = 0; i < 10_000; i++) {
            listener.on(new Event.Rejected(AGENT, CANDIDATE, "invented-" + i));
        }

        assertThat(registry.find("model.rejected").counters()).hasSizeLessThan(40);
        assertThat(count("model.rejected", "agent", AGENT)).isEqualTo(10_000);
    }

    @Test
    void every_meter_says_what_it_is() {
        listener.on(error(Variant.CANDIDATE, FailureKind.UPSTREAM, FAST));
        listener.on(attempt(CANDIDATE, null, FAST, new Usage(1_000, 200), new Price(2, 8)));
        listener.on(new Event.FellBack(AGENT, CANDIDATE, BASELINE, FailureKind.CIRCUIT_OPEN));
        listener.on(new Event.Rejected(AGENT, CANDIDATE, "breaker"));
        listener.on(new Event.CacheLookedUp(AGENT, CacheStatus.HIT));

        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .filteredOn(id -> !id.getName().endsWith(".histogram")) // Micrometer's own, in this registry alone
                .hasSizeGreaterThanOrEqualTo(10)
                .allSatisfy(
                        id -> assertThat(id.getDescription()).as(id.getName()).isNotBlank());
    }

    @Test
    void it_is_called_on_the_callers_thread_unless_the_registry_may_block() {
        assertThat(listener.mayBlock()).isFalse();
        assertThat(MicrometerListener.queued(registry).mayBlock()).isTrue();
    }

    private double count(String name, String... tags) {
        return registry.find(name).tags(tags).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }
}
