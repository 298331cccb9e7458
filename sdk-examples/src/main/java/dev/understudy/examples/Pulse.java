package dev.understudy.examples;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Feels how long this machine lets a thread wait that wants to run: no promise in milliseconds is kept on one that stops. */
final class Pulse implements AutoCloseable {

    private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Thread thread = new Thread(this::beat, "pulse");
    private volatile long longestNanos;

    private Pulse() {}

    static Pulse start() {
        Pulse pulse = new Pulse();
        pulse.thread.setDaemon(true);
        pulse.thread.start();
        return pulse;
    }

    /** The longest pause so far. */
    Duration longestPause() {
        return Duration.ofNanos(longestNanos);
    }

    private void beat() {
        try {
            long last = System.nanoTime();
            while (true) {
                TimeUnit.NANOSECONDS.sleep(BEAT_NANOS);
                long now = System.nanoTime();
                longestNanos = Math.max(longestNanos, now - last - BEAT_NANOS);
                last = now;
            }
        } catch (InterruptedException closed) {
            return;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
