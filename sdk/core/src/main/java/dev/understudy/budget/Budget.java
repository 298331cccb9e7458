package dev.understudy.budget;

import dev.understudy.call.ChatCall;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.event.BudgetState;
import dev.understudy.event.BudgetStatus;
import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.store.RolloutStore;
import dev.understudy.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent's budget; it outlives configurations. Thread-safe.
 *
 * <p>A call counts in the period in which it began, with what its attempts cost, when it ends: so what is spent beyond the
 * limit is at most what the calls cost that were under way. Each costs one addition to a counter, and nothing else on its
 * thread; {@link #round()} does the rest every few seconds, and at once when a threshold was passed.
 *
 * <p>Each period has one sum, found by its beginning: a clock that is set back or forth finds what was spent then, and nothing
 * ends twice.
 */
public final class Budget {

    private static final Logger LOG = LoggerFactory.getLogger(Budget.class);

    private final String agent;
    private final Ticker ticker;
    private final InstantSource wall;
    private final Events events;
    private final Runnable wake;
    private final BudgetBook book;

    private final ReentrantLock lock = new ReentrantLock();
    /** The latest periods, the current one among them; under the lock. */
    private final List<Spending> known = new ArrayList<>();

    private final AtomicBoolean balancing = new AtomicBoolean();
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile Terms terms;
    private volatile Spending current;

    /**
     * Begins with nothing spent; {@link #round()} finds what was written down before.
     *
     * @param agent the agent
     * @param settings its budget
     * @param store where the sums outlive the process
     * @param ticker the clock by which calls are stamped
     * @param wall the clock of the periods
     * @param events where it is told that a threshold is reached
     * @param process a number that no other process has, by which the store's records tell who wrote them
     * @param wake asks for a {@link #round()} soon, from any thread; must not wait
     */
    public Budget(
            String agent,
            BudgetSettings settings,
            RolloutStore store,
            Ticker ticker,
            InstantSource wall,
            Events events,
            long process,
            Runnable wake) {
        this.agent = agent;
        this.ticker = ticker;
        this.wall = wall;
        this.events = events;
        this.wake = wake;
        this.book = new BudgetBook(
                agent, store, Long.toHexString(process), () -> events.emit(new Event.BudgetForgotten(agent)));
        this.terms = Terms.of(settings);
        this.current = begin(settings.per(), wall.instant(), ticker.nanoTime());
    }

    /**
     * Lets other settings hold from now on. What was spent stays; another length of the period is another count.
     *
     * @param settings the settings
     */
    public void reconfigure(BudgetSettings settings) {
        if (!settings.equals(terms.settings())) {
            terms = Terms.of(settings);
            turn(ticker.nanoTime());
        }
    }

    // By calls

    /** The period that a call counts in which begins now. */
    Spending at(long nowNanos) {
        Spending now = current;
        return now.isOver(nowNanos) ? turn(nowNanos) : now;
    }

    /** A call that counts in this period has ended, and cost something. */
    void spend(Spending period, double cost) {
        if (period.add(Money.spent(cost)) && asked.compareAndSet(false, true)) {
            wake.run();
        }
    }

    /**
     * Says whether everybody gets the baseline, because the budget is spent. It does not look at the clock: who does are the
     * calls, and the rounds.
     *
     * @return whether nobody is assigned to the candidate
     */
    public boolean isBaselineOnly() {
        return terms.inForce(BudgetPolicy.BASELINE_ONLY, current.spent());
    }

    /** Whether a call that begins now is refused. */
    boolean refuses(long nowNanos) {
        Terms now = terms;
        return now.settings().atLimit() == BudgetPolicy.REFUSE && at(nowNanos).spent() >= now.limit();
    }

    ChatException refusal(ChatCall call) {
        BudgetStatus status = status();
        Duration left = Duration.between(wall.instant(), status.until());
        return FailureKind.BUDGET_EXCEEDED.exception(
                "Agent '" + agent + "' refuses, for its budget is spent: " + status.words(),
                Origin.guard(call.model(), BudgetGate.NAME, left.isNegative() ? Duration.ZERO : left),
                null);
    }

    // By rounds

    /**
     * Reads what others have spent, writes down what was spent here, and tells who is to be told. Waits for the store, and never
     * fails because of it. To be called every few seconds; of two threads at once, one does nothing.
     */
    public void round() {
        if (!balancing.compareAndSet(false, true)) {
            return;
        }
        try {
            asked.set(false);
            Terms now = terms;
            Spending period = turn(ticker.nanoTime());
            List<BudgetState> reached = book.balance(unwritten(period), period, now);
            period.markAt(BudgetBook.nextMark(period, now));
            reached.forEach(state -> tell(status(now, period, state)));
        } finally {
            balancing.set(false);
        }
    }

    /** What may have to be written; what began so long ago that no call can be under way is let go, written or not. */
    private List<Spending> unwritten(Spending period) {
        lock.lock();
        try {
            while (known.size() > BudgetRecord.MOST_PERIODS) {
                known.remove(known.get(0) == period ? 1 : 0);
            }
            return known.stream()
                    .filter(each -> each == period || !each.isWritten())
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    private void tell(BudgetStatus status) {
        boolean all = status.state() == BudgetState.SPENT;
        LOG.atWarn()
                .addKeyValue("agent", agent)
                .addKeyValue("percent", all ? 100 : 80)
                .addKeyValue("spent", status.spent())
                .addKeyValue("limit", status.limit())
                .addKeyValue("per", status.per().tag())
                .log(
                        "Agent '{}' has spent {} its budget: {}{}",
                        agent,
                        all ? "all of" : "four fifths of",
                        status.words(),
                        all ? consequence(status.policy()) : "");
        events.emit(new Event.BudgetReached(status));
    }

    private static String consequence(BudgetPolicy policy) {
        return switch (policy) {
            case ALERT -> "; its calls go on";
            case BASELINE_ONLY -> "; until then everybody gets the baseline";
            case REFUSE -> "; until then its calls are refused, save those that the cache answers";
        };
    }

    // Periods

    /** Makes the period current that the clock says. */
    private Spending turn(long nowNanos) {
        Instant instant = wall.instant();
        BudgetPeriod per = terms.settings().per();
        Spending before;
        Spending now;
        lock.lock();
        try {
            before = current;
            now = before.is(per, per.beginOf(instant)) ? before : found(per, instant, nowNanos);
            now.endsAt(
                    nowNanos + Math.max(1, Duration.between(instant, now.until).toNanos()));
            current = now;
        } finally {
            lock.unlock();
        }
        Terms in = terms;
        if (now != before && in.state(before.spent()) == BudgetState.SPENT) {
            LOG.atInfo()
                    .addKeyValue("agent", agent)
                    .log(
                            "The budget of agent '{}' begins anew: {}",
                            agent,
                            status(in, now).words());
        }
        return now;
    }

    private Spending found(BudgetPeriod per, Instant instant, long nowNanos) {
        Instant begin = per.beginOf(instant);
        for (Spending each : known) {
            if (each.is(per, begin)) {
                return each;
            }
        }
        return begin(per, instant, nowNanos);
    }

    private Spending begin(BudgetPeriod per, Instant instant, long nowNanos) {
        Spending fresh = new Spending(per, instant);
        fresh.markAt(terms.near());
        fresh.endsAt(
                nowNanos + Math.max(1, Duration.between(instant, fresh.until).toNanos()));
        known.add(fresh);
        return fresh;
    }

    // Asking

    /**
     * Returns how the budget stands.
     *
     * @return the status now
     */
    public BudgetStatus status() {
        return status(terms, at(ticker.nanoTime()));
    }

    private BudgetStatus status(Terms now, Spending period) {
        return status(now, period, now.state(period.spent()));
    }

    private BudgetStatus status(Terms now, Spending period, BudgetState state) {
        BudgetSettings settings = now.settings();
        return new BudgetStatus(
                agent,
                settings.limit(),
                Money.amount(period.spent()),
                period.per,
                period.from,
                period.until,
                settings.atLimit(),
                state);
    }

    /**
     * Says what keeps the sums from being read or written.
     *
     * @return part of a sentence; empty where all is well
     */
    public Optional<String> trouble() {
        return Optional.ofNullable(book.trouble());
    }

    @Override
    public String toString() {
        return "Budget[" + status() + "]";
    }
}
