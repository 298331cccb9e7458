package dev.understudy.insight;

import java.util.List;
import java.util.Objects;

/**
 * How an experiment that the configuration describes stands. Immutable.
 *
 * @param agent the agent
 * @param answer what to do
 * @param why the answer in one sentence
 * @param criteria what was asked, one by one
 */
public record ExperimentResult(String agent, Answer answer, String why, List<Criterion> criteria) {

    /** What to do with the candidate. */
    public enum Answer {
        /** Every criterion is met for as long as was asked. */
        ACCEPT,
        /** A criterion has failed, and more data will not mend it. */
        REJECT,
        /** Neither yet: go on. */
        CONTINUE
    }

    /**
     * One criterion.
     *
     * @param name what is measured: "p95 of the candidate"
     * @param wanted what was asked: "at most 400 ms"
     * @param seen what was measured, with its bounds: "312 ms (298 to 331)"
     * @param answer what follows from it alone
     */
    public record Criterion(String name, String wanted, String seen, Answer answer) {
        /** Checks that nothing is missing. */
        public Criterion {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(wanted, "wanted");
            Objects.requireNonNull(seen, "seen");
            Objects.requireNonNull(answer, "answer");
        }
    }

    /** Checks that nothing is missing and copies the criteria. */
    public ExperimentResult {
        Objects.requireNonNull(agent, "agent");
        Objects.requireNonNull(answer, "answer");
        Objects.requireNonNull(why, "why");
        criteria = List.copyOf(criteria);
    }
}
