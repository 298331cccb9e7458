package dev.understudy.cli;

import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ConfigurationReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands that work on a configuration share. */
abstract class FileCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Option(names = "--json", description = "Write JSON, an object a line, instead of a table.")
    boolean json;

    /** Where the configuration is. */
    abstract Path file();

    /** Where results go. */
    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** The configuration, without looking up its keys. */
    Configuration configuration() {
        return ConfigurationReader.installed().withoutKeys().read(file());
    }

    /** The agent of that name, or all. */
    static Collection<AgentSettings> agents(Configuration configuration, @Nullable String name) {
        if (name == null) {
            return configuration.agents().values();
        }
        AgentSettings agent = configuration.agents().get(name);
        if (agent == null) {
            throw new Refused("There is no agent '" + Table.harmless(name) + "'; known are "
                    + String.join(", ", new TreeSet<>(configuration.agents().keySet())));
        }
        return List.of(agent);
    }

    /** The agent of that name, which must have a candidate, or all that have one. */
    List<AgentSettings> candidates(Configuration configuration, @Nullable String name) {
        List<AgentSettings> found = agents(configuration, name).stream()
                .filter(settings -> settings.candidate() != null)
                .toList();
        if (found.isEmpty()) {
            throw new Refused(
                    name != null
                            ? "Agent '" + name + "' has no candidate; name one in the file"
                            : "No agent in " + file() + " has a candidate; name one in the file");
        }
        return found;
    }

    /** The agent of that name, or the only one that has a candidate. */
    AgentSettings candidate(Configuration configuration, @Nullable String name) {
        List<AgentSettings> all = candidates(configuration, name);
        if (all.size() > 1) {
            throw new Refused("Several agents have a candidate: "
                    + String.join(", ", all.stream().map(AgentSettings::name).toList()) + "; name one with --agent");
        }
        return all.get(0);
    }
}
