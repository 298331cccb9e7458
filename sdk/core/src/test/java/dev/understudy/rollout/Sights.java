package dev.understudy.rollout;

import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** Sights and states for tests of the pure functions: nothing happens in them unless a test says so. */
final class Sights {

    static final Instant BEGIN = Instant.parse("2026-11-20T17:00:00Z");
    static final RampSettings RAMP =
            RampSettings.builder().stages(1, 5, 25, 100).build();

    Instant now = BEGIN.plusSeconds(60);
    boolean allowed = true;
    Share ceiling = Share.ALL;
    RampSettings ramp = RAMP;
    boolean alarmed;
    double strict;
    double split;
    boolean leaked;
    boolean passes;
    long calls = 10;
    Duration dwell = Duration.ofSeconds(60);
    Duration silence = Duration.ZERO;
    Sight.Watch watch = Sight.Watch.NONE;

    static Sights sights() {
        return new Sights();
    }

    Sights with(Consumer<Sights> change) {
        change.accept(this);
        return this;
    }

    Sight see() {
        return new Sight(
                now,
                allowed,
                ceiling,
                ramp,
                alarmed,
                Guard.LATENCY_LIMIT,
                strict,
                split,
                leaked,
                passes,
                List.of(new GuardEvidence(Guard.LATENCY_LIMIT, alarmed ? 9 : 0, strict, 3, 3)),
                new ArmCounts(1000, 10, 0),
                new ArmCounts(calls, 0, 0),
                dwell,
                silence,
                watch);
    }

    static RolloutState started() {
        return Transitions.started("qa_agent", "tuned", "qa_agent/tuned", null, Share.ALL, RAMP, BEGIN);
    }

    /** A rollout at its second step, at 5 %. */
    static RolloutState state(RolloutPhase phase, RolloutReason reason) {
        StateDraft draft = started().draft();
        draft.toStep(1, Share.percent(5), BEGIN);
        if (phase == RolloutPhase.COMPLETED) {
            draft.toStep(3, Share.ALL, BEGIN);
        }
        if (phase == RolloutPhase.QUARANTINED) {
            draft.firedBy = Guard.LATENCY_LIMIT;
        }
        if (reason == RolloutReason.SHARED_DEGRADATION) {
            draft.stage = Share.NONE;
            draft.degradations = 1;
        }
        draft.callsAtChange = 10;
        return draft.to(phase, reason).done();
    }

    /** The same behind the kill switch. */
    static RolloutState off(RolloutPhase phase, RolloutReason reason) {
        StateDraft draft = state(phase, reason).draft();
        draft.phaseBeforeOff = phase;
        draft.reasonBeforeOff = reason;
        return draft.to(RolloutPhase.OFF, RolloutReason.KILL_SWITCH).done();
    }
}
