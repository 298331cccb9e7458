package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.error.ConfigurationException;
import dev.understudy.examples.Callers.Tally;
import dev.understudy.examples.ModelServer.Mood;
import dev.understudy.examples.ModelServer.Pace;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.server.RegistryServer;
import dev.understudy.server.ServerOptions;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A service as it runs in production, on this machine: five agents with their own rollouts, caches and time-outs under the load
 * of a production LLM service, with health, metrics, console and the OpenAI format on a port, and models that can be made slow
 * or broken. Run it with {@code mvn -q -Pquickstart -Dexample=Orchestrator} from the project's root, and stop it with Ctrl-C;
 * {@code docs/orchestrator.md} is its page.
 */
public final class Orchestrator implements AutoCloseable {

    private static final Map<String, Pace> MODELS = Map.of(
            "qa-tuned-v1.2",
            Pace.USUAL,
            ModelServer.CANDIDATE,
            Pace.USUAL,
            "support-large",
            new Pace(160, 80),
            "support-tuned-v2",
            new Pace(70, 40),
            "content-large",
            new Pace(220, 300),
            "content-tuned-v4",
            new Pace(150, 250),
            "analyst-large",
            new Pace(600, 400),
            "legal-large",
            new Pace(500, 400),
            "legal-tuned-v1",
            new Pace(300, 300));

    private static final Duration INCIDENT = Duration.ofSeconds(30);

    private final OrchestratorOptions options;
    private final Journal journal;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ScheduledExecutorService clock = clock();
    private final Deque<AutoCloseable> open = new ConcurrentLinkedDeque<>();
    private final Path file;
    private final ModelServer models;
    private final ModelRegistry registry;
    private final RegistryServer server;
    private final Callers callers;
    private final Load load;

    /**
     * Starts.
     *
     * @param options where and how
     * @param out is told what happens
     * @throws IOException if it cannot listen or write; then nothing runs
     */
    Orchestrator(OrchestratorOptions options, PrintStream out) throws IOException {
        this.options = options;
        journal = new Journal(out);
        try {
            models = opened(ModelServer.start(options.modelsPort(), MODELS, journal::mood));
            file = configuration(Files.createDirectories(options.folder()));
            PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            registry = opened(ModelRegistry.builder()
                    .configFile(file)
                    .listener(new MicrometerListener(meters))
                    .build());
            callers = new Callers(registry);
            callers.warmUp();
            server = opened(RegistryServer.start(registry, serving(options.port(), meters)));
            load = opened(new Load(Trace.load(), options.speed(), callers::draw));
        } catch (IOException | RuntimeException cannotStart) {
            close();
            throw cannotStart;
        }
        load.start();
        tellEachMinute();
        if (options.incidentAfter() != null) {
            play(options.incidentAfter());
        }
    }

    private static ServerOptions serving(int port, PrometheusMeterRegistry meters) {
        return ServerOptions.builder()
                .port(port)
                .metrics(meters::scrape)
                .openAi(true)
                .build();
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.addFirst(resource);
        return resource;
    }

    /**
     * Runs until it is stopped; the exit code is 2 for an option that is not understood, and 1 if it does not start.
     *
     * @param args {@code --help} lists them
     * @throws InterruptedException if it is stopped by interrupting it
     */
    public static void main(String[] args) throws InterruptedException {
        System.setProperty("understudy.log", "INFO"); // see logback.xml
        int exitCode = run(List.of(args), System.out);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    static int run(List<String> args, PrintStream out) throws InterruptedException {
        if (args.contains("--help")) {
            out.print(OrchestratorOptions.USAGE);
            return 0;
        }
        OrchestratorOptions options;
        try {
            options = OrchestratorOptions.parse(args);
        } catch (IllegalArgumentException wrong) {
            out.println(wrong.getMessage() + ".");
            out.println();
            out.print(OrchestratorOptions.USAGE);
            return 2;
        }
        try (Orchestrator orchestrator = new Orchestrator(options, out)) {
            Thread onCtrlC = new Thread(orchestrator::close, "end");
            Runtime.getRuntime().addShutdownHook(onCtrlC);
            try {
                orchestrator.introduce(out);
                orchestrator.awaitEnd();
            } finally {
                orchestrator.close();
            }
            return 0;
        } catch (IOException | UncheckedIOException | ConfigurationException cannotStart) {
            out.println(cannotStart.getMessage());
            return 1;
        }
    }

    /** Where health, metrics and console are. */
    URI uri() {
        return server.uri();
    }

    /** Where the models are. */
    int modelsPort() {
        return models.port();
    }

    /** The configuration, which may be changed. */
    Path file() {
        return file;
    }

    /** What became of the calls so far. */
    Tally tally() {
        return callers.tally();
    }

    /** The one that is there, as somebody left it; else a new one. */
    private Path configuration(Path folder) throws IOException {
        OperatorToken.in(folder);
        Path there = folder.resolve("understudy.yaml");
        if (!Files.exists(there)) {
            String yaml = Scenario.yaml("orchestrator.yaml");
            Files.writeString(there, yaml.replace("http://127.0.0.1:9465/v1", models.baseUrl()));
        } else if (!Files.readString(there).contains(models.baseUrl())) {
            throw new IOException(there + " is of an earlier run, with models elsewhere than at " + models.baseUrl()
                    + ": say --models-port as then, or remove the folder");
        }
        return there;
    }

    private void introduce(PrintStream out) {
        out.printf(
                """
                Five agents under the load of a production LLM service, %s times as fast as it came.

                  console        %s
                  health         %shealth
                  metrics        %smetrics
                  OpenAI format  %sv1
                  models         %s
                  configuration  %s
                  token          %s: changes of a rollout ask for it

                """,
                new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(options.speed()),
                uri(),
                uri(),
                uri(),
                uri(),
                models.baseUrl(),
                file,
                file.resolveSibling(OperatorToken.NAME));
        for (String agent : registry.agents()) {
            RolloutStatus status = registry.rollout(agent);
            String candidate = status.candidate() == null
                    ? "no candidate"
                    : status.share() + " of the users on " + status.candidate() + ", " + status.phase();
            out.printf("  %-15s%s, %s%n", agent, status.baseline(), candidate);
        }
        out.printf("""

                The incident begins with   curl -X POST http://127.0.0.1:%d/mood/%s/slow
                Ctrl-C ends it. What was decided is kept in %s; remove that folder to begin again.

                """, models.port(), ModelServer.CANDIDATE, options.folder());
    }

    private void awaitEnd() throws InterruptedException {
        Duration end = options.end();
        if (end == null) {
            closed.await();
        } else {
            closed.await(end.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Friday evening, by itself. */
    private void play(Duration after) {
        clock.schedule(() -> models.mood(ModelServer.CANDIDATE, Mood.SLOW), after.toMillis(), TimeUnit.MILLISECONDS);
        clock.schedule(
                () -> models.mood(ModelServer.CANDIDATE, Mood.WELL),
                after.plus(INCIDENT).toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void tellEachMinute() {
        clock.scheduleAtFixedRate(
                new Runnable() {
                    private Tally before = callers.tally();
                    private long leftOutBefore;

                    @Override
                    public void run() {
                        Tally now = callers.tally();
                        long leftOut = load.leftOut();
                        journal.minute(now.since(before), leftOut - leftOutBefore);
                        before = now;
                        leftOutBefore = leftOut;
                    }
                },
                1,
                1,
                TimeUnit.MINUTES);
    }

    private static ScheduledExecutorService clock() {
        ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "clock");
            thread.setDaemon(true);
            return thread;
        });
        clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return clock;
    }

    /** Ends everything, last opened first; idempotent. */
    @Override
    public void close() {
        clock.shutdownNow();
        for (AutoCloseable resource = open.pollFirst(); resource != null; resource = open.pollFirst()) {
            try {
                resource.close();
            } catch (Exception e) {
                journal.say("Could not be closed: " + e);
            }
        }
        closed.countDown();
    }
}
