package dev.understudy.micrometer;

import static dev.understudy.micrometer.Happenings.AGENT;
import static dev.understudy.micrometer.Happenings.BASELINE;
import static dev.understudy.micrometer.Happenings.CANDIDATE;
import static dev.understudy.micrometer.Happenings.attempt;
import static dev.understudy.micrometer.Happenings.error;
import static dev.understudy.micrometer.Happenings.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.ArmCounts;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.event.BudgetState;
import dev.understudy.event.BudgetStatus;
import dev.understudy.event.Event;
import dev.understudy.event.HedgeResult;
import dev.understudy.event.Reading;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What an operator's Prometheus sees; the names here are those of dashboards, alerts and runbooks. */
class PrometheusScrapeTest {

    private static final Pattern BUCKET = Pattern.compile(
            "(?m)^model_latency_ms_bucket\\{agent=\"qa_agent\",outcome=\"success\",variant=\"baseline\",le=\"([^\"]+)\"} (\\S+)$");

    private static final Path DOCS = Path.of("..", "..", "docs");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MicrometerListener listener = new MicrometerListener(registry);

    PrometheusScrapeTest() {
        registry.throwExceptionOnRegistrationFailure();
    }

    @Test
    void every_name_is_spelled_as_documented() {
        everythingHappens();

        assertThat(families())
                .containsExactlyInAnyOrder(
                        "model_requests_total counter",
                        "model_latency_ms histogram",
                        "model_latency_ms_max gauge",
                        "model_attempts_total counter",
                        "model_attempts_duration_seconds summary",
                        "model_attempts_duration_seconds_max gauge",
                        "model_errors_total counter",
                        "model_fallbacks_total counter",
                        "model_hedges_total counter",
                        "model_rejected_total counter",
                        "model_cache_total counter",
                        "model_tokens_total counter",
                        "model_cost_total counter",
                        "model_rollback_total counter",
                        "model_config_reload_total counter",
                        "model_budget_reached_total counter",
                        "model_budget gauge",
                        "model_budget_spent gauge",
                        "model_inflight gauge",
                        "model_queue gauge",
                        "model_circuit_state gauge",
                        "model_rollout_percentage gauge",
                        "model_rollout_phase gauge",
                        "model_config_problems gauge");
    }

    @Test
    void every_family_has_a_help_text() {
        everythingHappens();

        Set<String> helped = new TreeSet<>();
        for (String line : registry.scrape().lines().toList()) {
            if (line.startsWith("# HELP ")) {
                String[] words = line.split(" ", 4);
                assertThat(words).as(line).hasSize(4);
                assertThat(words[3]).as(line).isNotBlank();
                helped.add(words[2]);
            }
        }
        assertThat(helped).hasSameSizeAs(families());
    }

    @Test
    void the_tags_are_the_documented_ones() {
        everythingHappens();

        assertThat(registry.scrape())
                .contains(
                        "model_requests_total{agent=\"qa_agent\",model=\"new\",outcome=\"error\",variant=\"candidate\"} 1.0")
                .contains(
                        "model_errors_total{agent=\"qa_agent\",error=\"upstream\",model=\"new\",variant=\"candidate\"} 1.0")
                .contains("model_attempts_total{model=\"new\",outcome=\"success\"} 1.0")
                .contains("model_attempts_duration_seconds_count{model=\"new\",outcome=\"success\"} 1")
                .contains("model_fallbacks_total{agent=\"qa_agent\",reason=\"circuit_open\"} 1.0")
                .contains("model_rejected_total{agent=\"qa_agent\",guard=\"breaker\"} 1.0")
                .contains("model_cache_total{agent=\"qa_agent\",result=\"hit\"} 1.0")
                .contains("model_tokens_total{agent=\"qa_agent\",direction=\"output\",model=\"new\"} 200.0")
                .contains("model_cost_total{agent=\"qa_agent\",direction=\"output\",model=\"new\"} 0.0016")
                .contains("model_rollback_total{agent=\"qa_agent\",model=\"new\"} 1.0")
                .contains("model_config_reload_total{result=\"refused\"} 1.0")
                .contains("model_config_reload_total{result=\"accepted\"} 0.0")
                .contains("model_budget{agent=\"qa_agent\",per=\"day\"} 20.0")
                .contains("model_budget_spent{agent=\"qa_agent\",per=\"day\"} 16.5")
                .contains("model_budget_reached_total{agent=\"qa_agent\",percent=\"80\"} 1.0")
                .contains("model_budget_reached_total{agent=\"qa_agent\",percent=\"100\"} 0.0")
                .contains("model_circuit_state{model=\"new\"} 2.0")
                .contains("model_inflight{agent=\"qa_agent\",model=\"new\"} 3.0");
    }

    @Test
    void latency_has_the_fixed_buckets_and_no_others() {
        listener.on(success(Variant.BASELINE, Duration.ofMillis(300)));

        List<String> bounds = new ArrayList<>(buckets().keySet().stream()
                .map(bound -> bound.isInfinite() ? "+Inf" : String.valueOf(bound.longValue()))
                .toList());
        assertThat(bounds)
                .containsExactly(
                        "50", "100", "250", "500", "750", "1000", "1500", "2000", "2500", "5000", "7500", "10000",
                        "15000", "20000", "30000", "45000", "60000", "120000", "+Inf");
    }

    @Test
    void the_runbooks_quantile_lies_in_the_bucket_of_the_true_one() {
        for (int i = 1; i <= 1_000; i++) {
            listener.on(success(Variant.BASELINE, Duration.ofMillis(i)));
        }

        // histogram_quantile(0.95, ...), as Prometheus interpolates it; the true one is 950 ms.
        assertThat(histogramQuantile(0.95, buckets())).isBetween(750.0, 1_000.0);
    }

    @Test
    void the_page_for_operators_names_every_counter_and_gauge() throws IOException {
        everythingHappens();
        String page = Files.readString(DOCS.resolve("metrics.md"));

        assertThat(families())
                .extracting(family -> family.substring(0, family.indexOf(' ')))
                .filteredOn(family -> !family.endsWith("_max"))
                .allSatisfy(family -> assertThat(page).contains("`" + family));
    }

    @Test
    void the_shipped_rules_record_every_counter_under_its_plain_name() throws IOException {
        everythingHappens();
        Object rules = new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(DOCS.resolve("operations").resolve("recording-rules.yaml")));

        Set<String> expected = new TreeSet<>();
        for (String family : families()) {
            if (family.endsWith(" counter")) {
                String counter = family.substring(0, family.indexOf(' '));
                expected.add("{record=" + counter.replace("_total", "") + ", expr=" + counter + "}");
            }
        }
        assertThat(rules)
                .extracting("groups", list(Map.class))
                .flatExtracting(group -> (List<?>) group.get("rules"))
                .extracting(Object::toString)
                .filteredOn(rule -> !rule.contains(":")) // the others are what alerts stand on
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private void everythingHappens() {
        listener.on(new Event.Hedged(AGENT, CANDIDATE, BASELINE, HedgeResult.WON));
        listener.on(new Event.ConfigurationLoaded(false, 3));
        listener.on(decided(RolloutPhase.OFF, RolloutPhase.RUNNING, RolloutReason.STARTED));
        listener.on(decided(RolloutPhase.RUNNING, RolloutPhase.QUARANTINED, RolloutReason.GUARD));
        listener.on(decided(RolloutPhase.QUARANTINED, RolloutPhase.ROLLED_BACK, RolloutReason.GUARD));
        listener.on(decided(RolloutPhase.ROLLED_BACK, RolloutPhase.ROLLED_BACK, RolloutReason.MANUAL));
        listener.on(success(Variant.BASELINE, Duration.ofMillis(300)));
        listener.on(error(Variant.CANDIDATE, FailureKind.UPSTREAM, Duration.ofMillis(300)));
        listener.on(attempt(CANDIDATE, null, Duration.ofMillis(300), new Usage(1_000, 200), new Price(2, 8)));
        listener.on(new Event.FellBack(AGENT, CANDIDATE, BASELINE, FailureKind.CIRCUIT_OPEN));
        listener.on(new Event.Rejected(AGENT, CANDIDATE, "breaker"));
        listener.on(new Event.CacheLookedUp(AGENT, CacheStatus.HIT));
        listener.on(new Event.BudgetReached(new BudgetStatus(
                AGENT,
                20,
                16.5,
                BudgetPeriod.DAY,
                Instant.parse("2026-11-21T00:00:00Z"),
                Instant.parse("2026-11-22T00:00:00Z"),
                BudgetPolicy.ALERT,
                BudgetState.NEARLY_SPENT)));
        Map<String, String> agentAndModel = Map.of("agent", AGENT, "model", CANDIDATE);
        Map<String, String> agentAndPeriod = Map.of("agent", AGENT, "per", "day");
        listener.observe(List.of(
                new Reading("model.inflight", "Attempts on the wire", agentAndModel, () -> 3),
                new Reading("model.queue", "Callers waiting for a permit", agentAndModel, () -> 0),
                new Reading(
                        "model.circuit.state", "0 closed, 1 half-open, 2 open", Map.of("model", CANDIDATE), () -> 2),
                new Reading("model.rollout.percentage", "Share of units", Map.of("agent", AGENT), () -> 25),
                new Reading(Reading.ROLLOUT_PHASE, "Where the rollout stands", agentAndModel, () -> 1),
                new Reading("model.config.problems", "What is wrong with the file", Map.of(), () -> 2),
                new Reading(Reading.BUDGET, "What may be spent", agentAndPeriod, () -> 20),
                new Reading("model.budget.spent", "What was spent", agentAndPeriod, () -> 16.5)));
    }

    private static Event decided(RolloutPhase from, RolloutPhase to, RolloutReason why) {
        return new Event.RolloutChanged(new RolloutDecision(
                AGENT,
                CANDIDATE,
                from,
                to,
                why,
                25,
                0,
                "guard",
                "It was slow.",
                List.of(),
                ArmCounts.NONE,
                ArmCounts.NONE,
                Instant.EPOCH));
    }

    /** Name and type of every metric family in the scrape. */
    private Set<String> families() {
        Set<String> families = new TreeSet<>();
        registry.scrape().lines().filter(line -> line.startsWith("# TYPE ")).forEach(line -> {
            String[] words = line.split(" ");
            families.add(words[2] + " " + words[3]);
        });
        return families;
    }

    private TreeMap<Double, Double> buckets() {
        TreeMap<Double, Double> buckets = new TreeMap<>();
        BUCKET.matcher(registry.scrape())
                .results()
                .forEach(found -> buckets.put(
                        found.group(1).equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(found.group(1)),
                        Double.parseDouble(found.group(2))));
        return buckets;
    }

    private static double histogramQuantile(double quantile, TreeMap<Double, Double> cumulative) {
        double rank = quantile * cumulative.lastEntry().getValue();
        double lowerBound = 0;
        double below = 0;
        for (Map.Entry<Double, Double> bucket : cumulative.entrySet()) {
            if (bucket.getValue() >= rank) {
                return lowerBound + (bucket.getKey() - lowerBound) * (rank - below) / (bucket.getValue() - below);
            }
            lowerBound = bucket.getKey();
            below = bucket.getValue();
        }
        throw new AssertionError("No bucket holds rank " + rank);
    }
}
