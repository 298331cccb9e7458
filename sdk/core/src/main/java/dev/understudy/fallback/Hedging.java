package dev.understudy.fallback;

import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.call.Race;
import dev.understudy.call.RecentLatency;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.HedgeResult;
import dev.understudy.time.Deadline;
import dev.understudy.time.Ticker;
import dev.understudy.time.Timer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the baseline besides a candidate that is late, as often as the budget allows and the baseline has room. Thread-safe, composed
 * once per configuration; its budget outlives it.
 */
public final class Hedging {

    private final HedgeSettings settings;
    private final HedgeBudget budget;
    private final RecentLatency answers;
    private final RecentLatency firstContents;
    private final BooleanSupplier room;
    private final Ticker ticker;
    private final Timer timer;
    private final Executor workers;

    /**
     * Joins what a hedge depends on.
     *
     * @param settings when, and how often
     * @param budget what is left of the budget
     * @param answers how long the candidate's answers take
     * @param firstContents how long the candidate's streams take to begin
     * @param room whether the baseline could take a request right now, without waiting
     * @param ticker the clock
     * @param timer says when it is time
     * @param workers run hedges
     */
    public Hedging(
            HedgeSettings settings,
            HedgeBudget budget,
            RecentLatency answers,
            RecentLatency firstContents,
            BooleanSupplier room,
            Ticker ticker,
            Timer timer,
            Executor workers) {
        this.settings = settings;
        this.budget = budget;
        this.answers = answers;
        this.firstContents = firstContents;
        this.room = room;
        this.ticker = ticker;
        this.timer = timer;
        this.workers = workers;
    }

    /** Plans a hedge for a call about to ask its candidate; null where it would come too late, or nobody knows when. */
    @Nullable
    Hedge plan(ChatCall call, Leg candidate, Leg baseline, long reserveNanos) {
        budget.deposit(settings.budget());
        long usual = (call.delivery() == null ? answers : firstContents).p95Nanos();
        long after = settings.after() != null ? settings.after().toNanos() : usual;
        long now = ticker.nanoTime();
        if (after <= 0 || after >= call.wholeDeadline().remainingNanos(now) - reserveNanos) {
            return null;
        }
        Race race = new Race(call);
        Hedge hedge =
                new Hedge(race, call, candidate, baseline, race.firstPart().earlierBy(reserveNanos), usual);
        hedge.plan = timer.at(now + after, hedge);
        return hedge;
    }

    /** What is planned for one call. */
    final class Hedge implements Runnable, AutoCloseable {

        final Race race;
        /** The bound on the candidate. */
        final Deadline until;

        private final ChatCall call;
        private final Leg candidate;
        private final Leg baseline;
        private final long usualNanos;
        private volatile boolean skipped;
        private Timer.@Nullable Plan plan;

        Hedge(Race race, ChatCall call, Leg candidate, Leg baseline, Deadline until, long usualNanos) {
            this.race = race;
            this.call = call;
            this.candidate = candidate;
            this.baseline = baseline;
            this.until = until;
            this.usualNanos = usualNanos;
        }

        /** It is time, on a thread of the timer. */
        @Override
        public void run() {
            if (!race.isOpen()) {
                return;
            }
            if (!room.getAsBoolean() || !budget.tryWithdraw()) {
                skipped = true;
                return;
            }
            try {
                workers.execute(this::send);
            } catch (RejectedExecutionException busy) {
                budget.giveBack();
                skipped = true;
            }
        }

        private void send() {
            if (race.join(baseline) == 0) {
                budget.giveBack();
            }
        }

        /**
         * The candidate was outrun: the guard is told whether it was late by its own measure, and not only by a time that somebody
         * chose, or because it stood in a line of ours.
         */
        void outrun() {
            call.degrade(FailureKind.OUTRUN);
            if (usualNanos > 0 && call.sinceSentNanos(ticker.nanoTime()) >= usualNanos) {
                call.wasSlowForItself();
            }
        }

        /** Ends the race, and tells what became of it. */
        @Override
        public void close() {
            if (plan != null) {
                plan.callOff();
            }
            race.close();
            HedgeResult result = skipped ? HedgeResult.SKIPPED : race.result();
            if (result != null) {
                call.emit(new Event.Hedged(call.agent(), candidate.model(), baseline.model(), result));
            }
        }
    }
}
