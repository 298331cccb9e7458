package dev.understudy.log;

import static dev.understudy.log.Lines.pairs;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is written, how often, and with which pairs. */
class LogListenerTest {

    private static final String FALLBACK = "dev.understudy.fallback";

    private final FakeTicker ticker = new FakeTicker();
    private final LogListener listener = new LogListener(ticker);
    private Lines lines;

    private void listenTo(String name, Level level) {
        lines = new Lines(name, level);
    }

    @AfterEach
    void leaveTheLog() {
        lines.close();
    }

    private static Event fellBack(String agent, FailureKind reason) {
        return new Event.FellBack(agent, "tuned", "steady", reason, 2, "req-7");
    }

    private Event.CallFinished call(Outcome outcome, FailureKind failure) {
        return new Event.CallFinished(
                "qa_agent",
                Variant.CANDIDATE,
                "tuned",
                outcome,
                failure,
                Duration.ofMillis(812).toNanos(),
                2,
                CacheStatus.OFF,
                false,
                ticker.nanoTime(),
                0,
                -1);
    }

    @Test
    void the_first_fallback_is_told_at_once() {
        listenTo(FALLBACK, Level.WARN);
        listener.on(fellBack("qa_agent", FailureKind.TIMEOUT));

        ILoggingEvent line = lines.all().get(0);
        assertThat(line.getLevel()).isEqualTo(Level.WARN);
        assertThat(line.getFormattedMessage())
                .isEqualTo("Agent 'qa_agent' fell back from 'tuned' to 'steady': timeout");
        assertThat(pairs(line))
                .isEqualTo(Map.of(
                        "agent", "qa_agent",
                        "variant", "candidate",
                        "model", "tuned",
                        "fallback", "steady",
                        "reason", "timeout",
                        "attempt", "2",
                        "suppressed", "0",
                        "request_id", "req-7"));
    }

    @Test
    void a_storm_of_fallbacks_is_one_line_a_minute_with_the_number_of_the_others() {
        listenTo(FALLBACK, Level.WARN);
        for (int i = 0; i < 1_000; i++) {
            listener.on(fellBack("qa_agent", FailureKind.TIMEOUT));
            ticker.advance(Duration.ofMillis(100)); // 100 s in all
        }

        assertThat(lines.all()).hasSize(2);
        assertThat(pairs(lines.all().get(1))).containsEntry("suppressed", "599");
        assertThat(lines.messages().get(1)).endsWith("timeout; 599 more of this since the last such line");
    }

    @Test
    void what_was_suppressed_is_told_with_the_first_call_after_the_minute() {
        listenTo(FALLBACK, Level.WARN);
        listener.on(fellBack("qa_agent", FailureKind.TIMEOUT));
        listener.on(fellBack("qa_agent", FailureKind.TIMEOUT));
        listener.on(fellBack("qa_agent", FailureKind.TIMEOUT));

        ticker.advance(Duration.ofSeconds(59));
        listener.on(call(Outcome.SUCCESS, null));
        assertThat(lines.all()).hasSize(1);

        ticker.advance(Duration.ofSeconds(2));
        listener.on(call(Outcome.SUCCESS, null));
        listener.on(call(Outcome.SUCCESS, null));
        assertThat(lines.all()).hasSize(2);
        assertThat(pairs(lines.all().get(1))).containsEntry("suppressed", "1").containsEntry("reason", "timeout");

        ticker.advance(Duration.ofMinutes(5));
        listener.on(call(Outcome.SUCCESS, null));
        assertThat(lines.all()).hasSize(2);
    }

    @Test
    void every_agent_and_every_reason_has_a_minute_of_its_own() {
        listenTo(FALLBACK, Level.WARN);
        for (int i = 0; i < 3; i++) {
            listener.on(fellBack("qa_agent", FailureKind.TIMEOUT));
            listener.on(fellBack("qa_agent", FailureKind.UPSTREAM));
            listener.on(fellBack("legal_agent", FailureKind.TIMEOUT));
        }

        assertThat(lines.messages())
                .containsExactly(
                        "Agent 'qa_agent' fell back from 'tuned' to 'steady': timeout",
                        "Agent 'qa_agent' fell back from 'tuned' to 'steady': upstream",
                        "Agent 'legal_agent' fell back from 'tuned' to 'steady': timeout");
    }

    @Test
    void a_loggers_level_switches_its_topic_off() {
        listenTo("dev.understudy", Level.OFF);
        listener.on(fellBack("qa_agent", FailureKind.TIMEOUT));
        listener.on(new Event.Alert("qa_agent", "tuned", FailureKind.AUTHENTICATION));
        listener.on(new Event.BreakerChanged("tuned", CircuitState.CLOSED, CircuitState.OPEN));
        listener.on(call(Outcome.ERROR, FailureKind.TIMEOUT));

        assertThat(lines.all()).isEmpty();
    }

    @Test
    void what_needs_a_person_is_an_error_once_a_minute() {
        listenTo("dev.understudy.alert", Level.ERROR);
        for (int i = 0; i < 5; i++) {
            listener.on(new Event.Alert("qa_agent", "tuned", FailureKind.AUTHENTICATION));
        }

        assertThat(lines.all()).hasSize(1);
        assertThat(lines.all().get(0).getLevel()).isEqualTo(Level.ERROR);
        assertThat(lines.messages().get(0))
                .isEqualTo("Model 'tuned' needs somebody to look at it: a call of agent 'qa_agent' failed with"
                        + " authentication");
    }

    @Test
    void a_breaker_that_shuts_is_a_warning_and_one_that_opens_the_way_is_not() {
        listenTo("dev.understudy.breaker", Level.INFO);
        listener.on(new Event.BreakerChanged("tuned", CircuitState.CLOSED, CircuitState.OPEN));
        listener.on(new Event.BreakerChanged("tuned", CircuitState.OPEN, CircuitState.HALF_OPEN));
        listener.on(new Event.BreakerChanged("tuned", CircuitState.HALF_OPEN, CircuitState.CLOSED));

        assertThat(lines.all()).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN, Level.INFO, Level.INFO);
        assertThat(lines.messages().get(0)).isEqualTo("Circuit breaker 'tuned' was CLOSED and is OPEN");
        assertThat(pairs(lines.all().get(0))).isEqualTo(Map.of("model", "tuned", "from", "closed", "to", "open"));
    }

    @Test
    void each_call_and_attempt_is_told_on_demand() {
        listenTo("dev.understudy", Level.DEBUG);
        listener.on(new Event.AttemptFinished(
                "qa_agent",
                Variant.CANDIDATE,
                "tuned",
                FailureKind.RATE_LIMITED,
                Duration.ofMillis(300).toNanos(),
                new Usage(10, 2),
                Price.FREE,
                2,
                "req-7"));
        listener.on(new Event.Rejected("qa_agent", "tuned", "queue"));
        listener.on(call(Outcome.ERROR, FailureKind.RATE_LIMITED));

        assertThat(lines.messages())
                .containsExactly(
                        "Attempt 2 of a call of agent 'qa_agent' on model 'tuned' ended with rate_limited after 300 ms",
                        "Model 'tuned' was not asked for agent 'qa_agent': refused by queue",
                        "Call of agent 'qa_agent' ended with error (rate_limited) after 812 ms, model 'tuned', attempts: 2");
        assertThat(pairs(lines.all().get(0)))
                .isEqualTo(Map.of(
                        "agent", "qa_agent",
                        "variant", "candidate",
                        "model", "tuned",
                        "attempt", "2",
                        "reason", "rate_limited",
                        "request_id", "req-7",
                        "latency_ms", "300",
                        "input_tokens", "10",
                        "output_tokens", "2"));
        assertThat(pairs(lines.all().get(2)))
                .containsEntry("outcome", "error")
                .containsEntry("reason", "rate_limited")
                .containsEntry("attempts", "2")
                .containsEntry("latency_ms", "812");
    }

    @Test
    @Rule("R28")
    void an_id_from_outside_writes_no_line_of_its_own() {
        listenTo(FALLBACK, Level.WARN);
        String id = "req\nERROR all is \"lost\"" + "x".repeat(10_000);
        listener.on(new Event.FellBack("qa_agent", "tuned", "steady", FailureKind.TIMEOUT, 1, id));

        assertThat(pairs(lines.all().get(0)).get("request_id"))
                .hasSize(128)
                .startsWith("req?ERROR?all?is??lost?x")
                .doesNotContain("\n");
    }
}
