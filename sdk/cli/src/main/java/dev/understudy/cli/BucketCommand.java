package dev.understudy.cli;

import dev.understudy.call.CallOptions;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.rollout.Assignment;
import dev.understudy.rollout.Buckets;
import dev.understudy.rollout.Rollout;
import dev.understudy.rollout.ShareInForce;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bucket}: which variant a unit gets. */
@Command(
        name = "bucket",
        description = "Says in which bucket (0 to 99999) of an agent's rollout a unit is, and which variant it gets.")
final class BucketCommand extends FileCommand {

    @Parameters(paramLabel = "FILE", description = "The configuration.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--agent", required = true, paramLabel = "A", description = "The agent.")
    @SuppressWarnings("NullAway.Init")
    private String agent;

    @Option(
            names = "--unit",
            required = true,
            paramLabel = "U",
            description = "A user, a tenant, a conversation; may be given several times.")
    @SuppressWarnings("NullAway.Init")
    private List<String> units;

    @Override
    Path file() {
        return file;
    }

    @Override
    public Integer call() {
        Configuration configuration = configuration();
        AgentSettings settings = agents(configuration, agent).iterator().next();
        StoredRollout stored = StoredRollout.read(configuration, settings, StoredRollout.store(configuration, file));
        if (stored.damage() != null) {
            spec.commandLine().getErr().println(stored.decides());
        }
        units.forEach(BucketCommand::mustBeReadable);
        Buckets buckets = new Buckets(stored.salt());
        Rollout rollout = new Rollout(
                agent,
                stored.candidate(),
                stored.allowed(),
                settings.rollout().withSalt(stored.salt()),
                new ShareInForce(stored.share()));
        Table table = new Table("UNIT", ">BUCKET", "VARIANT", "WHY");
        for (String unit : units) {
            Assignment assignment =
                    rollout.assign(CallOptions.builder().unit(unit).build(), null);
            if (json) {
                out().println(Json.object()
                        .put("unit", unit)
                        .put("bucket", buckets.of(unit))
                        .put("variant", assignment.variant()));
            } else {
                table.row(unit, buckets.of(unit), assignment.variant(), assignment.reason());
            }
        }
        if (!json) {
            out().print(table);
            out().println();
            out().println("On the candidate " + stored.candidate() + ": buckets below "
                    + rollout.share().thousandths() + " (" + rollout.share() + ")");
        }
        return Understudy.OK;
    }

    /** In a locale without UTF-8 the JVM replaces what it cannot read, and another unit would be asked about. */
    private static void mustBeReadable(String unit) {
        if (unit.indexOf('\uFFFD') >= 0) {
            throw new Refused("A unit holds characters that this locale cannot read; set LC_ALL=C.UTF-8");
        }
    }
}
