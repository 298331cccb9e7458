package dev.understudy.examples;

import dev.understudy.event.RolloutDecision;
import dev.understudy.examples.ModelServer.Mood;
import dev.understudy.examples.ModelServer.Request;
import dev.understudy.examples.Scoreboard.Call;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What came of it: the callers' view, the server's, and what was decided.
 *
 * @param timeout what callers were promised
 * @param calls what each caller got
 * @param requests every request that the server saw
 * @param decisions what the rollout did, and why
 * @param longestPause how long the machine itself stood still at worst
 */
record Summary(
        Duration timeout,
        List<Call> calls,
        List<Request> requests,
        List<RolloutDecision> decisions,
        Duration longestPause) {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    Summary {
        calls = List.copyOf(calls);
        requests = List.copyOf(requests);
        decisions = List.copyOf(decisions);
    }

    long errors() {
        return calls.stream().filter(call -> call.error() != null).count();
    }

    /** Calls that took longer than the time-out. */
    long late() {
        return calls.stream().filter(call -> call.nanos() > timeout.toNanos()).count();
    }

    long degraded() {
        return calls.stream().filter(Call::degraded).count();
    }

    Duration slowest() {
        return Duration.ofNanos(calls.stream().mapToLong(Call::nanos).max().orElse(0));
    }

    long requestsAtCandidate() {
        return requests.stream().filter(Request::atCandidate).count();
    }

    /** Requests that reached the candidate while it was slow or down. */
    long requestsAtBadCandidate() {
        return requests.stream().filter(request -> request.mood() != Mood.WELL).count();
    }

    /** The decision that took the candidate away, or null if there was none. */
    @Nullable
    RolloutDecision rollback() {
        return decisions.stream()
                .filter(RolloutDecision::isRollback)
                .findFirst()
                .orElse(null);
    }

    boolean good() {
        return errors() == 0 && rollback() != null;
    }

    void print(PrintStream out) {
        Latencies latencies = Latencies.of(calls);
        out.println("Summary");
        line(out, "calls", calls.size(), "all that callers made");
        line(out, "errors seen by callers", errors(), firstError());
        line(
                out,
                "calls over their deadline",
                late(),
                "the slowest took %d ms of %d ms".formatted(slowest().toMillis(), timeout.toMillis()));
        line(out, "answers of the understudy", degraded(), "the baseline, for the candidate");
        line(out, "requests at the candidate", requestsAtCandidate(), "in the server's own log");
        RolloutDecision rollback = rollback();
        line(
                out,
                "  of these while it was bad",
                requestsAtBadCandidate(),
                rollback == null
                        ? "and nobody took it away"
                        : "%d bad calls were enough to take it away"
                                .formatted(rollback.candidateSeen().errors()));
        out.printf(
                Locale.ROOT,
                "  latency: p50 %d ms, p95 %d ms, p99 %d ms%n%n",
                latencies.millis(0.50),
                latencies.millis(0.95),
                latencies.millis(0.99));
        out.println("Decisions");
        decisions.forEach(decision -> out.println("  " + words(decision)));
        out.println();
        if (!good() || late() > 0) {
            out.println("This machine stood still for up to " + longestPause.toMillis()
                    + " ms meanwhile; if that is much, try again when it is less busy.");
        }
        out.println(verdict());
    }

    /** One line of a rollout's history. */
    static String words(RolloutDecision decision) {
        return "%s  %s at %s %% -> %s at %s %% (%s): %s"
                .formatted(
                        TIME.format(decision.at()),
                        decision.from(),
                        percent(decision.sharePercentBefore()),
                        decision.to(),
                        percent(decision.sharePercent()),
                        decision.reason().words(),
                        decision.detail());
    }

    private static String percent(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    private String verdict() {
        if (errors() > 0) {
            return "FAILED: " + errors() + " callers saw an error.";
        }
        if (rollback() == null) {
            return "FAILED: the candidate was not rolled back.";
        }
        return "No caller saw an error" + (late() == 0 ? ", and no call outran its deadline." : ".");
    }

    private static void line(PrintStream out, String name, long number, String remark) {
        out.println("  %-27s %6d   %s".formatted(name, number, remark).stripTrailing());
    }

    private String firstError() {
        return calls.stream()
                .map(Call::error)
                .filter(error -> error != null)
                .findFirst()
                .map(error -> "the first: " + error)
                .orElse("");
    }
}
