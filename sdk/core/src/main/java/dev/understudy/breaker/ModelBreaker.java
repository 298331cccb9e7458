package dev.understudy.breaker;

import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breaker of one model, shared by all agents that call it. Thread-safe and lock-free; listeners are told
 * outside of any critical section.
 *
 * <pre>
 *   CLOSED    to OPEN       too large a share of failures, or too many in a row
 *             to LATCHED    a failure that only a person can mend: key, quota, unknown model
 *   OPEN      to HALF_OPEN  a call comes after its time is over: it is the probe
 *   HALF_OPEN to CLOSED     the probe was answered
 *             to OPEN       it failed; for twice as long as before
 *             to LATCHED    it failed as above
 *   LATCHED   to HALF_OPEN  a reload, or a call comes after its time is over
 * </pre>
 *
 * <h2>One stay, one object</h2>
 *
 * The state is one reference to a {@link Stay}, and a permission belongs to the stay that gave it. A transition is a
 * compare-and-set from the stay that wants it to a new one, so there is exactly one winner, and a result that comes in after
 * its stay has ended loses: it can neither close a half-open breaker nor open a healed one.
 *
 * <h2>What resilience4j does here, and what it does not</h2>
 *
 * Its time-based window decides when a closed breaker has seen too much, one instance for each stay. The rest of its state
 * machine is not used: a result is counted in whatever state it finds, so that stale successes close a breaker, and a stamp
 * checked beside it would be checked too early; its bound on the half-open state runs on a scheduler thread of its own, on the
 * machine's clock, and never ends; and it has no latch and no row of failures, which would need a second machine beside it.
 */
public final class ModelBreaker {

    /** The guard's name in refusals and in the metric {@code model.rejected}. */
    static final String GUARD = "breaker";

    private static final AtomicReferenceFieldUpdater<ModelBreaker, Stay> STAY =
            AtomicReferenceFieldUpdater.newUpdater(ModelBreaker.class, Stay.class, "stay");

    private final String model;
    private final Waiting waiting;
    private final Events events;
    private volatile BreakerSettings settings;
    private volatile Stay stay;

    /**
     * Starts closed.
     *
     * @param model the model that it guards
     * @param settings when it opens, and for how long
     * @param waiting the clock
     * @param events hears of each transition, once; two that follow each other closely may be told in either order
     */
    public ModelBreaker(String model, BreakerSettings settings, Waiting waiting, Events events) {
        this.model = Objects.requireNonNull(model, "model");
        this.settings = Objects.requireNonNull(settings, "settings");
        this.waiting = waiting;
        this.events = events;
        this.stay = new ClosedStay(this, settings, waiting.ticker());
    }

    /**
     * Returns the model that it guards.
     *
     * @return its name
     */
    public String model() {
        return model;
    }

    /**
     * Returns the current state. An open breaker whose time is over stays open until a call comes.
     *
     * @return the state
     */
    public CircuitState state() {
        return stay.state();
    }

    /**
     * Returns how long every call will be refused.
     *
     * @return zero or more while open or latched; empty while closed, or while it depends on a probe
     */
    public Optional<Duration> retryIn() {
        return stay.retryIn();
    }

    /**
     * Returns what latched it.
     *
     * @return the failure that only a person can mend; empty unless {@link CircuitState#LATCHED}
     */
    public Optional<FailureKind> latchedBecause() {
        return Optional.ofNullable(stay.because());
    }

    /**
     * Takes over other settings, as on a reload. A closed breaker begins a new window if anything changed; an open one
     * stays open for as long as it was to, a half-open one waits for its probe.
     *
     * @param changed what holds from now on
     */
    public void reconfigure(BreakerSettings changed) {
        settings = Objects.requireNonNull(changed, "changed");
        refit();
    }

    /** Lets a probe pass if the breaker is latched: somebody may have mended what latched it. To be called on a reload. */
    public void unlatch() {
        Stay now = stay;
        if (now.because() != null) {
            change(now, new HalfOpenStay(this, settings.open().toNanos()));
        }
    }

    /** Shows model and state. */
    @Override
    public String toString() {
        return "ModelBreaker[" + model + ", " + state() + "]";
    }

    // For the stage

    /**
     * Lets a call pass, or refuses it.
     *
     * @throws dev.understudy.error.CircuitOpenException without a request, while the breaker is not closed
     */
    Permission acquire() {
        while (true) {
            Stay now = stay;
            Permission permission = now.tryAcquire();
            if (permission != null) {
                return permission;
            }
            if (stay == now) {
                throw refusal(now);
            }
        }
    }

    private RuntimeException refusal(Stay now) {
        return FailureKind.CIRCUIT_OPEN.exception(
                "Circuit breaker '" + model + "' is " + now.refusal(),
                Origin.guard(model, GUARD, now.retryIn().orElse(null)),
                null);
    }

    // For the stays

    long nanoTime() {
        return waiting.nanoTime();
    }

    BreakerSettings settings() {
        return settings;
    }

    void open(Stay from, long nanos) {
        long bounded = Math.min(nanos, settings.maxOpen().toNanos());
        change(from, new ShutStay(this, null, bounded, 2 * bounded));
    }

    void latch(Stay from, FailureKind because) {
        BreakerSettings now = settings;
        change(
                from,
                new ShutStay(this, because, now.latch().toNanos(), now.open().toNanos()));
    }

    void close(Stay from) {
        if (change(from, new ClosedStay(this, settings, waiting.ticker()))) {
            refit();
        }
    }

    /** Goes half-open with the calling thread's probe already on its way; null where another thread was faster. */
    @Nullable
    Permission probe(Stay from, long reopenNanos) {
        HalfOpenStay halfOpen = new HalfOpenStay(this, reopenNanos);
        Permission probe = halfOpen.tryAcquire();
        return change(from, halfOpen) ? probe : null;
    }

    private boolean change(Stay from, Stay to) {
        if (!STAY.compareAndSet(this, from, to)) {
            return false;
        }
        events.emit(new Event.BreakerChanged(model, from.state(), to.state()));
        return true;
    }

    /** Gives a closed breaker a window that follows the settings; also after closing, for they may just have changed. */
    private void refit() {
        Stay now = stay;
        while (now instanceof ClosedStay closed && !closed.follows(settings)) {
            STAY.compareAndSet(this, now, new ClosedStay(this, settings, waiting.ticker()));
            now = stay;
        }
    }
}
