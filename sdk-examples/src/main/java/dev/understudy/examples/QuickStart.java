package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.event.CircuitState;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * An incident in under a minute: real traffic of five agents, a quarter of the users on a candidate that turns slow, breaks
 * down and heals, and what callers see of it. Run it with {@code mvn -q -Pquickstart} from the project's root.
 */
public final class QuickStart {

    /** Any of the five: they share their models, and so the models' breakers. */
    private static final String AGENT = "qa_agent";

    private final Scenario scenario;
    private final PrintStream out;

    QuickStart(Scenario scenario, PrintStream out) {
        this.scenario = scenario;
        this.out = out;
    }

    /**
     * Plays the scenario; the exit code is 1 if any caller saw an error.
     *
     * @param args none
     * @throws Exception if it could not be played
     */
    public static void main(String[] args) throws Exception {
        Summary summary = new QuickStart(Scenario.quickstart(), System.out).run();
        if (!summary.good()) {
            System.exit(1);
        }
    }

    Summary run() throws Exception {
        try (ModelServer server = ModelServer.start()) {
            Path file = scenario.configuration(server);
            try (ModelRegistry registry = ModelRegistry.fromYaml(file)) {
                AgentSettings agent = Objects.requireNonNull(
                        Configuration.fromYaml(file).agents().get(AGENT));
                return play(server, registry, agent.timeout());
            } finally {
                Files.delete(file);
            }
        }
    }

    private Summary play(ModelServer server, ModelRegistry registry, Duration timeout) throws Exception {
        introduce(registry, server);
        Scoreboard scoreboard = new Scoreboard(out);
        Traffic traffic = new Traffic(registry, scoreboard);
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
            Summary summary = new Summary(timeout, scoreboard.calls(), server.log(), pulse.longestPause());
            summary.print(out);
            return summary;
        }
    }

    /** Tells the story, with a line of the scoreboard each second. */
    private void tell(ModelServer server, ModelRegistry registry, Scoreboard scoreboard) throws InterruptedException {
        long start = System.nanoTime();
        int second = 0;
        for (Phase phase : scenario.phases()) {
            server.candidate(phase.mood());
            out.println();
            out.println(phase.announcement());
            scoreboard.printHead();
            for (int end = second + phase.seconds(); second < end; ) {
                second++;
                TimeUnit.NANOSECONDS.sleep(start + TimeUnit.SECONDS.toNanos(second) - System.nanoTime());
                scoreboard.printLine(second, breaker(registry));
            }
        }
        out.println();
    }

    private static CircuitState breaker(ModelRegistry registry) {
        return registry.health(AGENT).models().stream()
                .filter(model -> model.variant() == Variant.CANDIDATE)
                .findFirst()
                .orElseThrow()
                .circuit();
    }

    private void introduce(ModelRegistry registry, ModelServer server) {
        out.println("Understudy quickstart: " + scenario.length().toSeconds() + " seconds of real traffic, replayed "
                + Math.round(scenario.speed()) + " times as fast as it came.");
        out.println("Agents " + registry.agents() + " call a model server at " + server.baseUrl() + ".");
        out.println(
                "Each line is one second: calls that were answered, how many of them by the candidate, how many by");
        out.println("the understudy (the baseline, for a candidate that failed), and what the callers saw.");
    }
}
