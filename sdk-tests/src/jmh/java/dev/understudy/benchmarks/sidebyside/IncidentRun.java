package dev.understudy.benchmarks.sidebyside;

import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Inside a contestant's JVM: the load of the incident, and what callers see of it. */
final class IncidentRun {

    private static final int MOST_AT_ONCE = 200;
    private static final int WARM_UP_CALLS = 2000;
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Contestant contestant;
    private final Latencies all = new Latencies();
    private final Latencies first = new Latencies();
    private int calls;
    private int errors;
    private int late;

    private IncidentRun(Contestant contestant) {
        this.contestant = contestant;
    }

    static Figures measure(Incident who, String server) throws Exception {
        // The code is warm, and another copy's statistics are not those that will be asked.
        try (Contestant warm = who.open(server + "/delay/0/v1")) {
            for (int i = 0; i < WARM_UP_CALLS; i++) {
                try {
                    Traffic.ask(warm, i);
                } catch (Exception cold) {
                    continue; // the first call of a JVM on a busy machine may well take half a second
                }
            }
        }
        try (Contestant contestant = who.open(server + "/incident/v1")) {
            IncidentRun run = new IncidentRun(contestant);
            run.play();
            Figures figures = run.figures();
            StubServer.log(server).lines().forEach(figures::read);
            return figures;
        }
    }

    private void play() throws InterruptedException {
        ExecutorService callers = Executors.newFixedThreadPool(MOST_AT_ONCE);
        Random random = new Random(Incident.SEED);
        long begun = System.nanoTime();
        long turns = begun + Incident.TURNS.toNanos();
        long ends = turns + Incident.LASTS.toNanos();
        long due = begun;
        for (long number = 1L << 40; due - ends < 0; number++) {
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            long call = number;
            long wanted = due;
            callers.execute(() -> call(call, wanted, turns));
            due += (long) (-Math.log(1 - random.nextDouble()) / Incident.CALLS_PER_SECOND * 1e9);
        }
        callers.shutdown();
        if (!callers.awaitTermination(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("Calls that do not end");
        }
    }

    /** One call; its latency counts from when it was due, not from when there was a thread for it. */
    private void call(long number, long due, long turns) {
        boolean failed = false;
        try {
            Traffic.ask(contestant, number);
        } catch (Exception e) {
            failed = true;
        }
        long nanos = System.nanoTime() - due;
        if (due - turns < 0) {
            return;
        }
        synchronized (this) {
            calls++;
            errors += failed ? 1 : 0;
            late += nanos > Incident.LIMIT.toNanos() ? 1 : 0;
            all.add(nanos);
            if (due - turns < FIRST_NANOS) {
                first.add(nanos);
            }
        }
    }

    private synchronized Figures figures() {
        Figures figures =
                new Figures().put("calls", calls).put("errors", errors).put("late", late);
        for (double quantile : new double[] {0.5, 0.95, 0.99}) {
            String name = "p" + Math.round(quantile * 100);
            figures.put(name, all.quantileNanos(quantile) / 1e6)
                    .put("first." + name, first.quantileNanos(quantile) / 1e6);
        }
        return figures;
    }
}
