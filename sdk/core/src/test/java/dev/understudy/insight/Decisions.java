package dev.understudy.insight;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.Event;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import java.time.Instant;
import java.util.List;

/** Decisions on a rollout, as the ramp tells them. */
final class Decisions {

    private Decisions() {}

    static Event reset(String agent, String candidate, Instant at) {
        return new Event.RolloutChanged(new RolloutDecision(
                agent,
                candidate,
                RolloutPhase.ROLLED_BACK,
                RolloutPhase.RUNNING,
                RolloutReason.RESET,
                0,
                1,
                "ada",
                "again",
                List.of(),
                ArmCounts.NONE,
                ArmCounts.NONE,
                at));
    }
}
