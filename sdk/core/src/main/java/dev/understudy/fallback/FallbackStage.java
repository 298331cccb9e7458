package dev.understudy.fallback;

import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.call.RecentLatency;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Variant;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.RefusedException;
import dev.understudy.event.Event;
import dev.understudy.time.Deadline;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Asks the assigned model, and the baseline where the candidate fails, or, hedged, where it is late: the only stage that proceeds
 * twice. The candidate may use only what is not reserved for the baseline, so that even a silent one leaves time for an answer.
 */
public final class FallbackStage implements Stage {

    private final Leg baseline;
    private final @Nullable Leg candidate;
    private final boolean useFallback;
    private final boolean onContentFilter;
    private final Reserve reserve;
    private final @Nullable Hedging hedging;

    /**
     * Joins an agent's two legs.
     *
     * @param baseline the leg to the baseline
     * @param candidate the leg to the candidate, or null where the agent has none
     * @param useFallback whether the baseline may answer for the candidate, unless the call says otherwise
     * @param settings what is kept for the baseline, and when it steps in
     * @param baselineLatency how long the baseline takes
     * @param hedging asks the baseline besides a candidate that is late, or null where nobody does
     */
    public FallbackStage(
            Leg baseline,
            @Nullable Leg candidate,
            boolean useFallback,
            FallbackSettings settings,
            RecentLatency baselineLatency,
            @Nullable Hedging hedging) {
        this.baseline = baseline;
        this.candidate = candidate;
        this.useFallback = useFallback;
        this.onContentFilter = settings.onContentFilter();
        this.reserve = new Reserve(settings, baselineLatency);
        this.hedging = hedging;
    }

    @Override
    public ChatResponse handle(ChatCall call, Chain next) {
        Deadline whole = call.wholeDeadline();
        if (candidate == null || call.variant() == Variant.BASELINE) {
            return call.travel(baseline, whole, true);
        }
        if (!mayFallBack(call)) {
            return call.travel(candidate, whole, true);
        }
        long kept = reserve.nanos(call.timeoutNanos());
        Hedging.Hedge hedge = hedging == null ? null : hedging.plan(call, candidate, baseline, kept);
        if (hedge == null) {
            try {
                return call.travel(candidate, whole.earlierBy(kept), false);
            } catch (ChatException first) {
                return standIn(call, candidate, first, null);
            }
        }
        try (hedge) {
            return hedged(call, candidate, hedge);
        }
    }

    /** As ever, but that the baseline may be under way already: then its answer is taken, and it is not asked twice. */
    private ChatResponse hedged(ChatCall call, Leg lead, Hedging.Hedge hedge) {
        try {
            ChatResponse answer = call.travel(lead, hedge.until, false);
            if (hedge.race.isWonByFirst()) {
                return answer;
            }
        } catch (ChatException first) {
            if (!hedge.race.isLost()) {
                return standIn(call, lead, first, hedge);
            }
        }
        hedge.outrun();
        ChatResponse answer = hedge.race.await();
        if (answer != null) {
            return answer;
        }
        // It had begun to speak, and broke off: what was given up for it is gone.
        ChatException broken = Objects.requireNonNull(hedge.race.failure());
        if (!mayAskAgain(broken, hedge)
                || call.wholeDeadline().isOver()
                || !call.mayRestart(broken, baseline.model())) {
            throw broken;
        }
        hedge.race.close();
        return lastResort(call, broken);
    }

    private boolean mayFallBack(ChatCall call) {
        Boolean wish = call.options().useFallback();
        return wish != null ? wish : useFallback;
    }

    private boolean helps(FailureKind kind, Leg failed) {
        return switch (kind.fallback()) {
            case ALWAYS -> true;
            case NEVER -> false;
            case OPT_IN -> onContentFilter;
            case LARGER_WINDOW ->
                failed.deployment().contextWindow() > 0
                        && baseline.deployment().contextWindow()
                                > failed.deployment().contextWindow();
        };
    }

    /** The candidate failed, and the baseline is asked, or has been already. */
    private ChatResponse standIn(ChatCall call, Leg failed, ChatException first, Hedging.@Nullable Hedge hedge) {
        if (!helps(first.kind(), failed)
                || call.wholeDeadline().isOver()
                || !call.mayRestart(first, baseline.model())) {
            throw first;
        }
        call.emit(new Event.FellBack(
                call.agent(),
                failed.model(),
                baseline.model(),
                first.kind(),
                call.attempts(),
                first.origin().requestId()));
        call.degrade(first.kind());
        if (hedge != null) {
            ChatResponse answer = underWay(hedge, first);
            if (answer != null) {
                return answer;
            }
        }
        return lastResort(call, first);
    }

    /** What comes of a hedge that was sent before the candidate failed; null where the baseline may be asked once more. */
    private static @Nullable ChatResponse underWay(Hedging.Hedge hedge, ChatException first) {
        ChatResponse answer;
        try {
            answer = hedge.race.await();
        } catch (ChatException ended) {
            throw joined(first, ended);
        }
        ChatException second = hedge.race.failure();
        if (answer == null && second != null && !mayAskAgain(second, hedge)) {
            throw joined(first, second);
        }
        hedge.race.close();
        return answer;
    }

    /** Nothing was sent, or the same may go better now; who wants to be left alone for a while is. */
    private static boolean mayAskAgain(ChatException failed, Hedging.Hedge hedge) {
        Duration pause = failed.origin().retryAfter();
        boolean leftAlone = pause != null && !pause.isNegative() && !pause.isZero();
        return !hedge.race.hasSent() || (failed.retryable() && !(failed instanceof RefusedException) && !leftAlone);
    }

    private ChatResponse lastResort(ChatCall call, ChatException first) {
        try {
            return call.travel(baseline, call.wholeDeadline(), true);
        } catch (ChatException second) {
            throw joined(first, second);
        }
    }

    /** The first cause is never lost: where the baseline fails too, the candidate's error is thrown, and carries it. */
    private static ChatException joined(ChatException first, ChatException second) {
        boolean cancelled = second.kind() == FailureKind.CANCELLED;
        ChatException told = cancelled ? second : first;
        ChatException kept = cancelled ? first : second;
        if (told != kept) {
            told.addSuppressed(kept);
        }
        return told;
    }
}
