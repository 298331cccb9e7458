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
import dev.understudy.event.Event;
import dev.understudy.time.Deadline;
import org.jspecify.annotations.Nullable;

/**
 * Asks the assigned model, and the baseline where the candidate fails: the only stage that proceeds twice. The candidate
 * may use only what is not reserved for the baseline, so that even a silent one leaves time for an answer.
 */
public final class FallbackStage implements Stage {

    private final Leg baseline;
    private final @Nullable Leg candidate;
    private final boolean useFallback;
    private final boolean onContentFilter;
    private final Reserve reserve;

    /**
     * Joins an agent's two legs.
     *
     * @param baseline the leg to the baseline
     * @param candidate the leg to the candidate, or null where the agent has none
     * @param useFallback whether the baseline may answer for the candidate, unless the call says otherwise
     * @param settings what is kept for the baseline, and when it steps in
     * @param baselineLatency how long the baseline takes
     */
    public FallbackStage(
            Leg baseline,
            @Nullable Leg candidate,
            boolean useFallback,
            FallbackSettings settings,
            RecentLatency baselineLatency) {
        this.baseline = baseline;
        this.candidate = candidate;
        this.useFallback = useFallback;
        this.onContentFilter = settings.onContentFilter();
        this.reserve = new Reserve(settings, baselineLatency);
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
        try {
            return call.travel(candidate, whole.earlierBy(reserve.nanos(call.timeoutNanos())), false);
        } catch (ChatException first) {
            if (!helps(first.kind(), candidate) || whole.isOver() || !call.mayRestart(first, baseline.model())) {
                throw first;
            }
            return standIn(call, candidate, first);
        }
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

    /** The first cause is never lost: where the baseline fails too, the candidate's error is thrown, and carries it. */
    private ChatResponse standIn(ChatCall call, Leg failed, ChatException first) {
        call.emit(new Event.FellBack(
                call.agent(),
                failed.model(),
                baseline.model(),
                first.kind(),
                call.attempts(),
                first.origin().requestId()));
        call.degrade(first.kind());
        try {
            return call.travel(baseline, call.wholeDeadline(), true);
        } catch (ChatException second) {
            boolean cancelled = second.kind() == FailureKind.CANCELLED;
            ChatException told = cancelled ? second : first;
            ChatException kept = cancelled ? first : second;
            if (told != kept) {
                told.addSuppressed(kept);
            }
            throw told;
        }
    }
}
