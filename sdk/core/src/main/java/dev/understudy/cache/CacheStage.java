package dev.understudy.cache;

import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Stage;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Provenance;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.time.Waiting;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Answers from memory where it can; else asks the model, together with all identical calls in flight. It stands above
 * retry, breaker and throttle: a hit costs neither a permit nor a token.
 */
public final class CacheStage implements Stage {

    private final ResponseCache cache;
    private final Waiting waiting;
    private volatile @Nullable LegKey latest;

    /**
     * Puts a cache before a model.
     *
     * @param cache the agent's answers
     * @param waiting where a call waits for an identical one
     */
    public CacheStage(ResponseCache cache, Waiting waiting) {
        this.cache = cache;
        this.waiting = waiting;
    }

    @Override
    public ChatResponse handle(ChatCall call, Chain next) {
        CacheKey key = CacheKey.of(
                legKey(call), call.options().scope(), call.deployment().parameters(), call.request());
        ChatResponse known = cache.fresh(key);
        if (known != null) {
            call.cacheLookedUp(CacheStatus.HIT);
            return known;
        }
        if (call.delivery() != null) {
            return alone(call, next, key);
        }
        Flight.Seat seat = cache.flights().board(key, waiting);
        try {
            await(seat, call);
            return seat.leads() ? lead(seat, call, next, key) : shared(seat, call);
        } catch (Throwable failure) {
            ChatResponse kept = failure instanceof ChatException told ? thirdRung(call, key, told) : null;
            if (kept != null) {
                return kept;
            }
            call.cacheLookedUp(seat.leads() ? CacheStatus.MISS : CacheStatus.SHARED);
            throw failure;
        }
    }

    /**
     * Asks the model for a stream, and for nobody else: who shared it would go at the pace of its listener, and hear nothing
     * before its end.
     */
    private ChatResponse alone(ChatCall call, Chain next, CacheKey key) {
        ChatResponse answer;
        try {
            answer = next.proceed(call);
        } catch (ChatException failure) {
            ChatResponse kept = thirdRung(call, key, failure);
            if (kept != null) {
                return kept;
            }
            call.cacheLookedUp(CacheStatus.MISS);
            throw failure;
        }
        if (mayBeStored(call, answer)) {
            cache.put(key, answer);
        }
        call.cacheLookedUp(CacheStatus.MISS);
        return answer;
    }

    /** A stage belongs to one leg, whose part of the key is computed once; the latest wins where that is not so. */
    @SuppressWarnings("ReferenceEquality") // the same objects come again; equal ones would have the same key
    private CacheKey legKey(ChatCall call) {
        LegKey known = latest;
        if (known == null || known.deployment != call.deployment() || !known.agent.equals(call.agent())) {
            known = new LegKey(call.agent(), call.deployment(), CacheKey.ofLeg(call.agent(), call.deployment()));
            latest = known;
        }
        return known.key;
    }

    private record LegKey(String agent, Deployment deployment, CacheKey key) {}

    /** Until this call leads, its flight has landed, or its own time is over: then it leaves, and hurts nobody. */
    private void await(Flight.Seat seat, ChatCall call) {
        if (seat.leads()) {
            return;
        }
        // What becomes of a fallback says nothing about the assigned model anyway, and that one's failure is its own.
        boolean assigned = call.leg().variant() == call.variant();
        if (assigned) {
            call.follows(true);
        }
        try {
            while (!seat.leads() && seat.landing() == null) {
                call.ensureLive();
                waiting.park(seat, call.deadline().remainingNanos());
            }
            if (assigned && seat.leads()) {
                call.follows(false);
            }
        } catch (Throwable ended) {
            seat.giveUp();
            throw ended;
        }
    }

    /** Asks the model for everybody on board. However that ends, this call does not lead any more afterwards. */
    private ChatResponse lead(Flight.Seat seat, ChatCall call, Chain next, CacheKey key) {
        CacheStatus status = CacheStatus.HIT;
        ChatResponse answer;
        try {
            // Between our look-up and our boarding, an identical call may have landed.
            answer = cache.fresh(key);
            if (answer == null) {
                status = CacheStatus.MISS;
                answer = next.proceed(call);
                if (mayBeStored(call, answer)) {
                    cache.put(key, answer);
                }
            }
        } catch (Throwable failure) {
            if (concernsOnly(call, failure)) {
                seat.giveUp();
            } else {
                seat.land(new Flight.Landing(null, failure));
            }
            throw failure;
        }
        seat.land(new Flight.Landing(answer, null));
        call.cacheLookedUp(status);
        return answer;
    }

    /** What the leader got. A failure is a copy, for what happens to this call later is added to its own exception. */
    private static ChatResponse shared(Flight.Seat seat, ChatCall call) {
        Flight.Landing landing = Objects.requireNonNull(seat.landing());
        if (landing.answer() != null) {
            call.cacheLookedUp(CacheStatus.SHARED);
            return landing.answer().with(Provenance.NONE);
        }
        if (landing.failure() instanceof ChatException failure) {
            throw failure.kind().exception(String.valueOf(failure.getMessage()), failure.origin(), failure);
        }
        throw FailureKind.OTHER.exception(
                "A call to model '" + call.model() + "', shared by identical calls, failed unexpectedly",
                Origin.of(call.model()),
                landing.failure());
    }

    /** Whether a failed call was at the end of its own time, which says nothing about the others'. */
    private static boolean concernsOnly(ChatCall call, Throwable failure) {
        return call.deadline().isOver()
                || Thread.currentThread().isInterrupted()
                || (failure instanceof ChatException told && told.kind() == FailureKind.CANCELLED);
    }

    /** Only a whole answer of the model that the call was meant for: the baseline's answer to a failed candidate is not. */
    private static boolean mayBeStored(ChatCall call, ChatResponse answer) {
        return (answer.finishReason() == FinishReason.STOP || answer.finishReason() == FinishReason.TOOL_CALLS)
                && call.variant() == call.leg().variant();
    }

    /** After candidate and baseline: what this model said longer ago than {@code ttl}, where the agent allows for it. */
    private @Nullable ChatResponse thirdRung(ChatCall call, CacheKey key, ChatException failure) {
        FailureKind reason = failure.kind();
        if (!cache.keepsStale() || !call.lastLeg() || reason.fallback() != FailureKind.Fallback.ALWAYS) {
            return null;
        }
        ChatResponse fresh = cache.fresh(key); // whoever took the lead from this call was quick
        ChatResponse answer = fresh != null ? fresh : cache.stale(key);
        if (answer == null || !call.mayRestart(failure, call.model())) {
            return null;
        }
        if (fresh == null) {
            call.degrade(reason);
        }
        call.cacheLookedUp(fresh == null ? CacheStatus.STALE : CacheStatus.HIT);
        return answer;
    }
}
