package dev.understudy.cli;

import dev.understudy.rollout.RolloutState;
import dev.understudy.rollout.Steering;
import picocli.CommandLine.Command;

/** {@code rollout FILE hold}: the ramp stays where it is. */
@Command(
        name = "hold",
        description =
                "Holds a ramp where it is: the share stays, and the guard goes on watching. To take the candidate away,"
                        + " set the percentage to 0.")
final class RolloutHoldCommand extends SteerCommand {

    @Override
    RolloutState steer(Steering steering, String name) {
        return steering.hold(name);
    }
}
