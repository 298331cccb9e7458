package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.error.FailureKind;
import dev.understudy.testing.Installed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rules, dashboard and runbooks ask for is there: a real Prometheus has scraped a service to which everything happened. */
class OperationsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Names of ours, recorded ones included. */
    private static final Pattern SERIES = Pattern.compile("\\b(?:\\w+:)?model_\\w+(?::\\w+)?");

    /** What is 0 when all calls are over. */
    private static final Set<String> IDLE = Set.of("On the wire, A", "Waiting for a permit, A");

    @TempDir
    static Path folder;

    private static EventfulService service;
    private static PrometheusServer prometheus;

    @BeforeAll
    static void everything_happens() throws IOException {
        Installed.require(Promtool.HOW_TO_INSTALL, "prometheus", "promtool");
        service = new EventfulService(folder);
        prometheus = PrometheusServer.scraping(service.port(), folder);
        service.calls();
        // What appears with its first event is an increase with the next one only, and a scrape must lie between them.
        scraped("model_cache_total");
        service.calls();
        service.accidents();
        patiently(service::isOver);
        scraped("model_rollback_total == 1");
        service.calls();
        List<String> recorded =
                Rules.read(Rules.RECORDS).all().stream().map(Rules.Rule::name).toList();
        patiently(() -> prometheus.names().containsAll(recorded));
    }

    private static List<String> queriesWithoutData() {
        return Dashboard.read().queries().entrySet().stream()
                .filter(asked -> !hasData(asked.getKey(), answer(asked.getValue())))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whether there is something else than zeros and nothing. */
    private static boolean hasData(String what, List<String> series) {
        return series.stream()
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .anyMatch(value -> IDLE.contains(what) ? value == 0 : value != 0 && Double.isFinite(value));
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (prometheus != null) {
            prometheus.close();
        }
        if (service != null) {
            service.close();
        }
    }

    @Test
    void every_series_that_is_named_anywhere_is_there() throws Exception {
        Map<String, String> named = new LinkedHashMap<>();
        for (Path rules : List.of(Rules.RECORDS, Rules.ALERTS)) {
            Rules.read(rules)
                    .all()
                    .forEach(rule -> named.put(rule.name(), (rule.isAlert() ? "" : rule.name() + " ") + rule.expr()));
        }
        named.putAll(Dashboard.read().queries());
        for (Page page : pages()) {
            named.put(page.toString(), String.join("\n", page.blocks("promql")) + page.codes());
        }
        Set<String> there = Set.copyOf(prometheus.names());
        Set<String> kinds =
                Stream.of(FailureKind.values()).map(FailureKind::tag).collect(Collectors.toSet());

        Set<String> all = new TreeSet<>();
        named.forEach((where, text) -> {
            Set<String> names = SERIES.matcher(text)
                    .results()
                    .map(MatchResult::group)
                    .collect(Collectors.toCollection(TreeSet::new));
            names.removeAll(kinds);
            assertThat(there).describedAs(where).containsAll(names);
            all.addAll(names);
        });
        assertThat(all).hasSizeGreaterThan(40);
        // And the other way round: no meter of ours that no rule, panel or page looks at.
        assertThat(all)
                .containsAll(there.stream()
                        .filter(name -> name.startsWith("model_"))
                        .filter(name -> !name.endsWith("_max") && !name.matches("\\w+_ms_(sum|count)"))
                        .toList());
    }

    private static List<Page> pages() {
        return Page.all().stream()
                .filter(page -> page.path().startsWith("docs/operations")
                        || page.path().startsWith("docs/runbooks")
                        || page.path().endsWith("metrics.md"))
                .toList();
    }

    @Test
    void every_query_of_the_dashboard_shows_something() {
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(500))
                .until(OperationsTest::queriesWithoutData, List::isEmpty);
    }

    @Test
    void what_a_page_asks_is_understood() {
        assertThat(pages())
                .flatExtracting(page -> page.blocks("promql"))
                .hasSizeGreaterThan(15)
                .allSatisfy(block -> {
                    for (String query : block.replaceAll("(?m)\\s{2,}# .*$", "").split("\n")) {
                        assertThat(answer(query)).isNotNull();
                    }
                });
    }

    @Test
    void every_rule_is_loaded_and_works() throws Exception {
        Map<String, String> health = prometheus.rules();

        assertThat(health.keySet())
                .containsAll(Rules.read(Rules.RECORDS).all().stream()
                        .map(Rules.Rule::name)
                        .toList())
                .containsAll(Rules.read(Rules.ALERTS).all().stream()
                        .map(Rules.Rule::name)
                        .toList());
        assertThat(health.values()).containsOnly("ok");
    }

    @Test
    void the_rollback_the_refused_file_and_the_spent_budget_are_told() throws Exception {
        Set<String> expected = Set.of("UnderstudyRollback", "UnderstudyConfigurationRefused", "UnderstudyBudgetSpent");
        patiently(() -> prometheus.alerts("firing").containsAll(expected));

        assertThat(prometheus.alerts("firing"))
                .doesNotContain("UnderstudyTargetDown", "UnderstudyMetricsAbsent", "UnderstudyLatencyHigh");
    }

    /** The unit is in the name that the runbooks ask for: milliseconds are what people read. */
    @Test
    void promtool_finds_nothing_in_the_scrape_but_the_milliseconds() throws IOException {
        Path scrape = Files.writeString(folder.resolve("scrape.txt"), service.scrape());

        Promtool.Answer answer = Promtool.askAbout(scrape, "check", "metrics");

        assertThat(answer.output().lines())
                .containsExactlyInAnyOrder(
                        "model_first_token_ms metric names should not contain abbreviated units",
                        "model_first_token_ms_max metric names should not contain abbreviated units",
                        "model_latency_ms metric names should not contain abbreviated units",
                        "model_latency_ms_max metric names should not contain abbreviated units");
    }

    @Test
    void the_scrape_has_every_meter_of_the_page() {
        List<String> documented = new ArrayList<>();
        for (List<String> row : Page.read("docs/metrics.md").table("Micrometer")) {
            String[] names = row.get(1).split(", ");
            for (String name : names) {
                // "_sum" after "model_latency_ms_bucket" is short for "model_latency_ms_sum"
                documented.add(name.startsWith("_") ? names[0].replaceFirst("_[a-z]+$", name) : name);
            }
        }

        assertThat(documented).hasSizeGreaterThan(15);
        assertThat(service.scrape()).contains(documented);
    }

    private static List<String> answer(String query) {
        try {
            return prometheus.query(query);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void scraped(String query) {
        patiently(() -> !answer(query).isEmpty());
    }

    private static void patiently(Callable<Boolean> condition) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .pollDelay(Duration.ZERO)
                .ignoreExceptionsMatching(e -> e.getCause() instanceof ConnectException)
                .until(condition);
    }
}
