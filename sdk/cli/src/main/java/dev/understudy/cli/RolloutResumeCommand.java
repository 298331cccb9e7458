package dev.understudy.cli;

import dev.understudy.rollout.RolloutState;
import dev.understudy.rollout.Steering;
import picocli.CommandLine.Command;

/** {@code rollout FILE resume}: a held ramp goes on. */
@Command(
        name = "resume",
        description =
                "Lets a held ramp go on at its step, whose time begins anew. Suspicions are dismissed: only what comes on"
                        + " top of them counts.")
final class RolloutResumeCommand extends SteerCommand {

    @Override
    RolloutState steer(Steering steering, String name) {
        return steering.resume(name);
    }
}
