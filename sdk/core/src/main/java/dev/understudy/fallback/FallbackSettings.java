package dev.understudy.fallback;

import dev.understudy.error.Bounds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is kept for the baseline, and when it steps in. Immutable.
 *
 * @param reserve time kept for the baseline, less than the agent's time-out; null, the default, lets {@code reserveShare}
 *     and the baseline's recent latency decide
 * @param reserveShare the least part of the time-out kept for the baseline; 0.01 to 0.9; default 0.4
 * @param onContentFilter whether the baseline may answer what the candidate's content filter refused; default false
 */
public record FallbackSettings(@Nullable Duration reserve, double reserveShare, boolean onContentFilter) {

    /** What holds unless the configuration says otherwise. */
    public static final FallbackSettings DEFAULT = new FallbackSettings(null, 0.4, false);

    /** Checks the bounds. */
    public FallbackSettings {
        if (reserve != null) {
            Bounds.check("reserve", reserve, Duration.ofMillis(1), Duration.ofHours(1));
        }
        Bounds.check("reserve", reserveShare, 0.01, 0.9);
    }
}
