package dev.understudy.tests.sixteen;

import static dev.understudy.tests.sixteen.Upstream.BASELINE;
import static dev.understudy.tests.sixteen.Upstream.CANDIDATE;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Price;
import dev.understudy.chat.Provider;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.retry.RetrySettings;
import dev.understudy.rollout.GuardSettings;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiFunction;

/** What an application configured: two retries, 30 s, one baseline with a larger window; all else as by default. */
final class Setting {

    static final String AGENT = "qa_agent";

    private Setting() {}

    static Configuration onTheWire(URI url) {
        Configuration.Builder start =
                Configuration.builder().provider(new Provider("p", "openai", url, null, 64, Map.of()));
        return with(start, (name, deployment) -> deployment.provider("p"));
    }

    static Configuration inMemory(Map<String, ChatModel> models) {
        return with(Configuration.builder(), (name, deployment) -> deployment.upstream(models.get(name)));
    }

    private static Configuration with(
            Configuration.Builder start, BiFunction<String, Deployment.Builder, Deployment.Builder> placed) {
        RetrySettings usual = RetrySettings.DEFAULT;
        return start.deployment(placed.apply(
                                CANDIDATE,
                                Deployment.builder(CANDIDATE)
                                        .contextWindow(8_192)
                                        .price(new Price(2, 4)))
                        .build())
                .deployment(placed.apply(
                                BASELINE,
                                Deployment.builder(BASELINE)
                                        .contextWindow(32_768)
                                        .price(new Price(1, 3)))
                        .build())
                .agent(AgentSettings.builder(AGENT)
                        .baseline(BASELINE)
                        .candidate(CANDIDATE)
                        .percentage(100)
                        .timeout(Duration.ofSeconds(30))
                        .guard(GuardSettings.OFF) // it would take the candidate away after the third of these
                        .retry(new RetrySettings(
                                2, 2, usual.maxAttempts(), usual.backoff(), usual.maxBackoff(), usual.maxRetryAfter()))
                        .build())
                .build();
    }
}
