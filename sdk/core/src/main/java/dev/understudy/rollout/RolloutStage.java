package dev.understudy.rollout;

import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import org.jspecify.annotations.Nullable;

/** Assigns a variant to each call, and lets the guard see what becomes of it. */
public final class RolloutStage implements Stage {

    private final Rollout rollout;
    private final @Nullable RolloutGuard guard;

    /**
     * Assigns by a rollout.
     *
     * @param rollout who decides
     * @param guard who watches the candidate, or null where there is none
     */
    public RolloutStage(Rollout rollout, @Nullable RolloutGuard guard) {
        this.rollout = rollout;
        this.guard = guard;
    }

    @Override
    public ChatResponse handle(ChatCall call, Chain next) {
        Assignment assigned = rollout.assign(call);
        if (guard == null) {
            return next.proceed(call);
        }
        Trial trial = guard.trial();
        if (!counts(assigned, call, guard)) {
            trial.comeBy(call.startNanos());
            return next.proceed(call);
        }
        int place = trial.begin(call);
        ChatResponse answer;
        try {
            answer = next.proceed(call);
        } catch (ChatException failure) {
            trial.failed(call, place, failure.kind());
            throw failure;
        } catch (RuntimeException | Error bug) {
            trial.failed(call, place, FailureKind.OTHER);
            throw bug;
        }
        trial.answered(call, place);
        return answer;
    }

    /** Only what the share decided; without a unit, only where it decided the same for everybody. */
    private static boolean counts(Assignment assigned, ChatCall call, RolloutGuard guard) {
        return switch (assigned) {
            case INSIDE_SHARE -> true;
            // Nobody is on the candidate, and the baseline's calls tell whether that was right.
            case ROLLED_BACK, QUARANTINED, HELD_BACK -> true;
            case OUTSIDE_SHARE -> call.share() >= 0 || guard.isNobody();
            default -> false;
        };
    }
}
