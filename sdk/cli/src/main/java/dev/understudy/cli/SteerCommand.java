package dev.understudy.cli;

import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.rollout.RolloutState;
import dev.understudy.rollout.Steering;
import dev.understudy.store.RolloutStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;

/** What commands share that steer a rollout through the state beside the file: they say who, and leave the file alone. */
abstract class SteerCommand extends FileCommand {

    /** Names under which the history notes what nobody in person did. */
    private static final Set<String> NOBODY = Set.of("guard", "ramp", "configuration");

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    RolloutCommand rollout;

    @Option(
            names = "--agent",
            paramLabel = "A",
            description = "This agent; may be left out where only one has a candidate.")
    @Nullable
    String agent;

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "Who decides, for the history; default: the user of the operating system.")
    @Nullable
    String by;

    @Override
    Path file() {
        return rollout.file();
    }

    /** Does it. */
    abstract RolloutState steer(Steering steering, String name);

    /** Refuses what makes no sense, seeing how the rollout stands. */
    void check(StoredRollout stored) {}

    @Override
    public Integer call() {
        String name = name();
        Configuration configuration = configuration();
        AgentSettings settings = candidate(configuration, agent);
        mustBeOurs(configuration.stateDirectory(file()), settings.name());
        RolloutStore store = StoredRollout.store(configuration, file());
        check(StoredRollout.read(configuration, settings, store));
        RolloutState state;
        try {
            state = steer(new Steering(store, settings.name(), InstantSource.system()), name);
        } catch (IllegalStateException nothing) {
            throw new Refused(String.valueOf(nothing.getMessage()), nothing);
        }
        tell(StoredRollout.read(configuration, settings, store), state);
        return Understudy.OK;
    }

    private String name() {
        String user = System.getenv("SUDO_USER") != null ? System.getenv("SUDO_USER") : System.getProperty("user.name");
        String name = by != null ? by : user;
        boolean fits = name != null
                && !name.isBlank()
                && !name.equals("?")
                && name.length() <= Steering.MAX_NAME_LENGTH
                && name.chars().noneMatch(Character::isISOControl);
        if (!fits || NOBODY.contains(name)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Who decides? Say --by NAME, of 1 to " + Steering.MAX_NAME_LENGTH + " characters; "
                            + NOBODY.stream().sorted().toList() + " are not persons");
        }
        return name;
    }

    /** Files that another user wrote, the application could no longer read. */
    private void mustBeOurs(Path directory, String name) {
        if (!Files.isDirectory(directory)) {
            throw new Refused("There is no state in " + directory + ": no application has begun a rollout of '" + name
                    + "' with this file here");
        }
        try {
            String owner = Files.getOwner(directory).getName();
            String user = System.getProperty("user.name");
            if (!owner.equals(user) && !"?".equals(user)) {
                throw new Refused("The state in " + directory + " belongs to " + owner
                        + ", and the application could not read what " + user + " writes; run this as " + owner);
            }
        } catch (IOException | UnsupportedOperationException unknown) {
            // No owners here.
        }
    }

    private void tell(StoredRollout stored, RolloutState state) {
        if (json) {
            out().println(RolloutShowCommand.json(stored));
            return;
        }
        Table table = new Table("AGENT", "CANDIDATE", "PHASE", ">SHARE", "WHY");
        table.row(state.agent(), state.candidate(), state.phase(), state.share(), stored.decides());
        out().print(table);
    }
}
