package dev.understudy.adaptive;

import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import dev.understudy.throttle.AdaptiveSettings;
import dev.understudy.throttle.ConcurrencyLimit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The smaller of what two algorithms of <a href="https://github.com/Netflix/concurrency-limits">Netflix concurrency-limits</a>
 * allow: Gradient2, which compares how long answers take now with how long they took before, and AIMD, which adds one in a round
 * without drops and takes a fifth away on a drop. Thread-safe.
 *
 * <p><b>Why these.</b> Answers of language models take a tenth of a second or a minute, by their length, and not by load. Vegas
 * measures against the fastest answer ever, and so takes every longer one for a queue: in {@code LearntLimitTest} it stays
 * below 10 where 200 would do. Gradient2 measures against an average, but takes each answer by itself, and settles at about 20;
 * and drops mean nothing to it. AIMD alone does not see a queue before it times out. Here Gradient2 is given <i>rounds</i>:
 * the average of as many answers as the limit, at least {@value #LEAST_ANSWERS}. (The library's own window is a second, and throws
 * away what has less than ten answers in it: at ten permits and answers of five seconds, everything.)
 *
 * <p><b>A limit must not get used to its own queue.</b> Gradient2's long average follows the short one, a queue that lasts becomes
 * the normal case, and the next one comes on top of it: after an hour the limit is at its upper bound. So after
 * {@value #ROUNDS} rounds at the limit there is a probe: for a few rounds the limit is halved, and what answers take then is what
 * they are measured against from then on. It costs two hundredths of the throughput. It is also how a limit finds back that shrank
 * because answers became longer for good.
 *
 * <p><b>One drop a round.</b> When a model answers 429, it answers all that are on their way so. Who started before the latest
 * drop says nothing new, as in TCP's fast recovery (RFC 5681, section 3.2).
 */
final class LearntLimit implements ConcurrencyLimit {

    private static final int LEAST_ANSWERS = 10;
    private static final int ROUNDS = 100;
    private static final int PROBE_ANSWERS = 60;
    /** Before they are counted: until the queue is gone, and long answers come among the short ones. */
    private static final int SETTLING_ROUNDS = 2;

    /** By which factor two probes differ that say that something has changed; then the next one is soon. */
    private static final double NEWS = 1.6;

    private static final int ROUNDS_AFTER_NEWS = 10;

    /** Gradient2 lets answers take so much longer before it shrinks. */
    private static final double TOLERANCE = 1.3;
    /** What is left after a drop. */
    private static final double BACKOFF = 0.8;
    /** Gradient2 lets at least so many wait at the model: it is what it grows by. */
    private static final int LEAST_QUEUE = 4;
    /** The samples of which Gradient2 takes a plain average before its long one begins. */
    private static final int WARM_UP = 10;

    private final AdaptiveSettings bounds;
    private final ReentrantLock lock = new ReentrantLock();
    private Gradient2Limit byLatency;
    private AIMDLimit byDrops;
    private volatile int limit;

    /** Rounds at the limit since answers were last measured at half of it. */
    private int rounds;

    private boolean probing;
    /** What answers took at the latest probe, or 0. */
    private long probedNanos;

    private int beforeProbe;
    /** Answers to come before any is counted. */
    private int toSettle;

    private long probingSince;

    private int answers;
    private double sumNanos;
    private int mostInFlight;

    private boolean hasDropped;
    private long droppedAt;

    LearntLimit(AdaptiveSettings bounds) {
        this.bounds = bounds;
        this.byLatency = gradient(bounds.initial());
        this.byDrops = aimd(bounds.initial());
        this.limit = bounds.initial();
    }

    private Gradient2Limit gradient(int from) {
        return Gradient2Limit.newBuilder()
                .initialLimit(from)
                .minLimit(bounds.min())
                .maxConcurrency(bounds.max())
                .rttTolerance(TOLERANCE)
                .queueSizeFunction(now -> Math.max(LEAST_QUEUE, (int) Math.sqrt(now)))
                .build();
    }

    private AIMDLimit aimd(int from) {
        return AIMDLimit.newBuilder()
                .initialLimit(from)
                .minLimit(bounds.min())
                .maxLimit(bounds.max())
                .backoffRatio(BACKOFF)
                .timeout(Long.MAX_VALUE, TimeUnit.NANOSECONDS) // time-outs are drops here
                .build();
    }

    @Override
    public int limit() {
        return limit;
    }

    @Override
    public void answered(long startNanos, long latencyNanos, int inFlight) {
        lock.lock();
        try {
            if (toSettle > 0) {
                toSettle -= startNanos - probingSince < 0 ? 0 : 1;
                return;
            }
            answers++;
            sumNanos += latencyNanos;
            mostInFlight = Math.max(mostInFlight, inFlight);
            if (answers >= Math.max(probing ? PROBE_ANSWERS : LEAST_ANSWERS, limit)) {
                round(startNanos, Math.max(1, (long) (sumNanos / answers)));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void dropped(long startNanos, long latencyNanos, int inFlight) {
        lock.lock();
        try {
            if (hasDropped && startNanos - droppedAt < 0) {
                return;
            }
            hasDropped = true;
            droppedAt = startNanos + latencyNanos;
            byDrops = aimd(limit); // from the limit that was too much, whichever of the two it came from
            byDrops.onSample(startNanos, latencyNanos, inFlight, true);
            if (!probing) {
                nextRound(Math.min(byLatency.getLimit(), byDrops.getLimit()));
            }
        } finally {
            lock.unlock();
        }
    }

    private void round(long startNanos, long average) {
        if (probing) {
            probing = false;
            measured(startNanos, average);
            nextRound(Math.min(byLatency.getLimit(), byDrops.getLimit()));
            return;
        }
        byLatency.onSample(startNanos, average, mostInFlight, false);
        byDrops.onSample(startNanos, average, mostInFlight, false);
        int next = Math.min(byLatency.getLimit(), byDrops.getLimit());
        rounds += 2 * mostInFlight >= limit ? 1 : 0; // with less in flight there is no queue to get used to
        if (rounds >= ROUNDS && next / 2 >= bounds.min()) {
            probing = true;
            probingSince = startNanos + average;
            beforeProbe = next;
            next /= 2;
            toSettle = SETTLING_ROUNDS * next;
        }
        nextRound(next);
    }

    /** Starts anew from what answers take at half the limit. */
    private void measured(long startNanos, long average) {
        boolean longer = probedNanos > 0 && average > probedNanos * NEWS;
        boolean shorter = average * NEWS < probedNanos;
        rounds = longer || shorter ? ROUNDS - ROUNDS_AFTER_NEWS : 0;
        probedNanos = average;
        // Either answers are longer now, or even half is too much: who is wrong about the latter is right after the
        // next probe.
        byLatency = gradient(longer ? limit : beforeProbe);
        for (int i = 0; i < WARM_UP; i++) {
            byLatency.onSample(startNanos, average, 0, false); // nothing in flight: it remembers, and decides nothing
        }
    }

    private void nextRound(int next) {
        limit = next;
        answers = 0;
        sumNanos = 0;
        mostInFlight = 0;
    }

    @Override
    public String toString() {
        return "LearntLimit[" + limit + (probing ? ", probing]" : "]");
    }
}
