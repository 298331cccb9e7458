package dev.understudy.benchmarks.sidebyside;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/**
 * Lets the JVM compile what will be measured, until the compiler has next to nothing to do. A fixed time would be too short for who has
 * more code, and for everybody on a busy machine: there, beside 64 callers that are always ready to run, it took up to 16 seconds
 * until a call cost a tenth of what it had cost in the first two.
 */
final class WarmUp {

    private static final int CALLERS = 16;
    private static final int SHORTEST_MILLIS = 3000;
    private static final int LONGEST_MILLIS = 20_000;
    private static final int STEP_MILLIS = 1000;

    /** It is at rest when it had no more to do than this in a step, and that twice in a row: once may be a want of processor. */
    private static final int AT_REST_MILLIS = 60;

    private WarmUp() {}

    static void calls(Lineup who, String server) throws Exception {
        try (Contestant contestant = who.open(server + "/delay/0/v1", CALLERS)) {
            repeat((number, count) -> Traffic.ask(contestant, number));
        }
    }

    static void streams(Lineup who, String server) throws Exception {
        try (Contestant contestant = who.open(server + "/stream/" + Answers.TOKENS + "/0/v1", CALLERS)) {
            repeat((number, count) -> contestant.stream(Traffic.unit(number), Traffic.prompt(number), text -> {}));
        }
    }

    private static void repeat(Callers.Work work) throws InterruptedException {
        try (Callers callers = new Callers(CALLERS, work)) {
            untilCompiled();
            callers.done();
        }
        System.gc();
    }

    /** Waits, while others call, until the compiler is at rest. */
    static void untilCompiled() throws InterruptedException {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        Thread.sleep(SHORTEST_MILLIS);
        long before = compiler.getTotalCompilationTime();
        int atRest = 0;
        for (int millis = SHORTEST_MILLIS; millis < LONGEST_MILLIS && atRest < 2; millis += STEP_MILLIS) {
            Thread.sleep(STEP_MILLIS);
            long now = compiler.getTotalCompilationTime();
            atRest = now - before < AT_REST_MILLIS ? atRest + 1 : 0;
            before = now;
        }
    }
}
