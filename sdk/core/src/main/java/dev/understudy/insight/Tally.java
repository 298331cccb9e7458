package dev.understudy.insight;

import org.jspecify.annotations.Nullable;

/** What was counted of one variant's calls in a stretch of time. Used by one thread at a time. */
final class Tally {

    final Latencies latencies = new Latencies();
    final Units units = new Units();
    /** Calls that failed for the caller. */
    long failed;
    /** Calls that the baseline answered instead. */
    long rescued;
    /** Calls that were answered from memory, because nobody else could. */
    long stale;

    long inputTokens;
    long outputTokens;
    double cost;

    void addAll(@Nullable Tally other) {
        if (other == null) {
            return;
        }
        latencies.addAll(other.latencies);
        units.addAll(other.units);
        failed += other.failed;
        rescued += other.rescued;
        stale += other.stale;
        inputTokens += other.inputTokens;
        outputTokens += other.outputTokens;
        cost += other.cost;
    }

    long calls() {
        return latencies.total();
    }

    /**
     * Calls on which the variant itself failed, whoever answered in the end. Never more than there are calls: where a slice ended
     * while a call was being counted, its failure may be here and the rest of it a moment earlier.
     */
    long errors() {
        return Math.min(failed + rescued + stale, calls());
    }

    long fallbacks() {
        return Math.min(rescued, calls());
    }

    /** Calls that failed for the caller. */
    long callerErrors() {
        return Math.min(failed, calls());
    }

    /** Whether not even a piece of a call is here. */
    boolean isEmpty() {
        return calls() == 0
                && failed + rescued + stale == 0
                && inputTokens + outputTokens == 0
                && cost == 0
                && units.isEmpty();
    }

    /** Adds to what there may be already. */
    static @Nullable Tally sum(@Nullable Tally into, @Nullable Tally more) {
        if (more == null) {
            return into;
        }
        Tally sum = into == null ? new Tally() : into;
        sum.addAll(more);
        return sum;
    }

    Timeline.Arm arm() {
        return calls() == 0
                ? Timeline.Arm.NONE
                : new Timeline.Arm(
                        calls(),
                        errors(),
                        callerErrors(),
                        latencies.quantileMillis(0.50),
                        latencies.quantileMillis(0.95),
                        latencies.quantileMillis(0.99));
    }
}
