package dev.understudy.examples;

import dev.understudy.chat.ChatResponse;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Notes what every caller got, and prints a line for what came since the last one. Thread-safe. */
final class Scoreboard {

    /**
     * What one caller got.
     *
     * @param model who answered, or null after an error
     * @param degraded whether that was the understudy
     * @param nanos how long it took
     * @param error what the caller was told instead of an answer, or null
     */
    record Call(
            @Nullable String model,
            boolean degraded,
            long nanos,
            @Nullable String error) {

        boolean byCandidate() {
            return ModelServer.CANDIDATE.equals(model);
        }
    }

    private final PrintStream out;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Call> calls = new ArrayList<>();
    private int printed;

    Scoreboard(PrintStream out) {
        this.out = out;
    }

    void answered(ChatResponse answer, long nanos) {
        add(new Call(answer.model(), answer.degraded(), nanos, null));
    }

    void failed(RuntimeException failure, long nanos) {
        add(new Call(null, false, nanos, failure.toString()));
    }

    private void add(Call call) {
        lock.lock();
        try {
            calls.add(call);
        } finally {
            lock.unlock();
        }
    }

    /** Everything so far. */
    List<Call> calls() {
        lock.lock();
        try {
            return List.copyOf(calls);
        } finally {
            lock.unlock();
        }
    }

    void printHead() {
        out.println("  time  calls  candidate  understudy  errors       p50      p95      p99  rollout");
    }

    /** Prints the line of one second. */
    void printLine(long second, String rollout) {
        List<Call> all = calls();
        List<Call> fresh = all.subList(printed, all.size());
        printed = all.size();
        long candidate = fresh.stream().filter(Call::byCandidate).count();
        Latencies latencies = Latencies.of(fresh);
        out.printf(
                Locale.ROOT,
                "  %2d s  %5d  %7d %%  %10d  %6d  %5d ms %5d ms %5d ms  %s%n",
                second,
                fresh.size(),
                fresh.isEmpty() ? 0 : Math.round(100.0 * candidate / fresh.size()),
                fresh.stream().filter(Call::degraded).count(),
                fresh.stream().filter(call -> call.error() != null).count(),
                latencies.millis(0.50),
                latencies.millis(0.95),
                latencies.millis(0.99),
                rollout);
    }
}
