package dev.understudy.examples;

import dev.understudy.ModelChoice;
import dev.understudy.ModelRegistry;
import dev.understudy.StreamPart;
import dev.understudy.budget.BudgetSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.call.FallbackReason;
import dev.understudy.call.StreamListener;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.config.AgentSettings;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.event.BudgetStatus;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.health.Health;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.ExperimentResult;
import dev.understudy.insight.Timeline;
import dev.understudy.insight.VariantFigures;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.report.RolloutReport;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.rollout.Steering;
import dev.understudy.server.RegistryServer;
import dev.understudy.server.ServerOptions;
import dev.understudy.throttle.AdaptiveSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** What the pages under {@code docs} quote: compiled here, so that it is true; a test compares the two. */
final class Snippets {

    /** A client of your own that wants a time-out. */
    interface Client {
        ChatResponse ask(Object request, long timeoutNanos);
    }

    private Snippets() {}

    static void fallback(ModelRegistry registry, List<Message> messages) {
        ChatResponse reply = registry.chat("qa_agent", messages);
        if (reply.degraded()) {
            System.out.println(reply.model() + " answered, because of " + reply.degradedBecause());
        }
        CallOptions strict = CallOptions.builder().useFallback(false).build();
        registry.chat("qa_agent", messages, strict);
    }

    static void deadline(ModelRegistry registry, List<Message> messages) {
        CallOptions hurried =
                CallOptions.builder().timeout(Duration.ofSeconds(3)).build();
        ChatResponse reply = registry.chat("qa_agent", messages, hurried);

        CompletableFuture<ChatResponse> later = registry.chatAsync("qa_agent", messages);
        later.cancel(true);
        System.out.println(reply.latency());
    }

    static void streaming(ModelRegistry registry, List<Message> messages, CallOptions options, StringBuilder screen) {
        ChatResponse whole = registry.stream("qa_agent", messages, text -> System.out.print(text));

        registry.stream("qa_agent", messages, options, new StreamListener() {
            @Override
            public void onText(String text) {
                screen.append(text);
            }

            @Override
            public boolean onRestart(FallbackReason reason) {
                screen.setLength(0); // what was shown is void, a whole new answer follows
                return true;
            }
        });
        whole.text();
    }

    static Flow.Publisher<StreamPart> reactive(ModelRegistry registry, List<Message> messages) {
        Flow.Publisher<StreamPart> parts = registry.parts("qa_agent", ChatRequest.of(messages), CallOptions.DEFAULT);
        return parts;
    }

    static ChatModel model(Client client) {
        ChatModel own =
                ChatModel.honouringDeadline((request, deadline) -> client.ask(request, deadline.remainingNanos()));
        return own;
    }

    static void rollout(ModelRegistry registry, List<Message> messages) {
        CallOptions options = CallOptions.builder().unit("user-42").build();
        ChatResponse reply = registry.chat("qa_agent", messages, options);
        reply.variant();

        ModelChoice choice = registry.model("qa_agent", options);
        choice.why();
    }

    static void steering(ModelRegistry registry) {
        RolloutStatus status = registry.rollout("qa_agent");
        status.decides();
        status.decisions();

        Steering steering = registry.steer("qa_agent");
        steering.hold("ann");
        steering.resume("ann");
        steering.reset("qa-tuned-v1.3", "ann");
    }

    static AgentSettings.Builder budget() {
        AgentSettings.Builder agent = AgentSettings.builder("qa_agent");
        agent.budget(BudgetSettings.of(20, BudgetPeriod.DAY).atLimit(BudgetPolicy.BASELINE_ONLY));
        return agent;
    }

    static AgentSettings hedge() {
        AgentSettings agent = AgentSettings.builder("qa_agent")
                .baseline("open-mistral-7b")
                .candidate("qa-tuned-v1.3")
                .hedge(HedgeSettings.DEFAULT) // p95 and 5 %; or HedgeSettings.after(Duration.ofMillis(300))
                .build();
        return agent;
    }

    static void spent(ModelRegistry registry) {
        Optional<BudgetStatus> budget = registry.budget("qa_agent");
        budget.ifPresent(status -> System.out.println(status.words()));
    }

    static void cache(ModelRegistry registry, List<Message> messages) {
        registry.chat(
                "qa_agent", messages, CallOptions.builder().scope("tenant-7").build());
    }

    static void health(ModelRegistry registry) {
        Health health = registry.health("qa_agent");
        health.status();
        health.reason();
        health.models();
    }

    static ModelRegistry metrics(MeterRegistry meterRegistry) {
        ModelRegistry registry = ModelRegistry.builder()
                .configFile(Path.of("models.yaml"))
                .listener(new MicrometerListener(meterRegistry))
                .build();
        return registry;
    }

    static RegistryServer console(ModelRegistry registry) {
        RegistryServer server = RegistryServer.start(registry, ServerOptions.DEFAULT);
        System.out.println("See " + server.uri());
        return server;
    }

    static ModelRegistry reload() {
        ModelRegistry registry = ModelRegistry.builder()
                .configFile(Path.of("models.yaml"))
                .reloadEvery(Duration.ofMillis(500))
                .build();
        registry.configurationProblems();
        return registry;
    }

    static void report(ModelRegistry registry) throws IOException {
        registry.report("qa_agent").writeTo(Path.of("report.html"));
        registry.report("qa_agent", Duration.ofMinutes(30)).writeTo(Path.of("incident.html"));
    }

    static void reportOf(RolloutStatus status, Comparison comparison, Timeline timeline, ExperimentResult experiment)
            throws IOException {
        RolloutReport.builder(status, comparison, timeline)
                .experiment(experiment)
                .latencyLimit(Duration.ofMillis(400))
                .build()
                .writeTo(Path.of("incident.html"));
    }

    static void insight(ModelRegistry registry) {
        Comparison comparison = registry.compare("qa_agent", Duration.ofHours(1));
        System.out.println(comparison.verdict() + ": " + comparison.why());

        VariantFigures candidate = comparison.candidate();
        if (candidate != null) {
            System.out.println(candidate.calls() + " calls of " + candidate.units() + " units, p95 "
                    + candidate.p95().value() + " ms, at most "
                    + candidate.p95().high() + " ms");
        }

        Timeline timeline = registry.timeline("qa_agent", Duration.ofHours(6));
        ExperimentResult experiment = registry.experiment("qa_agent");
        System.out.println(timeline.points().size() + " points, and the experiment says " + experiment.answer());
    }

    static void server(ModelRegistry registry, PrometheusMeterRegistry meters) {
        RegistryServer server = RegistryServer.start(
                registry, ServerOptions.builder().metrics(meters::scrape).build());
        System.out.println("See " + server.uri());
    }

    static void gateway(ModelRegistry registry) {
        RegistryServer server = RegistryServer.start(
                registry, ServerOptions.builder().openAi(true).build());
        System.out.println("Base URL of the OpenAI face: " + server.uri() + "v1");
    }

    static ServerOptions gatewayForOthers(InetAddress address) {
        return ServerOptions.builder()
                .address(address)
                .allowedHosts("models.internal")
                .openAi(true)
                .build();
    }

    static AgentSettings learntLimit() {
        AgentSettings legal = AgentSettings.builder("legal_agent")
                .baseline("open-mistral-7b")
                .maxConcurrent(new AdaptiveSettings(2, 10, 40))
                .build();
        return legal;
    }
}
