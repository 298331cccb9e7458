package dev.understudy.budget;

import dev.understudy.event.BudgetPeriod;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What an agent spends in one period, in billionths: what this process counted, and what is known to have been counted
 * elsewhere, by others or by this one before its restart.
 *
 * <p>The store holds one sum for all. A process adds to it what it has counted since it last did, and takes what is in it
 * beyond its own for the others'. A sum in the store only grows: one that is smaller than it was is a record that was lost, and
 * is raised again to what was seen, which no two processes do twice.
 *
 * <p>Calls add at any time from any thread; the rest is done by one thread at a time.
 */
final class Spending {

    final BudgetPeriod per;
    final Instant from;
    final Instant until;

    private final AtomicLong here = new AtomicLong();
    private volatile long elsewhere;
    /** From which sum on there is something to tell. */
    private volatile long mark = Long.MAX_VALUE;
    /** When it ends, by the ticker, as far as that can be known. */
    private volatile long endNanos;

    /** Of what was counted here, the part that is in the store. */
    private long written;
    /** The largest sum that the store has shown. */
    private long stored;
    /** What these two are if the write succeeds that was prepared last. */
    private long writtenNext;

    private long storedNext;
    private final Set<String> told = new LinkedHashSet<>();

    Spending(BudgetPeriod per, Instant instant) {
        this.per = per;
        this.from = per.beginOf(instant);
        this.until = per.endOf(instant);
    }

    boolean is(BudgetPeriod period, Instant begin) {
        return per == period && from.equals(begin);
    }

    // By calls

    /** Adds what a call cost; says whether there is something to tell. */
    boolean add(long amount) {
        long now = here.get() >= Money.MOST ? Money.MOST : here.addAndGet(amount);
        return now + elsewhere >= mark;
    }

    long spent() {
        return here.get() + elsewhere;
    }

    boolean isOver(long nowNanos) {
        return nowNanos - endNanos >= 0;
    }

    // By rounds

    void endsAt(long nanos) {
        endNanos = nanos;
    }

    void markAt(long sum) {
        mark = sum;
    }

    Set<String> told() {
        return told;
    }

    /** Learns from what is stored, and puts there what is new here; says whether there was anything. */
    boolean merge(BudgetRecord.Entry entry) {
        long known = Math.max(stored, entry.spent());
        boolean news = known > entry.spent();
        stored = known;
        elsewhere = Math.max(0, known - written);
        told.addAll(entry.told());
        writtenNext = here.get();
        storedNext = Money.sum(known, writtenNext - written);
        news |= writtenNext != written || !entry.told().containsAll(told);
        entry.spent(storedNext);
        entry.told().addAll(told);
        return news;
    }

    /** The sum that the latest merge came to. */
    long merged() {
        return storedNext;
    }

    /** What was merged is in the store. */
    void written() {
        written = writtenNext;
        stored = storedNext;
        elsewhere = Math.max(0, stored - written);
    }

    /** Whether everything that was counted here is in the store. */
    boolean isWritten() {
        return here.get() == written;
    }
}
