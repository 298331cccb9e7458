package dev.understudy.rollout;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who is on the candidate. Immutable.
 *
 * @param share the units that are; default none
 * @param salt what makes this rollout's split independent of others, or null for {@code agent/candidate}
 * @param allowOverride whether a call may ask for a variant; default false
 */
public record RolloutSettings(Share share, @Nullable String salt, boolean allowOverride) {

    /** What holds unless the configuration says otherwise. */
    public static final RolloutSettings DEFAULT = new RolloutSettings(Share.NONE, null, false);

    /** Checks that nothing is missing. */
    public RolloutSettings {
        Objects.requireNonNull(share, "share");
        if (salt != null && salt.isEmpty()) {
            throw new IllegalArgumentException("rollout.salt must not be empty; leave it out for the default");
        }
    }
}
