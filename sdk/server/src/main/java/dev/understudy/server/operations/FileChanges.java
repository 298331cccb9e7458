package dev.understudy.server.operations;

import dev.understudy.ModelRegistry;
import dev.understudy.config.Configuration;
import dev.understudy.config.ConfigurationEdit;
import dev.understudy.config.ConfigurationEdit.Change;
import dev.understudy.error.ConfigurationException;
import dev.understudy.error.EditRefusedException;
import dev.understudy.server.http.Refusal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/** Writes the configuration file, as the command line does, and waits a moment until what it says is in force. */
final class FileChanges {

    /**
     * What was done.
     *
     * @param changes what differs in the file; empty where it said so already
     * @param inForce whether the registry acts on it
     */
    record Done(List<Change> changes, boolean inForce) {
        /** For programs. */
        List<Map<String, Object>> tree() {
            return changes.stream().map(Done::tree).toList();
        }

        private static Map<String, Object> tree(Change change) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("path", change.path());
            tree.put("line", change.line());
            tree.put("from", change.from());
            tree.put("to", change.to());
            return tree;
        }

        /** For the log: {@code agents.qa_agent.rollout.percentage: 25 -> 10}. */
        @Override
        public String toString() {
            if (changes.isEmpty()) {
                return "the file says so already";
            }
            StringBuilder text = new StringBuilder();
            for (Change change : changes) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append(change.path())
                        .append(": ")
                        .append(change.from() == null ? "(not there)" : change.from())
                        .append(" -> ")
                        .append(change.to());
            }
            return text.append(inForce ? "" : "; not in force yet").toString();
        }
    }

    private final ModelRegistry registry;
    private final Moment moment;

    FileChanges(ModelRegistry registry, Moment moment) {
        this.registry = registry;
        this.moment = moment;
    }

    /** Changes the file, or refuses with 409. */
    Done make(Function<ConfigurationEdit, List<Change>> edit, Predicate<Configuration> inForce) {
        Path file = registry.configurationFile()
                .orElseThrow(() -> new Refusal(
                        409, "This configuration was built in Java, and there is no file to change; change it there"));
        List<Change> changes;
        try {
            changes = edit.apply(new ConfigurationEdit(file));
        } catch (EditRefusedException refused) {
            throw new Refusal(409, refused.sentence());
        } catch (ConfigurationException broken) {
            throw new Refusal(
                    409,
                    "The file does not load as it is, and was left alone: "
                            + broken.problems().get(0));
        }
        registry.lookAtConfiguration();
        return new Done(changes, moment.until(() -> inForce.test(registry.configuration())));
    }
}
