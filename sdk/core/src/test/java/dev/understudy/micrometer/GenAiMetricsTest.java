package dev.understudy.micrometer;

import static dev.understudy.micrometer.Happenings.BASELINE;
import static dev.understudy.micrometer.Happenings.CANDIDATE;
import static dev.understudy.micrometer.Happenings.attempt;
import static dev.understudy.micrometer.Happenings.success;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Destination;
import dev.understudy.testing.Rule;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The names, units, buckets and attributes of OpenTelemetry's semantic conventions. */
class GenAiMetricsTest {

    private static final Duration FAST = Duration.ofMillis(300);
    private static final Usage USED = new Usage(1200, 34);
    private static final Destination AT_MISTRAL =
            new Destination(BASELINE, "open-mistral-7b", "eu-mistral", "api.mistral.ai", 443);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GenAiMetrics listener = new GenAiMetrics(registry);

    private DistributionSummary summary(String name, String... tags) {
        return registry.get(name).tags(tags).summary();
    }

    private static double[] buckets(DistributionSummary summary) {
        return Arrays.stream(summary.takeSnapshot().histogramCounts())
                .mapToDouble(CountAtBucket::bucket)
                .toArray();
    }

    @Test
    void an_attempt_is_an_operation_measured_in_seconds() {
        listener.configured(List.of(AT_MISTRAL));
        listener.on(attempt(BASELINE, null, FAST, USED, Price.FREE));

        DistributionSummary duration = summary("gen_ai.client.operation.duration");
        assertThat(duration.totalAmount()).isEqualTo(0.3);
        assertThat(duration.getId().getBaseUnit()).isEqualTo("s");
        assertThat(duration.getId().getDescription()).isNotBlank();
        assertThat(duration.getId().getTags())
                .extracting(tag -> tag.getKey() + "=" + tag.getValue())
                .containsExactly(
                        "error.type=",
                        "gen_ai.operation.name=chat",
                        "gen_ai.provider.name=mistral_ai",
                        "gen_ai.request.model=open-mistral-7b",
                        "server.address=api.mistral.ai",
                        "server.port=443");
        assertThat(buckets(duration))
                .containsExactly(
                        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
    }

    @Test
    void tokens_are_a_histogram_for_each_direction() {
        listener.configured(List.of(AT_MISTRAL));
        listener.on(attempt(BASELINE, null, FAST, USED, Price.FREE));

        DistributionSummary input = summary("gen_ai.client.token.usage", "gen_ai.token.type", "input");
        DistributionSummary output = summary("gen_ai.client.token.usage", "gen_ai.token.type", "output");
        assertThat(input.totalAmount()).isEqualTo(1200);
        assertThat(output.totalAmount()).isEqualTo(34);
        assertThat(input.getId().getBaseUnit()).isEqualTo("{token}");
        assertThat(input.getId().getTag("gen_ai.provider.name")).isEqualTo("mistral_ai");
        assertThat(buckets(input))
                .containsExactly(
                        1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864);
    }

    @Test
    void tokens_that_the_provider_did_not_tell_are_not_measured() {
        listener.on(attempt(BASELINE, null, FAST, Usage.NONE, Price.FREE));

        assertThat(registry.find("gen_ai.client.token.usage").summaries()).isEmpty();
    }

    @Test
    void a_failed_attempt_says_of_what_kind() {
        listener.on(attempt(BASELINE, FailureKind.RATE_LIMITED, FAST, Usage.NONE, Price.FREE));
        listener.on(attempt(BASELINE, FailureKind.OTHER, FAST, Usage.NONE, Price.FREE));

        assertThat(registry.get("gen_ai.client.operation.duration").summaries())
                .extracting(meter -> meter.getId().getTag("error.type"))
                .containsExactlyInAnyOrder("rate_limited", "_OTHER");
    }

    @Test
    void a_call_is_no_operation() {
        listener.on(success(Variant.BASELINE, FAST));

        assertThat(registry.getMeters()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "api.mistral.ai, mistral_ai",
        "API.OpenAI.com, openai",
        "my-team.openai.azure.com, azure.ai.openai",
        "bedrock-runtime.eu-central-1.amazonaws.com, aws.bedrock",
        "europe-west4-aiplatform.googleapis.com, gcp.vertex_ai",
        "vllm.internal, our-vllm",
        "api.mistral.ai.example.org, our-vllm",
    })
    void a_well_known_provider_has_its_well_known_name(String host, String provider) {
        assertThat(GenAi.provider(new Destination("m", "m", "our-vllm", host, 443)))
                .isEqualTo(provider);
    }

    @Test
    void a_model_without_provider_has_an_unknown_one() {
        listener.configured(List.of(Destination.unknown(CANDIDATE)));
        listener.on(attempt(CANDIDATE, null, FAST, USED, Price.FREE));

        Meter.Id id = summary("gen_ai.client.operation.duration").getId();
        assertThat(id.getTag("gen_ai.provider.name")).isEqualTo("unknown");
        assertThat(id.getTag("gen_ai.request.model")).isEqualTo(CANDIDATE);
        assertThat(id.getTag("server.address")).isEmpty();
    }

    @Test
    void a_reload_that_sends_a_model_elsewhere_starts_new_series() {
        listener.configured(List.of(AT_MISTRAL));
        listener.on(attempt(BASELINE, null, FAST, USED, Price.FREE));
        listener.configured(List.of(new Destination(BASELINE, "open-mistral-8b", "eu-mistral", "api.mistral.ai", 443)));
        listener.on(attempt(BASELINE, null, FAST, USED, Price.FREE));
        listener.configured(List.of()); // taken away, with an attempt under way
        listener.on(attempt(BASELINE, null, FAST, USED, Price.FREE));

        assertThat(summary("gen_ai.client.operation.duration", "gen_ai.request.model", "open-mistral-7b")
                        .count())
                .isEqualTo(1);
        assertThat(summary("gen_ai.client.operation.duration", "gen_ai.request.model", "open-mistral-8b")
                        .count())
                .isEqualTo(2);
    }

    @Test
    void prometheus_gets_the_names_that_the_collector_would_give() {
        PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        GenAiMetrics measuring = new GenAiMetrics(prometheus);
        measuring.on(attempt(BASELINE, null, FAST, USED, Price.FREE));
        measuring.on(attempt(BASELINE, FailureKind.UPSTREAM, FAST, Usage.NONE, Price.FREE));

        assertThat(prometheus.scrape())
                .contains("gen_ai_client_operation_duration_seconds_bucket{error_type=\"\"")
                .contains("gen_ai_client_operation_duration_seconds_bucket{error_type=\"upstream\"")
                .contains("gen_ai_client_token_usage_bucket{")
                .contains("gen_ai_token_type=\"input\"")
                .contains("le=\"81.92\"");
    }

    @Test
    void a_registry_that_keeps_units_out_of_names_gets_the_conventions_units() {
        registry.config().namingConvention(NamingConvention.snakeCase);
        listener.on(attempt(BASELINE, null, FAST, USED, Price.FREE));

        assertThat(summary("gen_ai.client.operation.duration").getId().getBaseUnit())
                .isEqualTo("s");
    }

    @Test
    @Rule("R27")
    void a_registry_that_throws_is_the_registrys_own_trouble() {
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                if (id.getName().equals("gen_ai.client.token.usage")) {
                    throw new IllegalStateException("secret");
                }
                return id;
            }
        });
        listener.on(attempt(BASELINE, null, FAST, USED, Price.FREE));

        assertThat(summary("gen_ai.client.operation.duration").count()).isEqualTo(1);
    }
}
