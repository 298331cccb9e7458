package dev.understudy.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rollout}: what can be done to a rollout. */
@Command(
        name = "rollout",
        description = "Steers who gets a candidate.",
        subcommands = {
            RolloutShowCommand.class,
            RolloutSetCommand.class,
            RolloutHoldCommand.class,
            RolloutResumeCommand.class,
            RolloutResetCommand.class
        })
final class RolloutCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The configuration.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    Path file() {
        return file;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What shall be done to the rollout?");
    }
}
