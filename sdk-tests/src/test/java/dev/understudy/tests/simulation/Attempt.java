package dev.understudy.tests.simulation;

import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.tests.simulation.Lines.Since;

/** One request as the model saw it. Times are those of the world, -1 for never. */
final class Attempt {

    final int id;
    final SimulatedCall call;
    final String model;
    final Variant variant;
    final Act act;
    /** Whether the model would end at once if it were told to. */
    final boolean isInterruptible;

    final Usage usage;
    /** The thread on which a hedge travels, where this is one's; else null. */
    final Carrier hedge;
    /** Whether it runs on another thread than its call, or hedge. */
    final boolean onWorker;
    /** When the SDK let go of it: its worker may be late. */
    final long sentAt;

    final long sentMoment;
    /** When it passed the breaker: it may have waited in the throttle afterwards. */
    final Since passed;

    long overAt = -1;
    /** Whether the SDK has reported its end, and as what. */
    boolean reported;

    long reportedAt = -1;
    FailureKind failure;

    Attempt(
            int id,
            SimulatedCall call,
            String model,
            Variant variant,
            Act act,
            boolean isInterruptible,
            Carrier hedge,
            boolean onWorker,
            long sentAt,
            long sentMoment,
            Since waited) {
        this.id = id;
        this.call = call;
        this.model = model;
        this.variant = variant;
        this.act = act;
        this.isInterruptible = isInterruptible;
        this.hedge = hedge;
        this.onWorker = onWorker;
        this.sentAt = sentAt;
        this.sentMoment = sentMoment;
        this.passed = waited.moment() < sentMoment ? waited : new Since(sentMoment, sentAt);
        this.usage = new Usage(10 + id, 5 + id % 7);
    }

    boolean isHedge() {
        return hedge != null;
    }

    boolean isOnTheWire() {
        return overAt < 0;
    }

    @Override
    public String toString() {
        return "attempt " + id + " of " + call + " at " + model;
    }
}
