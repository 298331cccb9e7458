package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.understudy.examples.Dashboard.Panel;
import dev.understudy.testing.Installed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Grafana dashboard can be imported, is complete, and asks what Prometheus understands. */
class DashboardTest {

    private static final int COLUMNS = 24;

    private final Dashboard dashboard = Dashboard.read();

    @TempDir
    Path folder;

    @Test
    void it_is_json_that_an_import_takes_as_a_new_dashboard() throws IOException {
        JsonFactory strict = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        int depth = 0;
        try (JsonParser parser = strict.createParser(Dashboard.FILE.toFile())) {
            while (parser.nextToken() != null) {
                depth = Math.max(depth, parser.getParsingContext().getNestingDepth());
            }
        }

        assertThat(depth).isGreaterThan(5);
        assertThat(dashboard.model().containsKey("id")).isTrue();
        assertThat(dashboard.model().get("id")).isNull();
        assertThat(dashboard.model().get("uid")).isEqualTo("understudy");
        assertThat((Integer) dashboard.model().get("schemaVersion")).isGreaterThanOrEqualTo(39);
        assertThat(dashboard.model().containsKey("__inputs")).isFalse();
    }

    @Test
    void whatever_asks_asks_the_chosen_data_source() {
        Map<?, ?> first = dashboard.variables().get(0);
        assertThat(first.get("name")).isEqualTo("datasource");
        assertThat(first.get("type")).isEqualTo("datasource");
        assertThat(dashboard.dataSources())
                .hasSizeGreaterThan(30)
                .filteredOn(source -> !"-- Grafana --".equals(source.get("uid")))
                .allSatisfy(source -> assertThat(source.toString()).isEqualTo("{type=prometheus, uid=${datasource}}"));
    }

    @Test
    void every_variable_that_is_used_is_there_and_has_a_query() {
        Set<String> own = Dashboard.names(dashboard.variables()).collect(Collectors.toSet());
        String text = dashboard.model().toString();

        assertThat(own).containsExactlyInAnyOrder("datasource", "job", "agent", "variant", "repository");
        assertThat(Dashboard.variablesIn(text))
                .filteredOn(variable -> !variable.startsWith("__"))
                .allSatisfy(variable -> assertThat(own).contains(variable));
        assertThat(Dashboard.variablesIn(text)).containsAll(own);
        assertThat(dashboard.queries()).containsKeys("variable job", "variable agent", "variable variant");
    }

    @Test
    void panels_have_numbers_and_titles_of_their_own() {
        assertThat(dashboard.panels())
                .extracting(panel -> panel.json().get("id"))
                .doesNotHaveDuplicates();
        assertThat(dashboard.panels()).extracting(Panel::title).doesNotHaveDuplicates();
        for (Panel panel : dashboard.panels()) {
            assertThat(panel.targets())
                    .extracting(target -> target.get("refId"))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void each_panel_says_what_it_shows_and_in_which_unit() {
        assertThat(dashboard.panels())
                .filteredOn(panel -> !panel.isRow())
                .hasSizeGreaterThan(25)
                .allSatisfy(panel -> {
                    assertThat(panel.title()).isNotBlank();
                    assertThat(String.valueOf(panel.json().get("description")))
                            .endsWith(".")
                            .hasSizeGreaterThan(20);
                    assertThat(Dashboard.at(panel.json(), "fieldConfig", "defaults", "unit"))
                            .asString()
                            .isNotBlank();
                    assertThat(Dashboard.at(panel.json(), "fieldConfig", "defaults", "thresholds", "steps"))
                            .isNotNull();
                    assertThat(panel.targets()).isNotEmpty();
                });
    }

    @Test
    void the_rows_are_those_that_an_operator_looks_for() {
        assertThat(dashboard.panels())
                .filteredOn(Panel::isRow)
                .extracting(Panel::title)
                .containsExactly(
                        "Overview",
                        "Rollout",
                        "Latency",
                        "Errors and fallbacks",
                        "Breakers and limits",
                        "Cost, tokens and budget",
                        "Cache");
    }

    @Test
    void panels_lie_side_by_side_and_leave_no_hole_in_a_row() {
        Map<List<Integer>, String> taken = new HashMap<>();
        Set<Integer> lines = new HashSet<>();
        for (Panel panel : dashboard.panels()) {
            assertThat(panel.position("x") + panel.position("w")).isLessThanOrEqualTo(COLUMNS);
            for (int x = panel.position("x"); x < panel.position("x") + panel.position("w"); x++) {
                for (int y = panel.position("y"); y < panel.position("y") + panel.position("h"); y++) {
                    assertThat(taken.put(List.of(x, y), panel.title()))
                            .describedAs("%s at %d, %d", panel.title(), x, y)
                            .isNull();
                    lines.add(y);
                }
            }
        }
        assertThat(taken).hasSize(lines.size() * COLUMNS);
    }

    @Test
    void links_lead_to_pages_of_this_repository() {
        assertThat(dashboard.links()).hasSizeGreaterThan(20).allSatisfy((what, url) -> {
            assertThat(url).describedAs(what).startsWith("$repository/");
            assertThat(Page.root().resolve(url.substring("$repository/".length())))
                    .describedAs(what)
                    .exists();
        });
    }

    @Test
    void promtool_understands_every_query() throws IOException {
        Installed.require(Promtool.HOW_TO_INSTALL, "promtool");
        List<String> queries = new ArrayList<>(dashboard.queries().values());

        Promtool.Answer answer = Promtool.parse(queries, folder);

        assertThat(queries).hasSizeGreaterThan(40).noneMatch(query -> query.contains("$"));
        assertThat(answer.code()).describedAs(answer.output()).isZero();
        assertThat(answer.output()).contains("SUCCESS: " + queries.size() + " rules found");
    }

    @Test
    void a_query_with_a_bracket_too_few_is_found() throws IOException {
        Installed.require(Promtool.HOW_TO_INSTALL, "promtool");

        assertThat(Promtool.parse(List.of("up", "sum(rate(up[5m])"), folder).code())
                .isNotZero();
    }
}
