package dev.understudy.rollout;

import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatResponse;

/** Assigns a variant to each call. */
public final class RolloutStage implements Stage {

    private final Rollout rollout;

    /**
     * Assigns by a rollout.
     *
     * @param rollout who decides
     */
    public RolloutStage(Rollout rollout) {
        this.rollout = rollout;
    }

    @Override
    public ChatResponse handle(ChatCall call, Chain next) {
        Assignment assignment = rollout.assign(call.options(), call.request());
        call.assign(assignment.variant(), assignment.explicit());
        return next.proceed(call);
    }
}
