package dev.understudy.insight;

import java.util.Objects;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An agent whose calls are looked at, as the configuration in force names it.
 *
 * @param agent its name
 * @param baseline its proven model
 * @param candidate the model being rolled out, or null where there is none
 * @param sharedQuota whether both models draw on one provider's quota: then a 429 says nothing about either
 * @param limits what the candidate is held against
 * @param experiment what the rollout is to show, or null where nothing is asked
 * @param sharePercent the candidate's share now, 0 to 100; read every few seconds
 * @param findings what the guard has found; read when somebody asks for a comparison
 */
public record Subject(
        String agent,
        String baseline,
        @Nullable String candidate,
        boolean sharedQuota,
        Limits limits,
        @Nullable ExperimentSettings experiment,
        DoubleSupplier sharePercent,
        Supplier<Findings> findings) {

    /** Checks that nothing is missing. */
    public Subject {
        Objects.requireNonNull(agent, "agent");
        Objects.requireNonNull(baseline, "baseline");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(sharePercent, "sharePercent");
        Objects.requireNonNull(findings, "findings");
    }

    /** Under which name the days of this rollout are kept. */
    String book() {
        return candidate == null ? "" : candidate;
    }
}
