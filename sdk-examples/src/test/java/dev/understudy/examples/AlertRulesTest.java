package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.error.FailureKind;
import dev.understudy.examples.RuleTests.Found;
import dev.understudy.examples.Rules.Rule;
import dev.understudy.testing.Installed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped alerts are valid, tested on both sides of each limit, and lead somewhere. */
class AlertRulesTest {

    private static final List<Rule> ALERTS = Rules.read(Rules.ALERTS).all();

    /** So many calls a ratio or a quantile needs. */
    private static final Pattern TRAFFIC = Pattern.compile("(?<=>= )20\\b");

    /** What else something is compared with; not nothing, and no state. */
    private static final Pattern LIMIT = Pattern.compile("(?<=(?:>|>=|<) )(?!0\\b(?!\\.)|20\\b)\\d+(?:\\.\\d+)?");

    @TempDir
    Path folder;

    @BeforeAll
    static void promtool_is_installed() {
        Installed.require(Promtool.HOW_TO_INSTALL, "promtool");
    }

    @Test
    void they_are_valid_and_behave_as_their_tests_say() throws IOException {
        Promtool.Answer valid =
                Promtool.ask("check", "rules", "--lint=all", "--lint-fatal", Rules.RECORDS, Rules.ALERTS);
        Promtool.Answer tested = RuleTests.run();

        assertThat(valid.code()).describedAs(valid.output()).isZero();
        assertThat(tested.code()).describedAs(tested.output()).isZero();
    }

    @Test
    void each_has_a_test_in_which_it_fires_and_one_in_which_it_does_not() throws IOException {
        assertThat(ALERTS).allMatch(Rule::isAlert).extracting(Rule::name).doesNotHaveDuplicates();
        assertThat(RuleTests.expecting(true)).containsExactlyInAnyOrderElementsOf(names(rule -> true));
        assertThat(RuleTests.expecting(false)).containsExactlyInAnyOrderElementsOf(names(rule -> true));
    }

    // Whether the tests can fail

    @Test
    void a_file_that_is_broken_is_found() throws IOException {
        Path broken = Files.writeString(
                folder.resolve("broken.yaml"),
                Files.readString(Rules.ALERTS)
                        .replace("agent:model_errors:ratio5m > 0.05", "agent:model_errors:ratio5m > > 0.05"));

        assertThat(Promtool.ask("check", "rules", broken).code()).isNotZero();
    }

    @Test
    void each_alert_that_never_fires_is_found() throws IOException {
        Found found = against(rule -> rule.withExpr("(" + rule.expr() + ") and on () vector(0) > 1"));

        assertThat(found.missed()).containsExactlyInAnyOrderElementsOf(names(rule -> true));
        assertThat(found.wrong()).isEmpty();
    }

    @Test
    void each_alert_that_always_fires_is_found() throws IOException {
        Found found = against(rule -> rule.withExpr("vector(1)").atOnce());

        assertThat(found.wrong()).containsExactlyInAnyOrderElementsOf(names(rule -> true));
    }

    @Test
    void each_alert_that_does_not_wait_is_found() throws IOException {
        Found found = against(Rule::atOnce);

        assertThat(found.wrong()).containsExactlyInAnyOrderElementsOf(names(rule -> rule.duration() != null));
    }

    @Test
    void each_limit_that_is_a_fifth_too_high_or_too_low_is_found() throws IOException {
        Set<String> limited = names(rule -> LIMIT.matcher(rule.expr()).find());

        assertThat(limited).hasSizeGreaterThanOrEqualTo(8);
        assertThat(against(times(LIMIT, 1.19)).missed()).containsExactlyInAnyOrderElementsOf(limited);
        assertThat(against(times(LIMIT, 0.81)).wrong()).containsExactlyInAnyOrderElementsOf(limited);
    }

    @Test
    void each_demand_for_traffic_that_is_a_fifth_too_high_or_too_low_is_found() throws IOException {
        Set<String> demanding = names(rule -> TRAFFIC.matcher(rule.expr()).find());

        assertThat(demanding).hasSizeGreaterThanOrEqualTo(5);
        assertThat(against(times(TRAFFIC, 1.19)).missed()).containsExactlyInAnyOrderElementsOf(demanding);
        assertThat(against(times(TRAFFIC, 0.81)).wrong()).containsExactlyInAnyOrderElementsOf(demanding);
    }

    private Found against(UnaryOperator<Rule> change) throws IOException {
        return RuleTests.runAgainst(rules -> rules.map(rule -> Optional.of(change.apply(rule))), folder);
    }

    private static UnaryOperator<Rule> times(Pattern number, double factor) {
        return rule -> rule.withExpr(number.matcher(rule.expr())
                .replaceAll(found -> String.valueOf(Double.parseDouble(found.group()) * factor)));
    }

    private static Set<String> names(Predicate<Rule> which) {
        return ALERTS.stream().filter(which).map(Rule::name).collect(Collectors.toSet());
    }

    // What they say

    @Test
    void each_says_what_it_is_how_bad_and_where_to_read_on() {
        for (Rule alert : ALERTS) {
            assertThat(alert.labels()).describedAs(alert.name()).containsOnlyKeys("severity");
            assertThat(alert.labels().get("severity")).isIn("warning", "critical");
            assertThat(alert.annotations()).containsOnlyKeys("summary", "description", "runbook_url");
            assertThat(alert.annotations().get("summary")).hasSizeBetween(10, 100);
            assertThat(alert.annotations().get("description")).endsWith(".").doesNotContain("{{ $value }}");
            Page.Place place = Page.Place.of(alert.annotations().get("runbook_url"));
            assertThat(place.page().anchors()).describedAs(alert.name()).contains(place.anchor());
        }
    }

    @Test
    void the_page_for_operators_lists_each_with_its_wait_its_severity_and_its_page() {
        List<List<String>> rows = Page.read("docs/operations/README.md").table("alert");

        assertThat(rows)
                .extracting(row -> row.get(0))
                .containsExactlyElementsOf(ALERTS.stream().map(Rule::name).toList());
        for (int i = 0; i < rows.size(); i++) {
            Rule alert = ALERTS.get(i);
            assertThat(rows.get(i).get(1)).describedAs(alert.name()).isNotBlank();
            assertThat(rows.get(i).get(2))
                    .describedAs(alert.name())
                    .isEqualTo(
                            alert.duration() == null
                                    ? "at once"
                                    : alert.duration().replaceAll("m$", " min"));
            assertThat(rows.get(i).get(3))
                    .describedAs(alert.name())
                    .isEqualTo(alert.labels().get("severity"));
            assertThat(rows.get(i).get(4)).describedAs(alert.name()).isNotBlank();
            String url = alert.annotations()
                    .get("runbook_url")
                    .replace("docs/operations/README.md", "")
                    .replace("docs/", "../");
            assertThat(rows.get(i).get(5)).describedAs(alert.name()).endsWith("(" + url + ")");
        }
    }

    @Test
    void pages_name_the_alerts_that_lead_to_them_and_no_others() {
        Pattern alert = Pattern.compile("`(Understudy\\w+)`");
        for (Page page : Page.all()) {
            if (page.path().startsWith("docs/runbooks")) {
                Set<String> named = alert.matcher(page.text())
                        .results()
                        .map(found -> found.group(1))
                        .collect(Collectors.toSet());
                assertThat(named).describedAs(page.toString()).isEqualTo(names(rule -> rule.annotations()
                        .get("runbook_url")
                        .startsWith(page.path() + "#")));
            }
        }
    }

    /** A kind of failure that gets another name must not fall out of an alert silently. */
    @Test
    void failures_are_called_as_in_the_code() {
        assertThat(listed("model_errors_total\\{error=~\"([^\"]+)\"", Rules.RECORDS))
                .containsExactlyInAnyOrder(tags(kind -> Set.of(
                                FailureKind.INVALID_REQUEST,
                                FailureKind.CONTEXT_LENGTH,
                                FailureKind.CONTENT_FILTER,
                                FailureKind.BUDGET_EXCEEDED)
                        .contains(kind)));
        assertThat(listed("model_attempts_total\\{outcome=~\"([^\"]+)\"", Rules.ALERTS))
                .describedAs("those to alert on that latch no breaker, for that is an alert of its own")
                .containsExactlyInAnyOrder(tags(kind -> kind.alerting() && kind.blame() != FailureKind.Blame.LATCH));
    }

    private static List<String> listed(String pattern, Path file) {
        List<String> listed = new ArrayList<>();
        for (Rule rule : Rules.read(file).all()) {
            Matcher matcher = Pattern.compile(pattern).matcher(rule.expr());
            while (matcher.find()) {
                listed.addAll(List.of(matcher.group(1).split("\\|")));
            }
        }
        return listed;
    }

    private static String[] tags(Predicate<FailureKind> which) {
        return Arrays.stream(FailureKind.values())
                .filter(which)
                .map(FailureKind::tag)
                .toArray(String[]::new);
    }
}
