package dev.understudy.cli;

import dev.understudy.rollout.RolloutState;
import dev.understudy.rollout.Steering;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rollout FILE reset}: a candidate that was rolled back may start again. */
@Command(
        name = "reset",
        description =
                "Lets a candidate start again at the first step, without evidence, for the same users: the only way out of"
                        + " a rollback but another candidate, and the only way out of a damaged state.")
final class RolloutResetCommand extends SteerCommand {

    @Option(
            names = "--candidate",
            required = true,
            paramLabel = "NAME",
            description = "Which candidate, so that nobody re-arms another one by mistake.")
    @SuppressWarnings("NullAway.Init")
    private String candidate;

    @Override
    void check(StoredRollout stored) {
        boolean unknown = stored.epoch() == 0 && stored.damage() == null;
        if (unknown) {
            throw new Refused("No application has begun a rollout of '"
                    + stored.settings().name() + "', so there is nothing to reset");
        }
        if (stored.damage() != null && !stored.candidate().equals(candidate)) {
            throw new Refused("The candidate of '" + stored.settings().name() + "' is '" + stored.candidate()
                    + "', not '" + Table.harmless(candidate) + "'");
        }
    }

    @Override
    RolloutState steer(Steering steering, String name) {
        return steering.reset(candidate, name);
    }
}
