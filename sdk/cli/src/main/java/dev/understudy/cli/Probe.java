package dev.understudy.cli;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ModelSettings;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One call to one model, as an agent would make it, bounded by the agent's timeout. */
final class Probe {

    private static final ChatRequest QUESTION = ChatRequest.of(List.of(Message.user("Answer with one word: ready?")));

    /**
     * What a model did.
     *
     * @param agent the agent
     * @param variant which of its models
     * @param model the deployment
     * @param provider where it is
     * @param status the HTTP status, or 0 where there was no answer
     * @param latencyMillis until the answer or the failure
     * @param key whether the key was accepted: {@code accepted}, {@code refused}, {@code unknown}, or {@code none}
     * @param outcome {@code answered}, or the failure's name
     * @param message what went wrong, or null
     */
    record Result(
            String agent,
            Variant variant,
            String model,
            String provider,
            int status,
            long latencyMillis,
            String key,
            String outcome,
            @Nullable String message) {

        boolean answered() {
            return message == null;
        }

        Json json() {
            return Json.object()
                    .put("agent", agent)
                    .put("variant", variant)
                    .put("model", model)
                    .put("provider", provider)
                    .put("answered", answered())
                    .put("status", status == 0 ? null : status)
                    .put("latency_ms", latencyMillis)
                    .put("key", key)
                    .put("outcome", outcome)
                    .put("message", message);
        }
    }

    private final AgentSettings agent;
    private final Variant variant;
    private final Deployment deployment;
    private final Provider provider;

    Probe(AgentSettings agent, Variant variant, String model, Configuration configuration) {
        this.agent = agent;
        this.variant = variant;
        ModelSettings settings = Objects.requireNonNull(configuration.models().get(model), model);
        deployment = settings.deployment();
        String name = Objects.requireNonNull(deployment.provider(), model);
        provider = Objects.requireNonNull(configuration.providers().get(name), name);
    }

    /** Makes the call. */
    Result run(Map<String, ProviderClient> clients, Waiting waiting) {
        ProviderClient client = clients.computeIfAbsent(provider.name(), name -> Objects.requireNonNull(
                        ProviderClient.factories().get(provider.api()), provider.api())
                .open(provider, waiting.ticker()));
        ChatModel model = client.model(deployment);
        Deadline deadline = Deadline.after(waiting, agent.timeout());
        long start = waiting.nanoTime();
        try {
            model.chat(QUESTION, deadline);
            return result(200, start, waiting, accepted("accepted"), "answered", null);
        } catch (ChatException failed) {
            return result(
                    failed.status().orElse(0),
                    start,
                    waiting,
                    accepted(verdict(failed.kind())),
                    failed.kind().tag(),
                    String.valueOf(failed.getMessage()));
        }
    }

    private Result result(
            int status, long start, Waiting waiting, String key, String outcome, @Nullable String message) {
        long millis = TimeUnit.NANOSECONDS.toMillis(waiting.nanoTime() - start);
        return new Result(
                agent.name(), variant, deployment.name(), provider.name(), status, millis, key, outcome, message);
    }

    private String accepted(String verdict) {
        return provider.apiKey() == null ? "none" : verdict;
    }

    /** A failure says of a key that it is wrong, or by what it complains of instead that it is right. */
    private static String verdict(FailureKind kind) {
        return switch (kind) {
            case AUTHENTICATION -> "refused";
            case QUOTA -> "accepted";
            default -> "unknown";
        };
    }
}
