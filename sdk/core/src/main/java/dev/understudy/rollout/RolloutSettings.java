package dev.understudy.rollout;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who is on the candidate, how that share climbs, and what takes the candidate away. Immutable.
 *
 * @param share the most units that ever are: the ceiling of a ramp, or the share itself where there is none; default none
 * @param salt what makes this rollout's split independent of others, or null for {@code agent/candidate}; frozen as long as
 *     the candidate stays
 * @param allowOverride whether a call may ask for a variant; default false
 * @param ramp how the share climbs by itself; default {@link RampSettings#NONE}
 * @param guard what the candidate may not do; default {@link GuardSettings#DEFAULT}
 */
public record RolloutSettings(
        Share share, @Nullable String salt, boolean allowOverride, RampSettings ramp, GuardSettings guard) {

    /** What holds unless the configuration says otherwise. */
    public static final RolloutSettings DEFAULT = new RolloutSettings(Share.NONE, null, false);

    /** Checks that nothing is missing. */
    public RolloutSettings {
        Objects.requireNonNull(share, "share");
        Objects.requireNonNull(ramp, "ramp");
        Objects.requireNonNull(guard, "guard");
        if (salt != null && salt.isEmpty()) {
            throw new IllegalArgumentException("rollout.salt must not be empty; leave it out for the default");
        }
    }

    /**
     * A fixed share with the default guard.
     *
     * @param share the units that are on the candidate
     * @param salt what makes this rollout's split independent of others, or null for {@code agent/candidate}
     * @param allowOverride whether a call may ask for a variant
     */
    public RolloutSettings(Share share, @Nullable String salt, boolean allowOverride) {
        this(share, salt, allowOverride, RampSettings.NONE, GuardSettings.DEFAULT);
    }

    /**
     * The same with another ceiling.
     *
     * @param ceiling the most units that ever are on the candidate
     * @return new settings
     */
    public RolloutSettings withShare(Share ceiling) {
        return new RolloutSettings(ceiling, salt, allowOverride, ramp, guard);
    }

    /**
     * The same with another salt.
     *
     * @param other what makes this rollout's split independent of others
     * @return new settings
     */
    public RolloutSettings withSalt(@Nullable String other) {
        return new RolloutSettings(share, other, allowOverride, ramp, guard);
    }

    /**
     * The same with a ramp, below the ceiling that is set; 100 % where none was.
     *
     * @param climbing how the share climbs
     * @return new settings
     */
    public RolloutSettings withRamp(RampSettings climbing) {
        Share ceiling = share.equals(Share.NONE) && climbing.climbs() ? Share.ALL : share;
        return new RolloutSettings(ceiling, salt, allowOverride, climbing, guard);
    }

    /**
     * The same with another guard.
     *
     * @param watchful what the candidate may not do
     * @return new settings
     */
    public RolloutSettings withGuard(GuardSettings watchful) {
        return new RolloutSettings(share, salt, allowOverride, ramp, watchful);
    }
}
