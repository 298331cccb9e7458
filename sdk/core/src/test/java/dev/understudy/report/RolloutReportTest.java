package dev.understudy.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.insight.Timeline;
import dev.understudy.testing.SampleReports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One file that says what happened, loads nothing, and shows names as the text that they are. */
class RolloutReportTest {

    static Stream<Map.Entry<String, RolloutReport>> reports() {
        Map<String, RolloutReport> reports = new TreeMap<>(Map.of(
                "incident", SampleReports.fridayEvening(),
                "climb", SampleReports.goodClimb(),
                "hostile", SampleReports.hostile(),
                "no data", SampleReports.noData(),
                "nothing", SampleReports.nothing(),
                "a minute", SampleReports.busy(60, Duration.ofSeconds(1), 3),
                "a week", SampleReports.busy(2_016, Duration.ofMinutes(5), 100),
                "a nanosecond", SampleReports.busy(1, Duration.ofNanos(1), 1),
                "an age", SampleReports.busy(3, Duration.ofDays(200_000), 2)));
        return reports.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("reports")
    void every_page_is_well_formed_and_whole(Map.Entry<String, RolloutReport> report) {
        Markup page = Markup.of(report.getValue());

        assertThat(page.one("/html/@lang")).isEqualTo("en");
        assertThat(page.one("//h1")).isNotBlank();
        assertThat(page.all("//main/section/@id")).contains("timeline", "decisions", "comparison", "evidence");
        assertThat(page.all("//@id")).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("reports")
    void what_is_no_number_is_never_shown_as_one(Map.Entry<String, RolloutReport> report) {
        assertThat(report.getValue().html())
                .doesNotContain("NaN")
                .doesNotContain("Infinity")
                .doesNotContain("null");
    }

    @ParameterizedTest
    @MethodSource("reports")
    void a_page_loads_nothing_and_runs_nothing(Map.Entry<String, RolloutReport> report) {
        Markup page = Markup.of(report.getValue());

        assertThat(page.source())
                .doesNotContain("http:")
                .doesNotContain("https:")
                .doesNotContain("url(")
                .doesNotContain("@import");
        assertThat(page.all("//script | //link | //img | //iframe | //object | //form | //@style | //@src | //@srcset"))
                .isEmpty();
        assertThat(page.all("//@*[starts-with(name(), 'on')]")).isEmpty();
        assertThat(page.all("//@href")).allMatch(href -> href.startsWith("#decision-"));
    }

    @ParameterizedTest
    @MethodSource("reports")
    void pictures_and_tables_say_in_words_what_they_show(Map.Entry<String, RolloutReport> report) {
        Markup page = Markup.of(report.getValue());

        assertThat(page.all("//svg[@role='img'][not(title) or not(desc)]")).isEmpty();
        for (String labels : page.all("//@aria-labelledby")) {
            assertThat(page.all("//@id")).contains(labels.split(" "));
        }
        assertThat(page.all("//table[not(caption)]")).isEmpty();
        assertThat(page.all("//th[not(@scope)]")).isEmpty();
    }

    @Test
    void the_policy_lets_in_the_style_of_the_page_and_nothing_else() throws Exception {
        Markup page = Markup.of(SampleReports.fridayEvening());
        String css = page.source().split("<style>", -1)[1].split("</style>", -1)[0];
        String digest = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(css.getBytes(StandardCharsets.UTF_8)));

        assertThat(page.one("//meta[@http-equiv='Content-Security-Policy']/@content"))
                .isEqualTo(
                        "default-src 'none'; style-src 'sha256-" + digest + "'; base-uri 'none'; form-action 'none'");
        assertThat(css)
                .contains("@media print")
                .contains("prefers-color-scheme: dark")
                .contains("max-width: 700px");
    }

    @Test
    void the_head_tells_an_incident_in_ten_seconds() {
        Markup page = Markup.of(SampleReports.fridayEvening());

        assertThat(page.one("/html/head/title")).isEqualTo("qa_agent: qa-tuned-v1.3 rolled back");
        assertThat(page.one("//h1"))
                .isEqualTo("qa-tuned-v1.3 was rolled back at 18:02:41 UTC after 3 bad calls; callers saw 0 errors.");
        assertThat(page.all("//dl[@class='story']/dt"))
                .containsExactly("What happened", "When", "What was done", "Now");
        assertThat(page.all("//dl[@class='story']/dd").subList(1, 3))
                .containsExactly(
                        "Friday, 20 November 2026, 18:02:41 UTC, 7 min 18 s before this report",
                        "The guard took the share from 25 % to 0 %. The baseline answered 3 calls in the candidate's place."
                                + " Everybody is on qa-tuned-v1.2.");
    }

    @Test
    void the_head_tells_each_other_end_as_well() {
        assertThat(Markup.of(SampleReports.goodClimb()).one("//h1"))
                .startsWith(
                        "qa-tuned-v1.3 has completed its ramp and serves 100 % of units since 09:14:00 UTC; callers saw ");
        assertThat(Markup.of(SampleReports.noData()).one("//h1"))
                .isEqualTo("qa-tuned-v1.3 is held at 1 % since 03:19:20 UTC: no call of the candidate was seen;"
                        + " callers saw 0 errors.");
        assertThat(Markup.of(SampleReports.nothing()).one("//h1"))
                .isEqualTo("qa_agent has no candidate: qa-tuned-v1.2 serves everybody.");
    }

    @Test
    void every_decision_is_in_the_charts_and_in_the_table() {
        Markup page = Markup.of(SampleReports.fridayEvening());

        assertThat(page.all("//table[@class='decisions']/tbody/tr/th")).containsExactly("1", "2", "3", "4", "5", "6");
        assertThat(page.all("//div[@class='plot marks wide']//a")).containsExactly("‹1–2", "3", "4", "5–6");
        assertThat(page.all("//div[@class='plot marks narrow']//a")).containsExactly("‹1–3", "4", "5–6");
        assertThat(page.one("//tr[@id='decision-5']/td[2]")).isEqualTo("running → quarantined 25 % → 0 %");
        assertThat(page.one("//tr[@id='decision-5']/td[3]/p[1]"))
                .isEqualTo("The guard has evidence against the candidate");
        assertThat(page.one("//tr[@id='decision-5']/td[4]/ul/li[1]"))
                .isEqualTo("p95 over the limit: 7 332 (3 of 593 calls)");
        assertThat(page.all("//tr[@id='decision-4']//p[@class='by']")).containsExactly("by anna");
    }

    @Test
    void a_hundred_decisions_are_all_there() {
        Markup page = Markup.of(SampleReports.busy(2_000, Duration.ofMinutes(5), 100));

        assertThat(page.all("//table[@class='decisions']/tbody/tr")).hasSize(100);
        assertThat(page.all("//div[@class='plot marks wide']//a"))
                .first()
                .asString()
                .startsWith("1–");
        assertThat(page.all("//div[@class='plot marks wide']//a"))
                .last()
                .asString()
                .endsWith("100");
    }

    @Test
    void a_share_falls_at_the_instant_of_the_decision() {
        Markup page = Markup.of(SampleReports.fridayEvening());

        // 240.3 s and 761.3 s of the 1,200 s that the charts show
        assertThat(page.one(
                        "//svg[@aria-labelledby='share-title share-desc']//path[@class='line candidate strong']/@d"))
                .isEqualTo("M0 800H200.2V0H634.4V1000H1000");
    }

    @Test
    void hostile_names_are_shown_as_text() {
        Markup page = Markup.of(SampleReports.hostile());

        assertThat(page.one("//header//p[@class='top']/span[1]"))
                .contains(
                        "<script>alert(1)</script>",
                        "\"><img src=x onerror=alert(2)>",
                        "</title></style><h1 id='gone'>&amp;]]>");
        assertThat(page.all("//h1")).hasSize(1);
        assertThat(page.source())
                .doesNotContain("\u202E")
                .doesNotContain("\u0000")
                .doesNotContain("\u001b");
        assertThat(page.one("//tr[@id='decision-3']//p[@class='by']"))
                .startsWith("by evil\uFFFDgnp.exe\uFFFD\uFFFD[31m\uFFFD www");
    }

    @Test
    void two_thousand_points_are_less_than_300_kib() {
        String quiet = SampleReports.busy(2_000, Duration.ofMinutes(5), 10).html();
        assertThat(quiet.getBytes(StandardCharsets.UTF_8).length).isLessThan(300 * 1024);

        String busy = SampleReports.busy(2_000, Duration.ofMinutes(5), 100).html();
        assertThat(busy.getBytes(StandardCharsets.UTF_8).length).isLessThan(300 * 1024);
    }

    @Test
    void a_million_points_are_hardly_more() {
        String html = SampleReports.busy(1_000_000, Duration.ofSeconds(1), 1).html();

        assertThat(html.getBytes(StandardCharsets.UTF_8).length).isLessThan(250 * 1024);
    }

    @Test
    void figures_carry_their_bounds() {
        Markup page = Markup.of(SampleReports.fridayEvening());

        assertThat(page.all("//table[@class='comparison']//tr[th='p95']/td"))
                .containsExactly("121 ms 116 to 126 ms", "118 ms 103 to 132 ms", "−3 %");
        assertThat(page.all("//table[@id='split']/tbody/tr/td[1]")).containsExactly("10.6 %", "10.4 %");
        assertThat(page.all("//table[@class='guards']/tbody/tr")).hasSize(4);
        assertThat(page.one("//table[@class='guards']/tfoot/tr/td[2]")).isEqualTo("1 841");
        assertThat(page.all("//table[@class='criteria']/tbody/tr/td[@class='answer']"))
                .containsExactly("met", "met", "failed", "open", "open");
    }

    @Test
    void a_report_is_about_one_agent() {
        RolloutReport report = SampleReports.noData();
        Timeline other = new Timeline("legal_agent", Duration.ofSeconds(10), List.of());

        assertThatThrownBy(() -> RolloutReport.builder(report.status(), report.comparison(), other))
                .hasMessage("A report is about one agent: the status is of 'qa_agent', the timeline of 'legal_agent'");
    }

    @Test
    void a_limit_is_more_than_nothing() {
        RolloutReport report = SampleReports.noData();

        assertThatThrownBy(() -> RolloutReport.builder(report.status(), report.comparison(), report.timeline())
                        .latencyLimit(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_file_is_replaced_whole(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("report.html"), "old");
        RolloutReport report = SampleReports.fridayEvening();

        report.writeTo(file);

        assertThat(file).content(StandardCharsets.UTF_8).isEqualTo(report.html());
        assertThat(folder).isDirectoryContaining(file::equals).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void a_folder_is_no_place_for_a_report_and_nothing_is_left_behind(@TempDir Path folder) throws IOException {
        Path taken = Files.createDirectory(folder.resolve("report.html"));

        assertThatThrownBy(() -> SampleReports.noData().writeTo(taken)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> SampleReports.noData().writeTo(folder.resolve("nowhere/report.html")))
                .isInstanceOf(IOException.class);

        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(taken);
        }
    }
}
