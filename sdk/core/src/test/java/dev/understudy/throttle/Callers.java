package dev.understudy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Variant;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** Threads that line up at a gate one after the other, and what they got, in order. */
final class Callers implements AutoCloseable {

    private final PermitGate gate;
    private final Waiting waiting;
    private final List<Thread> threads = new ArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();

    Callers(PermitGate gate, Waiting waiting) {
        this.gate = gate;
        this.waiting = waiting;
    }

    /** Sends a caller to the end of its line, and returns once it stands there. */
    Thread lineUp(String name, Variant variant) {
        int before = gate.waiting();
        Thread thread = new Thread(
                () -> {
                    Deadline patience = Deadline.after(waiting, Duration.ofMinutes(10));
                    log.add(name + " " + gate.acquire(variant, patience));
                },
                name);
        threads.add(thread);
        thread.start();
        until(() -> gate.waiting() > before);
        return thread;
    }

    /** Waits until so many have left their line, and returns all that happened, in order. */
    List<String> log(int size) {
        until(() -> log.size() >= size);
        return List.copyOf(log);
    }

    static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("still waiting after 30 s").isLessThan(end);
            Thread.yield();
        }
    }

    @Override
    public void close() throws InterruptedException {
        waiting.close();
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
