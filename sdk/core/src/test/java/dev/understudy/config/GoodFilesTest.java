package dev.understudy.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.breaker.BreakerSettings;
import dev.understudy.budget.BudgetSettings;
import dev.understudy.cache.CacheSettings;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Price;
import dev.understudy.chat.Provider;
import dev.understudy.chat.Secret;
import dev.understudy.error.ConfigurationException;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.fallback.FallbackSettings;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.insight.ExperimentSettings;
import dev.understudy.retry.RetrySettings;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.rollout.RampSettings;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.Share;
import dev.understudy.throttle.AdaptiveSettings;
import dev.understudy.throttle.RateLimit;
import dev.understudy.throttle.ThrottleSettings;
import dev.understudy.throttle.TokenLimit;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a good file says is what the configuration holds: YAML is one way to say it, Java another. */
class GoodFilesTest {

    @Test
    void the_designs_example_is_what_java_would_build() {
        Configuration built = Configuration.builder()
                .provider(new Provider(
                        "mistral",
                        "openai",
                        URI.create("https://api.mistral.ai/v1"),
                        Secret.of("env:MISTRAL_API_KEY", Given.KEY),
                        64,
                        Map.of()))
                .deployment(Deployment.builder("open-mistral-7b")
                        .provider("mistral")
                        .contextWindow(32768)
                        .price(new Price(0.25, 0.25))
                        .build())
                .deployment(Deployment.builder("qa-tuned-v1.3")
                        .provider("mistral")
                        .model("ft:open-mistral-7b:qa:v1.3")
                        .parameters(Parameters.UNSET.withMaxTokens(2048).withTemperature(0.7))
                        .build())
                .agent(AgentSettings.builder("qa_agent")
                        .baseline("open-mistral-7b")
                        .candidate("qa-tuned-v1.3")
                        .timeout(Duration.ofSeconds(5))
                        .maxConcurrent(10)
                        .percentage(25)
                        .cache(CacheSettings.DEFAULT)
                        .build())
                .build();

        assertThat(Given.read(Given.example())).isEqualTo(built).hasSameHashCodeAs(built);
    }

    @Test
    void every_key_is_what_java_would_build(@TempDir Path folder) throws IOException {
        Files.createDirectory(folder.resolve("keys"));
        Files.writeString(folder.resolve("keys/local.key"), Given.KEY + "\n");
        Path file = Files.writeString(folder.resolve("understudy.yaml"), Given.everyKey());
        Map<String, Object> options = new HashMap<>(Map.of(
                "headers",
                Map.of("x-team", "support"),
                "ping",
                12.5,
                "retries",
                0L,
                "hosts",
                Arrays.asList("a", "b", true)));
        options.put("proxy", null);

        Configuration built = Configuration.builder()
                .useFinetuned(false)
                .useFallback(false)
                .stateDirectory(Path.of("rollout", "state"))
                .operator("alice", Secret.of("file:keys/local.key", Given.KEY))
                .operator("deploy", Secret.of("env:DEPLOY_TOKEN", Given.TOKEN))
                .provider(new Provider(
                        "local",
                        "openai",
                        URI.create("http://localhost:8000/v1"),
                        Secret.of("file:keys/local.key", Given.KEY),
                        32,
                        options))
                .deployment(Deployment.builder("proven")
                        .provider("local")
                        .price(Price.FREE)
                        .build())
                .model(new ModelSettings(
                        Deployment.builder("tuned")
                                .provider("local")
                                .model("support-7b-2026-10")
                                .contextWindow(8192)
                                .price(new Price(0.2, 0.6))
                                .parameters(new Parameters(0.3, 512, 0.9, List.of("###", "END"), -7L))
                                .extra(Map.of("safe_prompt", true))
                                .build(),
                        new BreakerSettings(
                                Duration.ofMinutes(1),
                                30,
                                0.125,
                                8,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(90),
                                Duration.ofMinutes(10)),
                        new RateLimit(600, Duration.ofMinutes(1)),
                        new TokenLimit(90_000, Duration.ofMinutes(1))))
                .agent(AgentSettings.builder("support_agent")
                        .baseline("proven")
                        .candidate("tuned")
                        .timeout(Duration.ofMillis(1500))
                        .fallback(new FallbackSettings(Duration.ofMillis(700), 0.4, true))
                        .throttle(new ThrottleSettings(4, 3, Duration.ofMillis(250), 0.1))
                        .retry(new RetrySettings(0, 3, 6, Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ZERO))
                        .rollout(new RolloutSettings(Share.percent(12.5), "autumn", true)
                                .withRamp(RampSettings.builder()
                                        .stages(0.5, 2, 10, 100)
                                        .hold(List.of(Duration.ofMinutes(1), Duration.ofHours(2), Duration.ofDays(3)))
                                        .minCalls(List.of(40))
                                        .gates(Set.of(Share.percent(10), Share.ALL))
                                        .maxDuration(Duration.ofDays(5))
                                        .inconclusive(RampSettings.Inconclusive.ROLLBACK)
                                        .noDataGrace(Duration.ofMinutes(30))
                                        .build())
                                .withGuard(new GuardSettings(true, Duration.ofMillis(400), 0.04, 0.01, 0.1)))
                        .experiment(new ExperimentSettings(Duration.ofMillis(450), 0.01, 0.1, 0.02, 500, 14))
                        .cache(new CacheSettings(Duration.ofHours(1), 50, 16 << 20, Duration.ofDays(1)))
                        .budget(BudgetSettings.of(12.5, BudgetPeriod.DAY).atLimit(BudgetPolicy.BASELINE_ONLY))
                        .hedge(new HedgeSettings(Duration.ofMillis(300), 0.1))
                        .useFinetuned(true)
                        .useFallback(true)
                        .build())
                .agent(AgentSettings.builder("legal_agent")
                        .baseline("proven")
                        .maxConcurrent(new AdaptiveSettings(1, 2, 8))
                        .timeout(Duration.ofSeconds(20))
                        .fallback(new FallbackSettings(null, 0.3, false))
                        .retry(new RetrySettings(
                                3, 3, 4, Duration.ofMillis(500), Duration.ofSeconds(8), Duration.ofSeconds(10)))
                        .rollout(new RolloutSettings(Share.NONE, "autumn", true)
                                .withGuard(new GuardSettings(false, null, 0.05, 0, 0)))
                        .build())
                .build();

        assertThat(Given.READER.read(file)).isEqualTo(built);
    }

    @Test
    void without_its_keys_a_file_says_all_else() {
        String text = """
                providers:
                  a: { api: openai, base_url: https://a.example, api_key: env:NO_SUCH_KEY }
                  b: { api: openai, base_url: https://b.example, api_key: file:no/such/file }
                deployments: { x: { provider: a }, y: { provider: b } }
                agents: { qa_agent: { baseline: x, candidate: y, rollout: { percentage: 5 } } }
                server:
                  operators: { alice: env:NO_SUCH_TOKEN, bob: env:NOR_THIS, deploy: file:nor/this }
                  clients: { shop: env:NOT_THAT_ONE }
                """;

        assertThatThrownBy(() -> Given.READER.read("it", Path.of("."), text.getBytes(UTF_8)))
                .isInstanceOf(ConfigurationException.class);
        Configuration configuration = Given.READER.withoutKeys().read("it", Path.of("."), text.getBytes(UTF_8));

        assertThat(configuration.agents().get("qa_agent").rollout().share()).isEqualTo(Share.percent(5));
        assertThat(configuration.operators().names()).containsExactly("alice", "bob", "deploy");
        assertThat(configuration.clients().names()).containsExactly("shop");
    }
}
