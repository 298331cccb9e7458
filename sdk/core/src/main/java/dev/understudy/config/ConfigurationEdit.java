package dev.understudy.config;

import dev.understudy.config.YamlScalarEdit.Edited;
import dev.understudy.config.YamlScalarEdit.NewValue;
import dev.understudy.error.EditRefusedException;
import dev.understudy.rollout.Share;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Changes what operators change in a configuration file, and nothing else in it: not a comment, not a blank. Registries that
 * follow the file act on it. The file is replaced in one step and stays good at every moment; several may change it at the same
 * time, in this process and in others. Thread-safe.
 */
public final class ConfigurationEdit {

    private final EditedFile file;

    /**
     * Prepares to change a file; nothing is read yet.
     *
     * @param file the YAML file, or a link to it
     */
    public ConfigurationEdit(Path file) {
        this(new EditedFile(file));
    }

    ConfigurationEdit(EditedFile file) {
        this.file = file;
    }

    /**
     * A value that was changed.
     *
     * @param path the keys that lead to it, joined by dots
     * @param line where it stands now, from 1
     * @param from what stood there, or null where nothing did
     * @param to what stands there now
     */
    public record Change(String path, int line, @Nullable String from, String to) {}

    /**
     * Sets the share of units that an agent's candidate may get at most.
     *
     * @param agent the agent, or null for all that have a candidate
     * @param share the share
     * @return what was changed, in the order of the file; empty where it says so already
     * @throws EditRefusedException if the file cannot be changed, or would not load afterwards; then it is as before
     * @throws dev.understudy.error.ConfigurationException if it does not load as it is
     */
    public List<Change> setPercentage(@Nullable String agent, Share share) {
        return file.change((text, configuration) -> {
            Map<List<String>, NewValue> wanted = new LinkedHashMap<>();
            NewValue value = old -> written(share, old);
            for (AgentSettings settings : candidates(configuration, agent)) {
                wanted.put(place(text, settings.name(), agent == null), value);
            }
            return YamlScalarEdit.edit(text, wanted);
        });
    }

    /**
     * Turns the kill switch.
     *
     * @param agent the agent whose own switch is meant, or null for the one that holds for all
     * @param on whether candidates serve
     * @return what was changed; empty where it says so already
     * @throws EditRefusedException if the file cannot be changed, or would not load afterwards; then it is as before
     * @throws dev.understudy.error.ConfigurationException if it does not load as it is
     */
    public List<Change> useFinetuned(@Nullable String agent, boolean on) {
        return file.change((text, configuration) -> {
            boolean now = agent == null
                    ? configuration.useFinetuned()
                    : !Boolean.FALSE.equals(agent(configuration, agent).useFinetuned());
            List<String> path =
                    agent == null ? List.of("models", "use_finetuned") : List.of("agents", agent, "use_finetuned");
            return now == on
                    ? new Edited(text.text(), List.of())
                    : YamlScalarEdit.edit(text, Map.of(path, old -> String.valueOf(on)));
        });
    }

    private List<AgentSettings> candidates(Configuration configuration, @Nullable String name) {
        if (name != null) {
            AgentSettings agent = agent(configuration, name);
            if (agent.candidate() == null) {
                throw new EditRefusedException("Agent '" + name + "' has no candidate; name one in the file");
            }
            return List.of(agent);
        }
        List<AgentSettings> all = configuration.agents().values().stream()
                .filter(settings -> settings.candidate() != null)
                .toList();
        if (all.isEmpty()) {
            throw new EditRefusedException("No agent in " + file.path() + " has a candidate; name one in the file");
        }
        return all;
    }

    private static AgentSettings agent(Configuration configuration, String name) {
        AgentSettings agent = configuration.agents().get(name);
        if (agent == null) {
            throw new EditRefusedException("There is no agent " + Excerpt.quoted(name) + "; known are "
                    + String.join(", ", new TreeSet<>(configuration.agents().keySet())));
        }
        return agent;
    }

    /** Where an agent's percentage stands, or shall stand: its own, else for all agents what they inherit. */
    private static List<String> place(YamlText text, String name, boolean all) {
        List<String> own = List.of("agents", name, "rollout", "percentage");
        List<String> inherited = List.of("defaults", "rollout", "percentage");
        boolean forAll = all && text.find(own) == null && text.find(inherited) != null;
        return forAll ? inherited : own;
    }

    /** The number in the manner of the old one: with a per cent sign if that had one, and as it was if it says the same. */
    private static String written(Share share, @Nullable String old) {
        String sign = "";
        if (old != null) {
            String number = old.replaceFirst(" ?%$", "");
            sign = old.substring(number.length());
            if (new BigDecimal(number).movePointRight(3).compareTo(BigDecimal.valueOf(share.thousandths())) == 0) {
                return old;
            }
        }
        return share.toString().replace("%", "") + sign;
    }
}
