package dev.understudy.cli;

import dev.understudy.insight.StoredInsight;
import dev.understudy.store.RolloutStore;

/** What running applications have written about an agent's calls. */
final class WrittenInsight {

    private WrittenInsight() {}

    /**
     * Reads it.
     *
     * @throws Refused if nothing is written yet, or something else
     */
    static StoredInsight read(RolloutStore store, String agent) {
        return store.read(StoredInsight.key(agent))
                .filter(record -> !record.isBlank())
                .map(record -> {
                    try {
                        return new StoredInsight(agent, record);
                    } catch (IllegalArgumentException foreign) {
                        throw new Refused(
                                "What is written about the calls of '" + agent + "' cannot be used: "
                                        + foreign.getMessage(),
                                foreign);
                    }
                })
                .orElseThrow(() -> new Refused("Nothing is written about the calls of '" + agent
                        + "' yet; an application that uses this file writes it some seconds after the first"));
    }
}
