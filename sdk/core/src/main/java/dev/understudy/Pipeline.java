package dev.understudy;

import dev.understudy.budget.Budget;
import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.call.StreamListener;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.event.Outcome;
import dev.understudy.health.Health;
import dev.understudy.rollout.Assignment;
import dev.understudy.rollout.Ramp;
import dev.understudy.rollout.Rollout;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One agent, ready to be called: sets the deadline, lets the call travel, says where the answer came from, and reports
 * exactly one end of each call, whatever happens. Immutable, composed once per configuration.
 */
final class Pipeline {

    private final AgentSettings agent;
    private final long timeoutNanos;
    private final Rollout rollout;
    private final @Nullable Ramp ramp;
    private final @Nullable Budget budget;
    private final Chain chain;
    private final Supplier<Health> health;
    private final Waiting waiting;
    private final Events events;
    private final @Nullable Occupancy occupancy;

    Pipeline(
            AgentSettings agent,
            Rollout rollout,
            @Nullable Ramp ramp,
            @Nullable Budget budget,
            Chain chain,
            Supplier<Health> health,
            Waiting waiting,
            Events events,
            @Nullable Occupancy occupancy) {
        this.agent = agent;
        this.timeoutNanos = agent.timeout().toNanos();
        this.rollout = rollout;
        this.ramp = ramp;
        this.budget = budget;
        this.chain = chain;
        this.health = health;
        this.waiting = waiting;
        this.events = events;
        this.occupancy = occupancy;
    }

    AgentSettings agent() {
        return agent;
    }

    Rollout rollout() {
        return rollout;
    }

    /** Null where the agent has no candidate. */
    @Nullable
    Ramp ramp() {
        return ramp;
    }

    /** Null where the agent has none. */
    @Nullable
    Budget budget() {
        return budget;
    }

    Health health() {
        return health.get();
    }

    /**
     * Starts a call: its deadline runs from here, whoever runs it and whenever. It is to be {@linkplain #run run} or
     * {@linkplain #refuse refused}, once.
     *
     * @return null where a later configuration is in force already: then its pipeline is the right one
     */
    @Nullable
    ChatCall start(ChatRequest request, CallOptions options) {
        return start(request, options, null);
    }

    /** Starts a call whose answer is streamed, where there is a listener. */
    @Nullable
    ChatCall start(ChatRequest request, CallOptions options, @Nullable StreamListener listener) {
        Duration own = options.timeout();
        long nanos = own == null ? timeoutNanos : own.toNanos();
        if (occupancy != null && !occupancy.enter()) {
            return null;
        }
        ChatCall call = new ChatCall(agent.name(), request, options, nanos, waiting, events);
        if (listener != null) {
            call.deliverTo(listener, agent.stream());
        }
        return call;
    }

    /** Says that a later configuration is in force: when the calls under way are over, connections may be closed. */
    void replace() {
        if (occupancy != null) {
            occupancy.replace();
        }
    }

    /** Runs a call to its end, once. */
    ChatResponse run(ChatCall call) {
        call.enter();
        try {
            call.ensureWanted();
            if (call.delivery() != null) {
                call.delivery().start();
            }
            ChatResponse answer = chain.proceed(call);
            if (call.delivery() != null) {
                call.delivery().finish(answer);
            }
            long end = call.answeredNanos();
            ChatResponse told = answer.with(provenance(call, end));
            report(call, told.degraded() ? Outcome.DEGRADED : Outcome.SUCCESS, call.degradedBecause(), end);
            return told;
        } catch (ChatException failure) {
            report(call, failure);
            if (call.delivery() != null) {
                failure.carryPartialText(call.delivery().partialText());
            }
            throw failure;
        } catch (RuntimeException bug) {
            report(call, Outcome.ERROR, FailureKind.OTHER);
            throw FailureKind.OTHER.exception(
                    "Call of agent '" + agent.name() + "' failed with "
                            + bug.getClass().getName(),
                    Origin.NONE,
                    bug);
        } catch (Error fatal) {
            report(call, Outcome.ERROR, FailureKind.OTHER);
            throw fatal;
        } finally {
            leave();
        }
    }

    /** Ends a call that could not even run. */
    ChatException refuse(ChatCall call, ChatException why) {
        report(call, why);
        leave();
        return why;
    }

    private void leave() {
        if (occupancy != null) {
            occupancy.leave();
        }
    }

    private static Provenance provenance(ChatCall call, long end) {
        return new Provenance(
                call.model(),
                call.variant(),
                call.degradedBecause(),
                call.cache(),
                call.attempts(),
                end - call.startNanos(),
                call.cost());
    }

    private void report(ChatCall call, ChatException failure) {
        boolean cancelled = failure.kind() == FailureKind.CANCELLED;
        report(call, cancelled ? Outcome.CANCELLED : Outcome.ERROR, failure.kind());
    }

    private void report(ChatCall call, Outcome outcome, @Nullable FailureKind failure) {
        report(call, outcome, failure, waiting.nanoTime());
    }

    private void report(ChatCall call, Outcome outcome, @Nullable FailureKind failure, long end) {
        Leg leg = call.legOrNull();
        boolean answered = outcome == Outcome.SUCCESS || outcome == Outcome.DEGRADED;
        call.emit(new Event.CallFinished(
                agent.name(),
                call.variant(),
                answered && leg != null ? leg.model() : assigned(call.variant()),
                outcome,
                failure,
                end - call.startNanos(),
                call.attempts(),
                call.cache(),
                call.explicit(),
                end,
                call.unit(),
                call.share(),
                call.usage(),
                call.cost()));
    }

    private String assigned(Variant variant) {
        String candidate = agent.candidate();
        return variant == Variant.CANDIDATE && candidate != null ? candidate : agent.baseline();
    }

    /** Which model would serve, and why; for a call of a unit, or for one that names none. */
    ModelChoice choice(CallOptions options) {
        Assignment assignment = rollout.assign(options, null);
        String model = assigned(assignment.variant());
        String why = assignment == Assignment.OUTSIDE_SHARE && options.unit() == null
                ? "the candidate '" + agent.candidate() + "' serves " + rollout.share() + " of the units"
                : assignment.reason();
        return new ModelChoice(model, assignment.variant(), rollout.share(), "'" + model + "' serves: " + why);
    }
}
