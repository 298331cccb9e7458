package dev.understudy.event;

import java.util.Map;
import java.util.function.DoubleSupplier;

/**
 * A number that can be read at any time, such as calls in flight. Thread-safe; reading it is cheap and blocks nobody.
 *
 * @param name the metric's name, such as {@code model.inflight}
 * @param description what it means, and its unit
 * @param tags from the configuration only
 * @param value reads it
 */
public record Reading(String name, String description, Map<String, String> tags, DoubleSupplier value) {

    /** Where the rollout of an agent's candidate stands: there is one of this name for each of them, whatever became of it. */
    public static final String ROLLOUT_PHASE = "model.rollout.phase";

    /** What an agent may spend in a period: there is one of this name for each agent that has a budget. */
    public static final String BUDGET = "model.budget";

    /** How many hedges an agent's budget would allow at once: there is one of this name for each agent that hedges. */
    public static final String HEDGE_BUDGET = "model.hedge.budget";

    /** Copies the tags. */
    public Reading {
        tags = Map.copyOf(tags);
    }
}
