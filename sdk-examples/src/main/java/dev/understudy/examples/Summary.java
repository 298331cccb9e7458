package dev.understudy.examples;

import dev.understudy.examples.ModelServer.Mood;
import dev.understudy.examples.ModelServer.Request;
import dev.understudy.examples.Scoreboard.Call;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What came of it: the callers' view, and the server's.
 *
 * @param timeout what callers were promised
 * @param calls what each caller got
 * @param requests every request that the server saw
 * @param longestPause how long the machine itself stood still at worst
 */
record Summary(Duration timeout, List<Call> calls, List<Request> requests, Duration longestPause) {

    Summary {
        calls = List.copyOf(calls);
        requests = List.copyOf(requests);
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

    boolean good() {
        return errors() == 0;
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
        line(out, "  of these while it was bad", requestsAtBadCandidate(), "the breaker kept the others away");
        out.printf(
                Locale.ROOT,
                "  latency: p50 %d ms, p95 %d ms, p99 %d ms%n%n",
                latencies.millis(0.50),
                latencies.millis(0.95),
                latencies.millis(0.99));
        if (!good() || late() > 0) {
            out.println("This machine stood still for up to " + longestPause.toMillis()
                    + " ms meanwhile; if that is much, try again when it is less busy.");
        }
        out.println(verdict());
    }

    private String verdict() {
        if (!good()) {
            return "FAILED: " + errors() + " callers saw an error.";
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
