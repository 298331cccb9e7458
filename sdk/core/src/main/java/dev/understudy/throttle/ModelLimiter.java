package dev.understudy.throttle;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Quota;
import dev.understudy.chat.QuotaListener;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a model's provider wants of us, whoever calls the model: silence after a 429, until its {@code Retry-After} has
 * passed; not more than it says is left; and, where a {@link RateLimit} or a {@link TokenLimit} is configured, not more than
 * that. Calls wait for any of them if it will not be long, each for an instant reserved in order; else they are refused at
 * once. What a provider says never loosens what is configured. Thread-safe.
 *
 * <p>resilience4j's limiter would keep a configured rate, but reads {@link System#nanoTime()} itself, where a simulation cannot
 * follow, and counts by fixed periods.
 */
public final class ModelLimiter implements QuotaListener {

    /** How long a 429 without a usable hint closes the model. */
    static final Duration DEFAULT_PAUSE = Duration.ofSeconds(1);
    /** The longest that one 429 or used up quota closes it. */
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    /** Not closed. No reading of a clock that started 292 years ago. */
    private static final long OPEN = Long.MIN_VALUE;

    private final Waiting waiting;
    private final AtomicLong closedUntil = new AtomicLong(OPEN);
    private final LearntQuota requestsLeft = new LearntQuota();
    private final LearntQuota tokensLeft = new LearntQuota();
    private final TokenEstimate estimate = new TokenEstimate();
    private volatile @Nullable Pace requests;
    private volatile @Nullable Pace tokens;

    /**
     * Opens the limiter of a model.
     *
     * @param rate how fast the model may be asked, or null for as fast as it answers
     * @param budget how many tokens it may be asked for, or null for as many as it has
     * @param waiting the clock, and where callers wait
     */
    public ModelLimiter(@Nullable RateLimit rate, @Nullable TokenLimit budget, Waiting waiting) {
        this.waiting = waiting;
        limit(rate, budget);
    }

    /**
     * Changes the limits. An equal one changes nothing; another starts with a full bucket. A pause that a 429 asked for, and
     * what the provider said is left, go on.
     *
     * @param rate how fast the model may be asked, or null for as fast as it answers
     * @param budget how many tokens it may be asked for, or null for as many as it has
     */
    public void limit(@Nullable RateLimit rate, @Nullable TokenLimit budget) {
        Pace paced = requests;
        if (rate == null) {
            requests = null;
        } else if (paced == null || !paced.keeps(rate)) {
            requests = Pace.of(rate, waiting.nanoTime());
        }
        paced = tokens;
        if (budget == null) {
            tokens = null;
        } else if (paced == null || !paced.keeps(budget)) {
            tokens = Pace.of(budget, waiting.nanoTime());
        }
    }

    /**
     * Closes the model after a 429. Of several pauses the one that ends last counts.
     *
     * @param retryAfter how long the provider wants to be left alone, of which at most 5 min are granted at once; null, zero
     *     and negative ones, which say nothing, mean 1 s
     */
    public void closeFor(@Nullable Duration retryAfter) {
        Duration pause = retryAfter == null || retryAfter.isNegative() || retryAfter.isZero()
                ? DEFAULT_PAUSE
                : retryAfter.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : retryAfter;
        long until = waiting.nanoTime() + pause.toNanos();
        if (until == OPEN) {
            until++;
        }
        while (true) {
            long seen = closedUntil.get();
            if ((seen != OPEN && seen - until >= 0) || closedUntil.compareAndSet(seen, until)) {
                return;
            }
        }
    }

    /**
     * Hears what the provider says is left. Where that does not suffice for a call, it does not go before more is there: at most
     * 5 min at once. What makes no sense is ignored.
     */
    @Override
    public void told(@Nullable Quota requestQuota, @Nullable Quota tokenQuota, long ageNanos) {
        long now = waiting.nanoTime();
        if (requestQuota != null) {
            requestsLeft.learn(requestQuota, ageNanos, now);
        }
        if (tokenQuota != null) {
            tokensLeft.learn(tokenQuota, ageNanos, now);
        }
    }

    /**
     * Returns how much longer the model is closed because of a 429.
     *
     * @return nanoseconds, or 0 where it is open
     */
    public long closedNanos() {
        return closedUntil.get() == OPEN ? 0 : closedNanos(waiting.nanoTime());
    }

    /** How many tokens a request will probably take; 0 where nobody counts them. */
    long tokensFor(ChatRequest request, Deployment deployment) {
        return tokens == null && !tokensLeft.isKnown() ? 0 : estimate.of(request, deployment);
    }

    /** Learns how many tokens were used, for which an estimate was taken, and how many of them were the answer. */
    void used(long estimated, long total, long answer) {
        Pace budget = tokens;
        if (estimated > 0 && budget != null) {
            budget.correct(estimated, total, waiting.nanoTime());
        }
        if (answer > 0) {
            estimate.answered(answer);
        }
    }

    /** Lets a call go now that will probably take so many tokens, or not. */
    boolean tryPass(long needed) {
        Pace rate = requests;
        if (rate == null && needed == 0 && !requestsLeft.isKnown()) {
            return closedUntil.get() == OPEN || closedNanos() == 0;
        }
        long now = waiting.nanoTime();
        if (opensAt(needed, now) != now || (rate != null && !rate.tryPass(1, now))) {
            return false;
        }
        Pace budget = needed > 0 ? tokens : null;
        boolean passes = budget == null || budget.tryPass(needed, now);
        if (passes && tryTakeLeft(needed, now)) {
            return true;
        }
        if (passes && budget != null) {
            budget.correct(needed, 0, now);
        }
        if (rate != null) {
            rate.correct(1, 0, now);
        }
        return false;
    }

    /**
     * Waits until a call may go that will probably take so many tokens, as long as the patience lasts.
     *
     * @return 0 when the call may go now; else nothing was taken, and this many nanoseconds from now one might
     */
    long await(long needed, Deadline patience) {
        while (true) {
            long now = waiting.nanoTime();
            long opensAt = opensAt(needed, now);
            long latest = now + Math.max(0, patience.remainingNanos());
            if (opensAt - latest > 0) {
                return opensAt - now;
            }
            Turn turn = new Turn(requests, needed > 0 ? tokens : null, needed);
            if (!turn.reserve(opensAt, latest)) {
                return Math.max(1, turn.at - now);
            }
            if (turn.at - now > 0 && !waiting.sleep(turn.at - now, patience)) {
                turn.giveBack();
                return Math.max(1, turn.at - waiting.nanoTime());
            }
            now = waiting.nanoTime();
            if (closedNanos(now) == 0 && tryTakeLeft(needed, now)) {
                return 0;
            }
            turn.giveBack(); // the provider asked for a pause while we slept, or another took the rest: line up again
        }
    }

    /** Says how much longer nothing of that size may go, for a reason that no line can change: a pause, or a quota. */
    long shutNanos(long needed) {
        if (closedUntil.get() == OPEN && !requestsLeft.isKnown() && (needed == 0 || !tokensLeft.isKnown())) {
            return 0;
        }
        long now = waiting.nanoTime();
        return opensAt(needed, now) - now;
    }

    /** Says why a call of that size does not go now, for messages. */
    String why(long needed) {
        if (closedNanos() > 0) {
            return " asked for a pause (429)";
        }
        long now = waiting.nanoTime();
        if (opensAt(needed, now) - now > 0) {
            return " has, its provider says, not enough left of its quota";
        }
        Pace rate = requests;
        boolean slow = rate != null && rate.next(1, now) - now > 0;
        return slow ? " is at its rate limit" : needed > 0 ? " is at its token limit" : " is at its rate limit";
    }

    private boolean tryTakeLeft(long needed, long now) {
        return (needed == 0 || tokensLeft.tryTake(needed, now)) && requestsLeft.tryTake(1, now);
    }

    private long opensAt(long needed, long now) {
        long opens = now + closedNanos(now);
        opens = later(opens, requestsLeft.opensAt(1, now));
        return needed == 0 ? opens : later(opens, tokensLeft.opensAt(needed, now));
    }

    private long closedNanos(long now) {
        long until = closedUntil.get();
        if (until == OPEN) {
            return 0;
        }
        long left = until - now;
        if (left <= 0) {
            closedUntil.compareAndSet(until, OPEN); // the next caller need not look at the clock
            return 0;
        }
        return left;
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }
}
