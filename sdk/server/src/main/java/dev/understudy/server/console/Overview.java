package dev.understudy.server.console;

import dev.understudy.ModelRegistry;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.InvalidRequestException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All agents at one moment. */
final class Overview {

    /** What the small chart of a row has room for. */
    private static final int POINTS = 120;

    private final ModelRegistry registry;

    Overview(ModelRegistry registry) {
        this.registry = registry;
    }

    /**
     * How all agents are.
     *
     * @param tree everything but the time, so that two that are equal tell the same
     * @param decided when something was last decided about each agent
     */
    record State(Map<String, @Nullable Object> tree, List<Instant> decided) {

        Map<String, @Nullable Object> treeAt(Instant now) {
            Map<String, @Nullable Object> whole = new LinkedHashMap<>();
            whole.put("at", now);
            whole.putAll(tree);
            return whole;
        }
    }

    State state(Instant now) {
        Configuration configuration = registry.configuration();
        List<AgentRow> rows = new ArrayList<>();
        for (AgentSettings agent : configuration.agents().values()) {
            AgentRow row = ifThere(() -> AgentRow.of(registry, agent));
            if (row != null) {
                rows.add(row);
            }
        }
        List<String> problems = registry.configurationProblems();
        Map<String, @Nullable Object> tree = new Tree()
                .put("changeable", !configuration.operators().isEmpty())
                .put("useFinetuned", configuration.useFinetuned())
                .put(
                        "troubles",
                        Troubles.of(rows, configuration.useFinetuned(), problems, now).stream()
                                .map(Trouble::tree)
                                .toList())
                .put("agents", rows.stream().map(AgentRow::tree).toList())
                .map();
        return new State(tree, rows.stream().map(AgentRow::decided).toList());
    }

    /** The last hour of every agent. */
    Map<String, @Nullable Object> trails() {
        Map<String, @Nullable Object> trails = new LinkedHashMap<>();
        for (String agent : registry.configuration().agents().keySet()) {
            Trail trail = ifThere(() -> Trail.of(registry, registry.rollout(agent), Trail.HOUR));
            if (trail != null) {
                trails.put(agent, trail.inAtMost(POINTS).tree());
            }
        }
        return trails;
    }

    /** A reload may take an agent away while it is looked at: then the next look does not find it. */
    private static <T> @Nullable T ifThere(Supplier<T> look) {
        try {
            return look.get();
        } catch (InvalidRequestException | IllegalArgumentException gone) {
            return null;
        }
    }
}
