package dev.understudy.log;

import dev.understudy.error.FailureKind;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.time.Ticker;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Writes what happens to the log, by SLF4J, with key-value pairs beside the sentence. Every registry has one. What it writes
 * is chosen by the levels of its loggers, whose names are topics: {@code dev.understudy.fallback}, {@code
 * dev.understudy.alert}, {@code dev.understudy.breaker}, {@code dev.understudy.call} and {@code dev.understudy.attempt}. See
 * {@code docs/logging.md}. Thread-safe.
 *
 * <p>It writes on the thread on which things happen, so that what the application has put into the MDC stands beside them. A
 * line that nobody wants costs a look at its logger's level, and no allocation.
 */
public final class LogListener implements Listener {

    private static final Logger FALLBACKS = LoggerFactory.getLogger("dev.understudy.fallback");
    private static final Logger ALERTS = LoggerFactory.getLogger("dev.understudy.alert");
    private static final Logger BREAKERS = LoggerFactory.getLogger("dev.understudy.breaker");
    private static final Logger CALLS = LoggerFactory.getLogger("dev.understudy.call");
    private static final Logger ATTEMPTS = LoggerFactory.getLogger("dev.understudy.attempt");

    private static final int LONGEST_ID = 128;

    private final Ticker ticker;
    /** By agent. */
    private final Minutes<Event.FellBack> fallbacks = new Minutes<>(LogListener::write);
    /** By model. */
    private final Minutes<Event.Alert> alerts = new Minutes<>(LogListener::write);

    /**
     * Writes to the loggers of the application.
     *
     * @param ticker by which minutes pass: the registry's
     */
    public LogListener(Ticker ticker) {
        this.ticker = Objects.requireNonNull(ticker, "ticker");
    }

    @Override
    public boolean mayBlock() {
        return false; // no more than any line of the application itself
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.AttemptFinished attempt) {
            if (ATTEMPTS.isDebugEnabled()) {
                write(attempt);
            }
        } else if (event instanceof Event.CallFinished call) {
            fallbacks.sweep(call.atNanos());
            alerts.sweep(call.atNanos());
            if (CALLS.isDebugEnabled()) {
                write(call);
            }
        } else if (event instanceof Event.FellBack fellBack) {
            if (FALLBACKS.isWarnEnabled()) {
                fallbacks.happened(fellBack.agent(), fellBack.reason(), fellBack, ticker.nanoTime());
            }
        } else if (event instanceof Event.Alert alert) {
            if (ALERTS.isErrorEnabled()) {
                alerts.happened(alert.model(), alert.kind(), alert, ticker.nanoTime());
            }
        } else if (event instanceof Event.Hedged hedged) {
            if (ATTEMPTS.isDebugEnabled()) {
                write(hedged);
            }
        } else if (event instanceof Event.Rejected rejected) {
            if (ATTEMPTS.isDebugEnabled()) {
                write(rejected);
            }
        } else if (event instanceof Event.BreakerChanged changed) {
            write(changed);
        }
        // Rollouts, budgets and configurations are told where they change: whoever changes them knows why.
    }

    private static void write(Event.FellBack fellBack, long suppressed) {
        LoggingEventBuilder line = FALLBACKS
                .atWarn()
                .addKeyValue("agent", fellBack.agent())
                .addKeyValue("variant", "candidate")
                .addKeyValue("model", fellBack.from())
                .addKeyValue("fallback", fellBack.to())
                .addKeyValue("reason", fellBack.reason().tag())
                .addKeyValue("attempt", fellBack.attempts())
                .addKeyValue("suppressed", suppressed);
        withRequestId(line, fellBack.requestId())
                .log(
                        "Agent '{}' fell back from '{}' to '{}': {}{}",
                        fellBack.agent(),
                        fellBack.from(),
                        fellBack.to(),
                        fellBack.reason().tag(),
                        andOthers(suppressed));
    }

    private static void write(Event.Alert alert, long suppressed) {
        ALERTS.atError()
                .addKeyValue("agent", alert.agent())
                .addKeyValue("model", alert.model())
                .addKeyValue("reason", alert.kind().tag())
                .addKeyValue("suppressed", suppressed)
                .log(
                        "Model '{}' needs somebody to look at it: a call of agent '{}' failed with {}{}",
                        alert.model(),
                        alert.agent(),
                        alert.kind().tag(),
                        andOthers(suppressed));
    }

    private static String andOthers(long suppressed) {
        return suppressed == 0 ? "" : "; " + suppressed + " more of this since the last such line";
    }

    private static void write(Event.BreakerChanged changed) {
        boolean shut = changed.to() == CircuitState.OPEN || changed.to() == CircuitState.LATCHED;
        BREAKERS.atLevel(shut ? Level.WARN : Level.INFO)
                .addKeyValue("model", changed.model())
                .addKeyValue("from", changed.from().tag())
                .addKeyValue("to", changed.to().tag())
                .log("Circuit breaker '{}' was {} and is {}", changed.model(), changed.from(), changed.to());
    }

    private static void write(Event.CallFinished call) {
        LoggingEventBuilder line = CALLS.atDebug()
                .addKeyValue("agent", call.agent())
                .addKeyValue("variant", call.variant().tag())
                .addKeyValue("model", call.model())
                .addKeyValue("outcome", call.outcome().tag());
        withReason(line, call.failure())
                .addKeyValue("attempts", call.attempts())
                .addKeyValue("cache", call.cache().tag())
                .addKeyValue("latency_ms", millis(call.latencyNanos()))
                .addKeyValue("cost", call.cost())
                .log(
                        "Call of agent '{}' ended with {} after {} ms, model '{}', attempts: {}",
                        call.agent(),
                        inWords(call.outcome().tag(), call.failure()),
                        millis(call.latencyNanos()),
                        call.model(),
                        call.attempts());
    }

    private static void write(Event.AttemptFinished attempt) {
        LoggingEventBuilder line = ATTEMPTS.atDebug()
                .addKeyValue("agent", attempt.agent())
                .addKeyValue("variant", attempt.variant().tag())
                .addKeyValue("model", attempt.model())
                .addKeyValue("attempt", attempt.attempt());
        withRequestId(withReason(line, attempt.failure()), attempt.requestId())
                .addKeyValue("latency_ms", millis(attempt.latencyNanos()))
                .addKeyValue("input_tokens", attempt.usage().inputTokens())
                .addKeyValue("output_tokens", attempt.usage().outputTokens())
                .log(
                        "Attempt {} of a call of agent '{}' on model '{}' ended with {} after {} ms",
                        attempt.attempt(),
                        attempt.agent(),
                        attempt.model(),
                        attempt.failure() == null
                                ? "success"
                                : attempt.failure().tag(),
                        millis(attempt.latencyNanos()));
    }

    private static void write(Event.Hedged hedged) {
        ATTEMPTS.atDebug()
                .addKeyValue("agent", hedged.agent())
                .addKeyValue("model", hedged.from())
                .addKeyValue("fallback", hedged.to())
                .addKeyValue("reason", hedged.result().tag())
                .log(
                        "Model '{}' was late for agent '{}'; its hedge at '{}': {}",
                        hedged.from(),
                        hedged.agent(),
                        hedged.to(),
                        hedged.result().tag());
    }

    private static void write(Event.Rejected rejected) {
        ATTEMPTS.atDebug()
                .addKeyValue("agent", rejected.agent())
                .addKeyValue("model", rejected.model())
                .addKeyValue("reason", rejected.guard())
                .log(
                        "Model '{}' was not asked for agent '{}': refused by {}",
                        rejected.model(),
                        rejected.agent(),
                        rejected.guard());
    }

    private static LoggingEventBuilder withReason(LoggingEventBuilder line, @Nullable FailureKind reason) {
        return reason == null ? line : line.addKeyValue("reason", reason.tag());
    }

    private static LoggingEventBuilder withRequestId(LoggingEventBuilder line, @Nullable String id) {
        return id == null ? line : line.addKeyValue("request_id", harmless(id));
    }

    /** An id comes from outside: it ends no line, and fills no page. */
    private static String harmless(String id) {
        String bounded = id.length() <= LONGEST_ID ? id : id.substring(0, LONGEST_ID);
        StringBuilder safe = new StringBuilder(bounded.length());
        bounded.codePoints().forEach(c -> safe.appendCodePoint(c > ' ' && c < 0x7f && c != '"' ? c : '?'));
        return safe.toString();
    }

    private static String inWords(String outcome, @Nullable FailureKind failure) {
        return failure == null ? outcome : outcome + " (" + failure.tag() + ")";
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
