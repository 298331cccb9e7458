package dev.understudy.tests.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Runs many seeds, on as many threads as there are processors, and says how to see again what went wrong. */
final class Seeds {

    private static final int MOST_FAILURES = 3;
    private static final int LINES = 30;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Happenings happenings = new Happenings();

    private Seeds() {}

    /** Runs all seeds from one to another, or until some have failed. */
    static Seeds run(long first, long last) {
        Seeds seeds = new Seeds();
        AtomicLong next = new AtomicLong(first);
        List<Thread> threads = IntStream.range(0, Runtime.getRuntime().availableProcessors())
                .mapToObj(i -> new Thread(() -> seeds.take(next, last), "seeds-" + i))
                .toList();
        try (Quiet quiet = new Quiet()) {
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException ended) {
            throw new AssertionError("Interrupted from outside", ended);
        }
        return seeds;
    }

    private void take(AtomicLong next, long last) {
        for (long seed = next.getAndIncrement(); seed <= last; seed = next.getAndIncrement()) {
            if (failures.size() >= MOST_FAILURES) {
                return;
            }
            Simulation simulation = new Simulation(seed);
            try {
                simulation.run();
            } catch (AssertionError failed) {
                failures.add(story(seed, failed, simulation.world.trace));
            }
            happenings.count(simulation);
        }
    }

    private static String story(long seed, AssertionError failed, Trace trace) {
        StringBuilder story = new StringBuilder("Seed " + seed + ": " + failed.getMessage() + "\n\nIts last lines:\n"
                + trace.last(LINES) + "\n\nAll of them: " + write(seed, trace)
                + "\nAgain: mvn -Pfast -pl sdk-tests -am test -Dtest=SimulationTest -Dsimulation.seed=" + seed + "\n");
        if (!(failed instanceof Violation)) {
            for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
                story.append(cause).append('\n');
                for (StackTraceElement frame : cause.getStackTrace()) {
                    story.append("    at ").append(frame).append('\n');
                }
            }
        }
        return story.toString();
    }

    /** Puts a whole trace into a file, and returns where that is. */
    static Path write(long seed, Trace trace) {
        try {
            Path file = Files.createDirectories(Path.of("target", "simulation")).resolve("seed-" + seed + ".txt");
            return Files.writeString(file, trace.toString());
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    Queue<String> failures() {
        return failures;
    }

    Happenings happenings() {
        return happenings;
    }
}
