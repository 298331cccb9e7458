package dev.understudy.adaptive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ModelSettings;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.Reading;
import dev.understudy.retry.RetrySettings;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.testing.Rule;
import dev.understudy.throttle.AdaptiveSettings;
import dev.understudy.throttle.ConcurrencyLimit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The module beside a whole registry: found by its service, one limit for each model, shown by the gauge. */
class AdaptiveRegistryTest {

    private static final ChatModel ANSWERS =
            ChatModel.honouringDeadline((request, deadline) -> ChatResponse.of("hello"));
    private static final ChatModel TOO_MANY = ChatModel.honouringDeadline((request, deadline) -> {
        throw FailureKind.RATE_LIMITED.exception(
                "429", new Origin("candidate", null, 429, null, Duration.ofNanos(1), null), null);
    });

    /** The gauge, by model. */
    private static final class Gauges implements Listener {
        private final Map<String, DoubleSupplier> limits = new ConcurrentHashMap<>();

        @Override
        public void on(Event event) {}

        @Override
        public void observe(List<Reading> readings) {
            readings.stream()
                    .filter(reading -> reading.name().equals("model.concurrency.limit"))
                    .forEach(reading -> limits.put(reading.tags().get("model"), reading.value()));
        }

        @Override
        public boolean mayBlock() {
            return false;
        }

        double limit(String model) {
            return limits.get(model).getAsDouble();
        }
    }

    private static Configuration configuration(ChatModel candidate) {
        return Configuration.builder()
                .model(ModelSettings.of(Deployment.of("baseline", ANSWERS)))
                .model(ModelSettings.of(Deployment.of("candidate", candidate)))
                .agent(AgentSettings.builder("qa_agent")
                        .baseline("baseline")
                        .candidate("candidate")
                        .percentage(100)
                        .guard(GuardSettings.OFF)
                        .retry(new RetrySettings(
                                0, 0, 2, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofMillis(1)))
                        .maxConcurrent(new AdaptiveSettings(1, 20, 50))
                        .build())
                .build();
    }

    /** Each call is answered: where the candidate is refused, the baseline stands in. */
    private static void call(ModelRegistry registry) {
        registry.chat("qa_agent", List.of(Message.user("?")), CallOptions.DEFAULT);
    }

    @Test
    void the_service_is_found() {
        assertThat(ConcurrencyLimit.Factory.installed()).containsInstanceOf(LearntLimitFactory.class);
    }

    @Test
    @Rule("R8")
    void the_candidates_limit_shrinks_by_its_own_429s_and_the_baselines_stays() {
        var gauges = new Gauges();
        try (ModelRegistry registry = ModelRegistry.builder()
                .configuration(configuration(TOO_MANY))
                .listener(gauges)
                .build()) {
            assertThat(gauges.limit("candidate")).isEqualTo(20);
            call(registry);
            assertThat(gauges.limit("candidate")).isEqualTo(16);
            assertThat(gauges.limit("baseline")).isEqualTo(20);
        }
    }

    @Test
    void a_file_may_ask_for_it(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("understudy.yaml"), """
                deployments: { m: { provider: p } }
                agents: { a: { baseline: m } }
                providers: { p: { api: none, base_url: http://localhost } }
                defaults: { max_concurrent: adaptive }
                """);
        // No provider client here; the limit is not what is wrong.
        assertThat(catchThrowable(() -> Configuration.fromYaml(file)))
                .hasMessageContaining("api")
                .message()
                .doesNotContain("max_concurrent");
    }
}
