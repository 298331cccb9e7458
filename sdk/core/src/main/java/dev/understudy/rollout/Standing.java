package dev.understudy.rollout;

import dev.understudy.error.Bounds;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Says in a sentence who decides about a rollout, and where it stands. */
final class Standing {

    private Standing() {}

    /** The kill switch decides, and the baseline serves everybody. */
    static String killed(String baseline) {
        return "The kill switch decides: use_finetuned is false, and '" + baseline + "' serves everybody";
    }

    /**
     * The state decides.
     *
     * @param denied why nobody gets the candidate, or null where the share decides
     */
    static String of(RolloutState state, @Nullable Assignment denied, Share share, RolloutSettings settings) {
        if (denied != null) {
            String decided = state.decisions().isEmpty()
                    ? denied.reason()
                    : state.decisions().get(state.decisions().size() - 1).detail();
            return (denied == Assignment.ROLLED_BACK ? "A latched rollback decides: " : "The rollout decides: ")
                    + "nobody is on '" + state.candidate() + "' since "
                    + state.since().truncatedTo(ChronoUnit.SECONDS) + ". " + decided;
        }
        String unless = settings.allowOverride()
                ? ", unless a call says use_finetuned: false or asks for a variant"
                : ", unless a call says use_finetuned: false";
        return "The share decides: " + share + " of the units are on '" + state.candidate() + "'" + unless
                + step(state, settings.ramp());
    }

    private static String step(RolloutState state, RampSettings ramp) {
        return switch (state.phase()) {
            case HOLD -> ". It is on hold: " + state.reason().words();
            case COMPLETED -> ". The ramp has reached its end";
            default ->
                ramp.climbs() && state.step() < ramp.stages().size()
                        ? ". Step " + (state.step() + 1) + " of "
                                + ramp.stages().size() + " lasts at least "
                                + Bounds.spell(ramp.hold(state.step())) + " and " + ramp.minCalls(state.step())
                                + " calls"
                        : "";
        };
    }
}
