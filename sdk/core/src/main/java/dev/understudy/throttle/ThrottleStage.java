package dev.understudy.throttle;

import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Stage;
import dev.understudy.call.Work;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.Bounds;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.Event;
import dev.understudy.time.Deadline;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Lets an attempt go on the wire when the agent, the model and the provider each have room for it, and holds its permits
 * until it is over there. Where there is no room it waits, in order and not for long: the whole wait for all three is
 * bounded by {@code max_wait} and {@code wait_share}. Thread-safe; gates and limiter outlive it from one configuration to
 * the next.
 *
 * <p><b>The order</b> is agent, model, provider, so that who waits holds only what nobody else could use. The agent's
 * permit first: its line bounds how many wait for anything. Then the rate: every other caller in this agent's line would
 * have to wait for the same model anyway. The provider's permit last, for it is shared: it is never held by somebody who
 * still waits. Should a 429 of another call close the model during that last wait, the provider's permit goes back and the
 * caller lines up again.
 */
public final class ThrottleStage implements Stage {

    private static final String PERMITS = "permits";
    private static final String QUEUE = "queue";
    private static final String RATE_LIMIT = "rate-limit";
    private static final String PROVIDER_PERMITS = "provider-permits";
    private static final String PROVIDER_QUEUE = "provider-queue";
    private static final int FIRST_ERROR = 400;

    private final long maxWaitNanos;
    private final double waitShare;
    private final PermitGate agentGate;
    private final @Nullable PermitGate providerGate;
    private final ModelLimiter limiter;
    private final AdaptivePermits adaptive;

    /**
     * Joins what guards one model of one agent.
     *
     * @param settings how long one waits; limit and queue are those of the gate
     * @param agentGate the agent's permits for this model
     * @param providerGate the permits of the model's provider, or null where the model has none
     * @param limiter what the model's provider wants of us
     * @param adaptive learns how many permits the agent's gate should have, if it is to
     */
    public ThrottleStage(
            ThrottleSettings settings,
            PermitGate agentGate,
            @Nullable PermitGate providerGate,
            ModelLimiter limiter,
            AdaptivePermits adaptive) {
        this.maxWaitNanos = settings.maxWait().toNanos();
        this.waitShare = settings.waitShare();
        this.agentGate = agentGate;
        this.providerGate = providerGate;
        this.limiter = limiter;
        this.adaptive = adaptive;
    }

    @Override
    public ChatResponse handle(ChatCall call, Chain next) {
        Variant variant = call.leg().variant();
        long tokens = limiter.tokensFor(call.request(), call.deployment());
        if (!enterAtOnce(variant, tokens)) {
            enterInTime(call, variant, tokens);
        }
        boolean learning = adaptive.isLearning();
        long start = learning ? adaptive.start() : 0;
        int inFlight = learning ? adaptive.inFlight() : 0;
        int attempts = call.attempts();
        try {
            ChatResponse response = next.proceed(call);
            if (learning) {
                adaptive.over(start, inFlight, null);
            }
            Usage usage = response.usage();
            if (tokens > 0 && usage != Usage.NONE) {
                limiter.used(tokens, usage.totalTokens(), usage.outputTokens());
            }
            return response;
        } catch (ChatException failure) {
            if (failure.kind().blame() == FailureKind.Blame.LIMITER) {
                limiter.closeFor(failure.origin().retryAfter());
            }
            boolean sent = call.attempts() > attempts;
            if (learning && sent) {
                adaptive.over(start, inFlight, failure);
            }
            correct(tokens, failure, sent);
            throw failure;
        } finally {
            Work abandoned = call.takeAbandoned();
            if (abandoned == null) {
                leave();
            } else {
                abandoned.whenOver(new Leave());
            }
        }
    }

    /** What was not sent, or was refused by the model, took nothing; of what ended otherwise nobody knows better. */
    private void correct(long tokens, ChatException failure, boolean sent) {
        long reported = failure.inputTokens() + failure.outputTokens();
        if (tokens > 0 && (reported > 0 || !sent || failure.origin().status() >= FIRST_ERROR)) {
            limiter.used(tokens, reported, 0);
        }
    }

    /** The usual way: nothing is waited for, so nothing is asked of the clock; the next stage looks at it anyway. */
    private boolean enterAtOnce(Variant variant, long tokens) {
        if (!agentGate.tryTake(variant)) {
            return false;
        }
        if (providerGate == null || providerGate.tryTake(variant)) {
            if (limiter.tryPass(tokens)) {
                return true;
            }
            if (providerGate != null) {
                providerGate.release();
            }
        }
        agentGate.release();
        return false;
    }

    /** Waits for everything in turn; holds all of it on return, and nothing on a throw. */
    private void enterInTime(ChatCall call, Variant variant, long tokens) {
        call.ensureLive();
        Deadline patience = patience(call);
        long shut = limiter.shutNanos(tokens);
        if (shut > patience.remainingNanos()) { // hopeless: do not even line up
            throw tooFast(call, tokens, shut);
        }
        take(call, agentGate, variant, patience, PERMITS, QUEUE);
        boolean entered = false;
        try {
            passLimiterAndProvider(call, variant, tokens, patience);
            entered = true;
        } finally {
            if (!entered) {
                agentGate.release();
            }
        }
    }

    private void passLimiterAndProvider(ChatCall call, Variant variant, long tokens, Deadline patience) {
        while (true) {
            long tooEarly = limiter.await(tokens, patience);
            if (tooEarly > 0) {
                throw tooFast(call, tokens, tooEarly);
            }
            if (providerGate != null) {
                takeOfProvider(call, providerGate, variant, tokens, patience);
            }
            boolean late = call.deadline().isOver() || Thread.currentThread().isInterrupted();
            if (!late && limiter.closedNanos() == 0) {
                return;
            }
            if (providerGate != null) {
                providerGate.release();
            }
            limiter.used(tokens, 0, 0);
            if (late) {
                throw refused(call, PERMITS, "Permits came too late for a call of agent '" + call.agent() + "'", null);
            }
        }
    }

    private void takeOfProvider(ChatCall call, PermitGate gate, Variant variant, long tokens, Deadline patience) {
        boolean taken = false;
        try {
            take(call, gate, variant, patience, PROVIDER_PERMITS, PROVIDER_QUEUE);
            taken = true;
        } finally {
            if (!taken) {
                limiter.used(tokens, 0, 0);
            }
        }
    }

    /**
     * Never longer than configured, and never so long that too little is left for the work itself. A hedge does not wait: where
     * there is no room, it is not needed.
     */
    private Deadline patience(ChatCall call) {
        Deadline deadline = call.deadline();
        long left = deadline.remainingNanos();
        if (call.isHedge()) {
            return deadline.earlierBy(left);
        }
        return deadline.earlierBy(left - Math.min(maxWaitNanos, (long) (left * waitShare)));
    }

    private static void take(
            ChatCall call, PermitGate gate, Variant variant, Deadline patience, String permits, String queue) {
        switch (gate.acquire(variant, patience)) {
            case GRANTED -> {}
            case QUEUE_FULL ->
                throw refused(
                        call,
                        queue,
                        gate.describe(variant) + " are in use and as many calls wait as may (" + gate.waiting() + ")",
                        null);
            case HOPELESS -> throw hopeless(call, gate, variant, patience, permits);
            case NO_PERMIT ->
                throw refused(
                        call,
                        permits,
                        gate.describe(variant) + " are in use and none came free in time; " + gate.waiting()
                                + " calls still wait",
                        null);
        }
    }

    private static ChatException hopeless(
            ChatCall call, PermitGate gate, Variant variant, Deadline patience, String guard) {
        long expected = gate.expectedNanos(variant);
        String takes = expected == 0 ? "too long" : "about " + rounded(expected);
        return refused(
                call,
                guard,
                gate.describe(variant) + " are in use and " + gate.waiting()
                        + " calls wait; at the pace of late it would take " + takes + ", and this call may wait "
                        + rounded(Math.max(0, patience.remainingNanos())),
                expected == 0 ? null : Duration.ofNanos(expected));
    }

    private ChatException tooFast(ChatCall call, long tokens, long nanos) {
        return refused(
                call,
                RATE_LIMIT,
                "Model '" + call.model() + "'" + limiter.why(tokens) + "; next call in " + rounded(nanos),
                Duration.ofNanos(nanos));
    }

    private static String rounded(long nanos) {
        return Bounds.spell(Duration.ofMillis((nanos + 999_999) / 1_000_000));
    }

    /** A caller who went away is told so; time that ran out in our line is held against the line, not the model. */
    private static ChatException refused(ChatCall call, String guard, String message, @Nullable Duration retryIn) {
        if (Thread.currentThread().isInterrupted() || call.deadline().isCancelled()) {
            call.ensureLive();
        }
        call.emit(new Event.Rejected(call.agent(), call.model(), guard));
        return FailureKind.OVERLOADED.exception(message, Origin.guard(call.model(), guard, retryIn), null);
    }

    private void leave() {
        if (providerGate != null) {
            providerGate.release();
        }
        agentGate.release();
    }

    /** Gives the permits back when work that outlived its call is over: once, whoever says so how often. */
    private final class Leave implements Runnable {
        private final AtomicBoolean left = new AtomicBoolean();

        @Override
        public void run() {
            if (left.compareAndSet(false, true)) {
                leave();
            }
        }
    }
}
