package dev.understudy.throttle;

import dev.understudy.error.ChatException;
import dev.understudy.time.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the number of a gate's permits at what is configured, or in step with what is learnt of the attempts that pass it. The
 * algorithm only names a number: who gets a permit, in which order, and that none is lost, remains the gate's own. Thread-safe.
 */
public final class AdaptivePermits {

    private static final int UNAVAILABLE = 503;
    /** What some providers answer when they have too much to do. */
    private static final int OVERLOADED = 529;

    private final PermitGate gate;
    private final Waiting waiting;
    private volatile Rule rule;

    /**
     * Leaves the gate as it is until the first {@link #reconfigure}.
     *
     * @param gate the gate
     * @param waiting the clock
     */
    public AdaptivePermits(PermitGate gate, Waiting waiting) {
        this.gate = gate;
        this.waiting = waiting;
        this.rule = new Rule("", gate.limit(), null, null);
    }

    /** Where a gate starts that is not configured yet. */
    public static int initial(ThrottleSettings settings) {
        AdaptiveSettings adaptive = settings.adaptive();
        return adaptive == null ? settings.maxConcurrent() : adaptive.initial();
    }

    /**
     * Changes limit and queue. What was learnt of a model stays, within the new bounds; of another model everything is learnt
     * anew. For one thread at a time.
     *
     * @param settings what holds from now on
     * @param model who is behind the gate
     * @param algorithm what learns; needed where the settings are adaptive
     */
    public void reconfigure(ThrottleSettings settings, String model, ConcurrencyLimit.@Nullable Factory algorithm) {
        AdaptiveSettings bounds = settings.adaptive();
        Rule old = rule;
        if (bounds == null || algorithm == null) {
            rule = new Rule(model, settings.maxConcurrent(), null, null);
        } else if (!bounds.equals(old.bounds) || !model.equals(old.model)) {
            boolean known = old.learnt != null && model.equals(old.model);
            rule = new Rule(model, 0, bounds, algorithm.start(known ? bounds.from(old.limit()) : bounds));
        }
        gate.resize(rule.limit(), settings.queue());
    }

    /** Whether anything is learnt at all; what else is asked costs a look at the clock. */
    boolean isLearning() {
        return rule.learnt != null;
    }

    /** When an attempt starts that holds a permit. */
    long start() {
        return waiting.nanoTime();
    }

    /** How many are on the wire, with an attempt that starts now. */
    int inFlight() {
        return gate.inUse();
    }

    /** Learns how an attempt ended that was sent, and lets the gate have what follows from it. */
    void over(long startNanos, int inFlight, @Nullable ChatException failure) {
        ConcurrencyLimit learning = rule.learnt;
        if (learning == null || (failure != null && !isDrop(failure))) {
            return;
        }
        long took = Math.max(0, waiting.nanoTime() - startNanos);
        if (failure == null) {
            learning.answered(startNanos, took, inFlight);
        } else {
            learning.dropped(startNanos, took, inFlight);
        }
        Rule now;
        int wanted;
        do {
            now = rule;
            wanted = now.limit();
            gate.limit(wanted);
        } while (now != rule || wanted != now.limit()); // another's older number, or rule, may have come in between
    }

    private static boolean isDrop(ChatException failure) {
        return switch (failure.kind()) {
            case RATE_LIMITED, TIMEOUT, REQUEST_TIMEOUT -> true;
            case UPSTREAM -> {
                int status = failure.origin().status();
                yield status == UNAVAILABLE || status == OVERLOADED;
            }
            default -> false;
        };
    }

    /**
     * What holds.
     *
     * @param model who is behind the gate
     * @param fixed the limit where nothing is learnt
     * @param bounds between which is learnt, or null
     * @param learnt what learns, or null
     */
    private record Rule(
            String model,
            int fixed,
            @Nullable AdaptiveSettings bounds,
            @Nullable ConcurrencyLimit learnt) {

        int limit() {
            return learnt == null || bounds == null ? fixed : bounds.clamp(learnt.limit());
        }
    }
}
