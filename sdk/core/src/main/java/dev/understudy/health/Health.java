package dev.understudy.health;

import dev.understudy.chat.Variant;
import dev.understudy.event.CircuitState;
import java.util.List;
import java.util.Objects;

/**
 * Whether an agent can answer, and why. It holds names and numbers of the configuration, never a prompt, an answer or a
 * key, and may be shown to anybody who may know the names of the models.
 *
 * @param agent the agent
 * @param status the verdict
 * @param reason why, as a sentence without the status: "candidate 'qa-tuned-v1.3' is OPEN, the baseline answers"
 * @param models the agent's models, the baseline first
 */
public record Health(String agent, Status status, String reason, List<Model> models) {

    /** How well an agent answers, from good to bad. */
    public enum Status {
        /** Every call is answered by the model that it was assigned to. */
        UP,
        /** Calls are answered, but some by the understudy, some not at all, or without a safety net. */
        DEGRADED,
        /** No call can be answered. */
        DOWN
    }

    /**
     * One of an agent's two models.
     *
     * @param name its name in the configuration
     * @param variant which of the two it is
     * @param circuit the state of its circuit breaker
     * @param inUse whether any call may come to it: assigned to it, or falling back to it
     */
    public record Model(String name, Variant variant, CircuitState circuit, boolean inUse) {
        /** Checks that nothing is missing. */
        public Model {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(variant, "variant");
            Objects.requireNonNull(circuit, "circuit");
        }
    }

    /** Checks that nothing is missing and copies the models. */
    public Health {
        Objects.requireNonNull(agent, "agent");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(reason, "reason");
        models = List.copyOf(models);
    }

    /**
     * Adds something that the judgement did not see, such as a configuration file that was refused.
     *
     * @param atLeast how bad it is: the status becomes this, unless it is worse already
     * @param sentence what it is, as part of a sentence
     * @return this health with a worse status, or the same, and one more reason
     */
    public Health and(Status atLeast, String sentence) {
        Status worse = atLeast.compareTo(status) > 0 ? atLeast : status;
        return new Health(agent, worse, reason + "; " + sentence, models);
    }

    /** Returns status and reason: "DEGRADED: candidate 'qa-tuned-v1.3' is OPEN, the baseline answers". */
    @Override
    public String toString() {
        return status + ": " + reason;
    }
}
