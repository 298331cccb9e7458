package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.rollout.RolloutStatus;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Friday evening in under a minute: a new model is rolled out under real traffic, turns slow, and is taken away before
 * anybody notices. Run it with {@code mvn -q -Pquickstart} from the project's root.
 */
public final class QuickStart {

    private static final String AGENT = "qa_agent";

    private final Scenario scenario;
    private final Path report;
    private final PrintStream out;

    QuickStart(Scenario scenario, Path report, PrintStream out) {
        this.scenario = scenario;
        this.report = report;
        this.out = out;
    }

    /**
     * Plays the scenario; the exit code is 1 if any caller saw an error, or the candidate was not rolled back.
     *
     * @param args where to write the report, if not {@code friday-evening.html} in the current folder
     * @throws Exception if it could not be played
     */
    public static void main(String[] args) throws Exception {
        Path report = Path.of(args.length > 0 ? args[0] : "friday-evening.html").toAbsolutePath();
        Summary summary = new QuickStart(Scenario.quickstart(), report, System.out).run();
        if (!summary.good()) {
            System.exit(1);
        }
    }

    Summary run() throws Exception {
        try (ModelServer server = ModelServer.start();
                TemporaryFolder folder = new TemporaryFolder()) {
            Path file = scenario.configuration(folder.path(), server);
            try (ModelRegistry registry = ModelRegistry.fromYaml(file)) {
                AgentSettings agent = Objects.requireNonNull(
                        Configuration.fromYaml(file).agents().get(AGENT));
                return play(server, registry, agent.timeout());
            }
        }
    }

    private Summary play(ModelServer server, ModelRegistry registry, Duration timeout) throws Exception {
        introduce(server);
        Scoreboard scoreboard = new Scoreboard(out);
        Traffic traffic = new Traffic(registry, AGENT, scoreboard);
        traffic.warmUp();
        server.clearLog();

        ExecutorService stage = Executors.newSingleThreadExecutor();
        Future<?> played = stage.submit(() -> {
            traffic.play(Trace.load(), scenario.speed(), scenario.length());
            return null;
        });
        stage.shutdown();
        try (Pulse pulse = Pulse.start()) {
            tell(server, registry, scoreboard);
            played.get();
            Summary summary = new Summary(
                    timeout,
                    scoreboard.calls(),
                    server.log(),
                    registry.rollout(AGENT).decisions(),
                    pulse.longestPause());
            summary.print(out);
            registry.report(AGENT, Duration.ofMinutes(5)).writeTo(report);
            out.println("What happened, when, and what was done: " + report.toUri());
            return summary;
        }
    }

    /** Tells the story, with a line of the scoreboard each second. */
    private void tell(ModelServer server, ModelRegistry registry, Scoreboard scoreboard) throws InterruptedException {
        long start = System.nanoTime();
        int second = 0;
        for (Phase phase : scenario.phases()) {
            server.mood(ModelServer.CANDIDATE, phase.mood());
            out.println();
            out.println(phase.announcement());
            scoreboard.printHead();
            for (int end = second + phase.seconds(); second < end; ) {
                second++;
                TimeUnit.NANOSECONDS.sleep(start + TimeUnit.SECONDS.toNanos(second) - System.nanoTime());
                RolloutStatus rollout = registry.rollout(AGENT);
                scoreboard.printLine(second, rollout.share() + " " + rollout.phase());
            }
        }
        out.println();
    }

    private void introduce(ModelServer server) {
        out.println("Understudy quickstart: " + scenario.length().toSeconds() + " seconds of real traffic, replayed "
                + Math.round(scenario.speed()) + " times as fast as it came.");
        out.println("Agent " + AGENT + " calls a model server at " + server.baseUrl() + ".");
        out.println(
                "Each line is one second: calls that were answered, how many of them by the candidate, how many by");
        out.println(
                "the understudy (the baseline, for a candidate that failed), what the callers saw, and the rollout.");
    }
}
