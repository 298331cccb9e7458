package dev.understudy.cli;

import dev.understudy.config.ConfigurationEdit;
import dev.understudy.rollout.Share;
import java.math.BigDecimal;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;

/** {@code rollout FILE set}: the share, in the file. */
@Command(
        name = "set",
        description =
                "Writes the percentage of units that get the candidate into the file, and changes nothing else in it."
                        + " Applications that follow the file act on it within seconds.")
final class RolloutSetCommand extends EditCommand {

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private RolloutCommand rollout;

    @Option(
            names = "--percentage",
            required = true,
            paramLabel = "N",
            description = "0 to 100 in steps of 0.001; 0 takes the candidate away at once.")
    @SuppressWarnings("NullAway.Init")
    private BigDecimal percentage;

    @Option(names = "--agent", paramLabel = "A", description = "Only this agent; else all that have a candidate.")
    private @Nullable String agent;

    @Override
    Path file() {
        return rollout.file();
    }

    @Override
    public Integer call() {
        Share share = share();
        tell(new ConfigurationEdit(file()).setPercentage(agent, share));
        return Understudy.OK;
    }

    private Share share() {
        try {
            return new Share(percentage.movePointRight(3).intValueExact());
        } catch (ArithmeticException | IllegalArgumentException outOfBounds) {
            throw new ParameterException(
                    spec.commandLine(), "A percentage is between 0 and 100 in steps of 0.001, not " + percentage);
        }
    }
}
