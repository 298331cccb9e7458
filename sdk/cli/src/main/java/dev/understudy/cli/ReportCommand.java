package dev.understudy.cli;

import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.StoredInsight;
import dev.understudy.report.RolloutReport;
import dev.understudy.rollout.RolloutState;
import dev.understudy.store.RolloutStore;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code report}: a rollout as one page. */
@Command(
        name = "report",
        description =
                "Writes one HTML page about a rollout, as running applications have written it down: what happened, when,"
                        + " and what was done. It loads nothing from anywhere.")
final class ReportCommand extends FileCommand {

    /** Charts of less show nothing. */
    private static final Duration LEAST = Duration.ofMinutes(10);

    @Parameters(paramLabel = "FILE", description = "The configuration.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(
            names = "--agent",
            paramLabel = "A",
            description = "This agent; may be left out where only one has a candidate.")
    private @Nullable String agent;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "PAGE",
            description = "The page; what stands there is replaced.")
    @SuppressWarnings("NullAway.Init")
    private Path page;

    @Option(
            names = "--window",
            paramLabel = "TIME",
            defaultValue = "rollout",
            converter = Window.class,
            description = "How far back: 5m, 1h, 24h, or rollout for all of it; default: ${DEFAULT-VALUE}.")
    private Duration window = Comparison.WHOLE_ROLLOUT;

    @Override
    Path file() {
        return file;
    }

    @Override
    public Integer call() {
        Configuration configuration = configuration();
        AgentSettings settings = candidate(configuration, agent);
        RolloutStore store = StoredRollout.store(configuration, file);
        StoredInsight insight = WrittenInsight.read(store, settings.name());
        StoredRollout stored = StoredRollout.read(configuration, settings, store);
        RolloutReport report = RolloutReport.builder(
                        stored.status(insight.writtenAt()),
                        insight.compare(window),
                        insight.timeline(back(stored, insight.writtenAt())))
                .experiment(settings.experiment() == null ? null : insight.experiment(settings.experiment()))
                .latencyLimit(settings.rollout().guard().p95())
                .build();
        try {
            report.writeTo(page);
        } catch (IOException failed) {
            throw new Refused(page + " cannot be written (" + reason(failed) + ")", failed);
        }
        out().println(
                        json
                                ? Json.object().put("agent", settings.name()).put("page", page)
                                : "The rollout of '" + settings.name() + "' is told in " + page);
        return Understudy.OK;
    }

    /** The whole rollout and a little of what was before. */
    private Duration back(StoredRollout stored, Instant to) {
        if (!window.equals(Comparison.WHOLE_ROLLOUT)) {
            return window;
        }
        RolloutState state = stored.state();
        Duration lasted = state == null ? LEAST : Duration.between(state.started(), to);
        Duration back = lasted.plus(lasted.dividedBy(10));
        return back.compareTo(LEAST) < 0 ? LEAST : back;
    }

    private static String reason(IOException failed) {
        String said = failed instanceof FileSystemException system ? system.getReason() : null;
        return said != null ? said : failed.getClass().getSimpleName();
    }
}
