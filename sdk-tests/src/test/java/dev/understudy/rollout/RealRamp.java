package dev.understudy.rollout;

import dev.understudy.call.Chain;
import dev.understudy.event.RolloutPhase;
import dev.understudy.store.InMemoryRolloutStore;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** The guard and the ramp, which looks every two minutes, and at once when it is woken. */
final class RealRamp extends SimulatedCalls {

    private static final long LOOK_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final Instant BEGINNING = Instant.parse("2026-11-21T00:00:00Z");

    private final Ramp ramp;
    private final Chain chain;
    private boolean woken;
    private long nextLook;
    private boolean stopped;

    /**
     * Starts at the first step.
     *
     * @param salt of the split
     * @param ceiling what operators allow
     * @param steps how to climb
     * @param limitMillis of the p95
     */
    RealRamp(String salt, Share ceiling, RampSettings steps, double limitMillis) {
        RolloutSettings settings = new RolloutSettings(ceiling, salt, false, steps, limit(limitMillis));
        ramp = new Ramp(
                AGENT,
                CANDIDATE,
                settings,
                true,
                new InMemoryRolloutStore(),
                waiting,
                () -> BEGINNING.plusNanos(nowNanos()),
                events,
                () -> woken = true);
        chain = chain(salt, ramp.inForce(), ramp.guard());
        ramp.look();
    }

    @Override
    Chain chain() {
        return chain;
    }

    @Override
    RolloutGuard guard() {
        return ramp.guard();
    }

    @Override
    void afterwards() {
        if (woken || nowNanos() >= nextLook) {
            woken = false;
            nextLook = nowNanos() + LOOK_NANOS;
            stopped |= ramp.guard().alarmed();
            ramp.look();
        }
    }

    @Override
    public boolean everybody() {
        return ramp.state().share().equals(Share.ALL);
    }

    @Override
    public boolean stopped() {
        return stopped;
    }

    @Override
    public boolean rolledBack() {
        return ramp.state().phase() == RolloutPhase.ROLLED_BACK;
    }
}
