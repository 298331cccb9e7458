package dev.understudy.throttle;

import dev.understudy.chat.Quota;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a provider said is left of one of its limits, counted down by what was sent since: when it does not suffice, nothing goes
 * before more is there. It only ever closes; nobody said, nothing known. Thread-safe; allocates when something is said, and not
 * when something is sent.
 *
 * <p><b>When more is there.</b> At the reset all of it. Before, nothing, unless the provider's own numbers show that its bucket
 * is refilled evenly, as OpenAI's and Groq's are: there the reset is not the end of a window, but the time until the bucket is
 * full, and so the part of a minute, hour or day that is missing in it. Whoever waited for it would send nothing for a minute
 * where the next call could go after half a second.
 *
 * <p><b>Which word counts.</b> Answers overtake each other. One whose request was sent after the word in force came is newer for
 * certain, and replaces it; of those that were under way together the one counts that leaves less.
 */
final class LearntQuota {

    /** Periods over which providers count. */
    private static final Duration[] PERIODS = {Duration.ofMinutes(1), Duration.ofHours(1), Duration.ofDays(1)};

    /** How far a reset may be off the one of an evenly refilled bucket: they are rounded, and a little old. */
    private static final double TOLERANCE = 0.05;

    /** A longer one is not believed. */
    private static final Duration LONGEST_RESET = Duration.ofDays(1);

    private final AtomicReference<@Nullable Word> latest = new AtomicReference<>();
    private final AtomicLong used = new AtomicLong();

    /** Says whether there is anything to count against. */
    boolean isKnown() {
        return latest.get() != null;
    }

    /** Counts something that is about to be sent, if enough is left for it. */
    boolean tryTake(long units, long now) {
        while (true) {
            Word word = inForce(now);
            if (word == null) {
                return true;
            }
            long seen = used.get();
            if (word.missing(units, seen, now) > 0) {
                return false;
            }
            if (used.compareAndSet(seen, seen + units)) {
                return true;
            }
        }
    }

    /** When enough would be there, if nobody else took it. */
    long opensAt(long units, long now) {
        Word word = inForce(now);
        double missing = word == null ? 0 : word.missing(units, used.get(), now);
        if (word == null || missing <= 0) {
            return now;
        }
        double wait = word.perNano == 0 ? Double.POSITIVE_INFINITY : Math.ceil(missing / word.perNano);
        return now + (long) Math.min((double) (word.resetsAt - now), wait);
    }

    /** Hears what is left; what makes no sense is ignored. */
    void learn(Quota quota, long ageNanos, long now) {
        boolean absurd = quota.reset().compareTo(LONGEST_RESET) > 0
                || (quota.limit() > 0 && quota.remaining() > quota.limit())
                || ageNanos < 0;
        if (absurd) {
            return;
        }
        long reset = Math.min(quota.reset().toNanos(), ModelLimiter.LONGEST_PAUSE.toNanos());
        Word word = new Word(quota.limit(), quota.remaining(), now, now + reset, perNano(quota), used.get());
        while (true) {
            Word old = inForce(now);
            boolean counts =
                    old == null || now - ageNanos - old.at >= 0 || word.remaining < old.remaining(word.usedBefore, now);
            if (!counts || latest.compareAndSet(old, word)) {
                return;
            }
        }
    }

    private @Nullable Word inForce(long now) {
        Word word = latest.get();
        if (word != null && now - word.resetsAt >= 0) {
            latest.compareAndSet(word, null);
            return null;
        }
        return word;
    }

    /** How fast it is refilled, or 0 where that cannot be told. */
    private static double perNano(Quota quota) {
        double reset = quota.reset().toNanos();
        for (Duration period : PERIODS) {
            double even = (double) (quota.limit() - quota.remaining()) / quota.limit() * period.toNanos();
            if (quota.limit() > quota.remaining() && Math.abs(reset - even) <= TOLERANCE * even) {
                return (double) quota.limit() / period.toNanos();
            }
        }
        return 0;
    }

    /**
     * What was said.
     *
     * @param limit all there is, or 0
     * @param remaining what was left
     * @param at when it was heard
     * @param resetsAt when it means nothing any more
     * @param perNano how much comes back in a nanosecond, or 0 where all comes back at the reset
     * @param usedBefore what had been counted as sent by then
     */
    private record Word(long limit, long remaining, long at, long resetsAt, double perNano, long usedBefore) {

        double remaining(long usedNow, long now) {
            double refilled = remaining + perNano * (now - at);
            return (limit > 0 ? Math.min((double) limit, refilled) : refilled) - (usedNow - usedBefore);
        }

        /** How much less than needed is there; a need of more than all is one of all. */
        double missing(long units, long usedNow, long now) {
            return (limit > 0 ? Math.min(limit, units) : units) - remaining(usedNow, now);
        }
    }
}
