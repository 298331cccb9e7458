package dev.understudy.log;

import dev.understudy.error.FailureKind;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Minute} for each name and reason. The names are the configuration's and the reasons are few, so that this does not
 * grow.
 *
 * @param <E> what happens
 */
final class Minutes<E> {

    /** Writes a line. */
    @FunctionalInterface
    interface Line<E> {
        /** Of the latest event, and how many others there were since the last line. */
        void write(E event, long suppressed);
    }

    private static final int REASONS = FailureKind.values().length;
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ConcurrentHashMap<String, AtomicReferenceArray<@Nullable Minute<E>>> byName =
            new ConcurrentHashMap<>();
    private final Line<E> line;
    private volatile boolean pending;
    private volatile long nextSweep;

    Minutes(Line<E> line) {
        this.line = line;
    }

    void happened(String name, FailureKind reason, E event, long nowNanos) {
        Minute<E> minute = minute(name, reason, nowNanos);
        minute.happened(event);
        tell(minute, nowNanos);
        if (minute.isPending() && !pending) {
            nextSweep = nowNanos + SWEEP_NANOS;
            pending = true;
        }
    }

    /** Tells what has been counted for a minute by now; to be called often, for it costs a look at a field. */
    void sweep(long nowNanos) {
        if (pending && nowNanos - nextSweep >= 0) {
            pending = false; // before looking: what is counted meanwhile sets it again
            boolean left = false;
            for (AtomicReferenceArray<@Nullable Minute<E>> reasons : byName.values()) {
                for (int i = 0; i < reasons.length(); i++) {
                    Minute<E> minute = reasons.get(i);
                    if (minute != null) {
                        tell(minute, nowNanos);
                        left |= minute.isPending();
                    }
                }
            }
            if (left) {
                nextSweep = nowNanos + SWEEP_NANOS;
                pending = true;
            }
        }
    }

    private void tell(Minute<E> minute, long nowNanos) {
        long count = minute.take(nowNanos);
        E latest = minute.latest();
        if (count > 0 && latest != null) {
            line.write(latest, count - 1);
        }
    }

    private Minute<E> minute(String name, FailureKind reason, long nowNanos) {
        AtomicReferenceArray<@Nullable Minute<E>> reasons = byName.get(name);
        if (reasons == null) {
            reasons = byName.computeIfAbsent(name, any -> new AtomicReferenceArray<>(REASONS));
        }
        Minute<E> known = reasons.get(reason.ordinal());
        if (known == null) {
            reasons.compareAndSet(reason.ordinal(), null, new Minute<>(nowNanos));
            known = Objects.requireNonNull(reasons.get(reason.ordinal()));
        }
        return known;
    }
}
