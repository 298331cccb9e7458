package dev.understudy.tests.simulation;

import dev.understudy.chat.Variant;
import dev.understudy.event.Event;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * R24: once the evidence suffices, no call of the candidate begins; that is told once, and only a person or another candidate
 * undoes it. And no decision gives a candidate more than operators allow.
 */
final class RolloutRules implements Watcher {

    private final Simulation simulation;
    /** Since which moment nobody is on a candidate any more, by agent and candidate. */
    private final Map<String, Long> denied = new HashMap<>();
    /** Who was rolled back, and not re-armed since. */
    private final Set<String> rolledBack = new HashSet<>();

    RolloutRules(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void heard(SimulatedCall call, Event event) {
        if (event instanceof Event.RolloutChanged changed) {
            changed(changed.decision());
        } else if (event instanceof Event.CallFinished end && end.variant() == Variant.CANDIDATE) {
            Long since = denied.get(key(end.agent(), call.settings().candidate()));
            if (since != null && call.beganMoment > since) {
                throw simulation.violated("R24", call + " is the candidate's, which was taken away before it began");
            }
        }
    }

    private void changed(RolloutDecision decision) {
        String key = key(decision.agent(), decision.candidate());
        if (decision.reason() == RolloutReason.RESET) {
            rolledBack.remove(key);
        } else if (decision.to() == RolloutPhase.ROLLED_BACK && decision.isRollback()) {
            if (!rolledBack.add(key)) {
                throw simulation.violated("R24", key + " was rolled back twice");
            }
        } else if (rolledBack.contains(key) && decision.to() != RolloutPhase.ROLLED_BACK) {
            throw simulation.violated("R24", key + " is " + decision.to() + " after a rollback, by " + decision.by());
        }
        boolean nobody =
                switch (decision.to()) {
                    case QUARANTINED, ROLLED_BACK -> true;
                    case HOLD -> decision.reason() == RolloutReason.SHARED_DEGRADATION;
                    case OFF, RUNNING, COMPLETED -> false;
                };
        if (nobody) {
            denied.putIfAbsent(key, simulation.world.moment());
        } else {
            denied.remove(key);
        }
        int allowed = simulation.mostEver(configuration ->
                configuration.agents().get(decision.agent()).rollout().share().thousandths());
        if (decision.sharePercent() * 1000 > allowed) {
            throw simulation.violated("R24", key + " gets " + decision.sharePercent() + " % of " + allowed / 1000.0);
        }
    }

    private static String key(String agent, String candidate) {
        return agent + " with " + candidate;
    }
}
