package dev.understudy.insight;

import dev.understudy.evidence.GuardEvidence;
import java.util.List;
import java.util.Objects;

/**
 * What the guard of a rollout has found so far: it looks at each call, insight only asks.
 *
 * @param evidence what each guard holds against the candidate, in the whole rollout; empty where nothing is guarded
 * @param split how units were split at their first exposure, and how they should have been
 */
public record Findings(List<GuardEvidence> evidence, Comparison.Split split) {

    /** Nothing is guarded. */
    public static final Findings NONE = new Findings(List.of(), Comparison.Split.NONE);

    /** Checks that nothing is missing and copies the evidence. */
    public Findings {
        Objects.requireNonNull(split, "split");
        evidence = List.copyOf(evidence);
    }
}
