package dev.understudy.rollout;

import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatResponse;
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
        rollout.assign(call);
        return next.proceed(call);
    }
}
