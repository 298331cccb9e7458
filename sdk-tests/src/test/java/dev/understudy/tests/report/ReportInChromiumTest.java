package dev.understudy.tests.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.understudy.report.RolloutReport;
import dev.understudy.testing.SampleReports;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The report as a reader sees it: nothing to the right of the page, nothing loaded, nothing too pale to read, on every screen and
 * on paper. The pictures lie in {@code target/report} for somebody to look at.
 */
class ReportInChromiumTest {

    private static final Path PICTURES = Path.of("target", "report").toAbsolutePath();

    private static final Map<String, RolloutReport> REPORTS = new TreeMap<>(Map.of(
            "incident", SampleReports.fridayEvening(),
            "climb", SampleReports.goodClimb(),
            "no-data", SampleReports.noData(),
            "nothing", SampleReports.nothing(),
            "hostile", SampleReports.hostile(),
            "minute", SampleReports.busy(60, Duration.ofSeconds(1), 3),
            "week", SampleReports.busy(2_016, Duration.ofMinutes(5), 100)));

    /** What of the page reaches out of it to the right, without what may be scrolled by itself. */
    private static final String OUTSIDE = """
            [...document.body.querySelectorAll('*')]
                .filter(e => !e.closest('.scroll, .hidden, thead') && e.getBoundingClientRect().right > innerWidth + 1)
                .map(e => e.tagName + '.' + e.getAttribute('class') + ' ' + e.textContent.slice(0, 40))""";

    /** The texts that stand out too little from what is behind them: WCAG 2 asks for 4.5 to 1. */
    private static final String PALE = """
            (() => {
              const rgb = c => c.match(/[\\d.]+/g).map(Number);
              const light = c => { const [r, g, b] = rgb(c).slice(0, 3).map(v => v / 255)
                  .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
              const behind = e => { for (; e; e = e.parentElement) {
                  if (e.tagName === 'a' && e.querySelector('rect')) return getComputedStyle(e.querySelector('rect')).fill;
                  const c = getComputedStyle(e).backgroundColor;
                  if (rgb(c).length < 4 || rgb(c)[3] > 0) return c; }
                  return matchMedia('(prefers-color-scheme: dark)').matches ? 'rgb(0, 0, 0)' : 'rgb(255, 255, 255)'; };
              return [...document.body.querySelectorAll('*')]
                  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length)
                  .filter(e => !['title', 'desc'].includes(e.tagName))
                  .map(e => { const s = getComputedStyle(e);
                      const a = light(e instanceof SVGElement ? s.fill : s.color), b = light(behind(e));
                      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e]; })
                  .filter(([ratio]) => ratio < 4.5)
                  .map(([ratio, e]) => ratio.toFixed(2) + ' ' + e.tagName + '.' + e.getAttribute('class') + ' ' + e.textContent);
            })()""";

    private static Chromium chromium;

    @TempDir
    static Path folder;

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> executable = Chromium.executable();
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(executable.isPresent(), "there is no Chromium on this machine: apt-get install chromium");
        }
        chromium = Chromium.start(executable.orElseThrow(
                () -> new AssertionError("The build must look at the report, and there is no Chromium")));
        for (Map.Entry<String, RolloutReport> report : REPORTS.entrySet()) {
            report.getValue().writeTo(folder.resolve(report.getKey() + ".html"));
        }
    }

    @AfterAll
    static void end() {
        if (chromium != null) {
            chromium.close();
        }
    }

    static Stream<Arguments> looks() {
        return REPORTS.keySet().stream()
                .flatMap(report -> Stream.of(380, 1600).map(width -> Arguments.of(report, width)));
    }

    @ParameterizedTest
    @MethodSource("looks")
    void it_fits_and_can_be_read_by_day_and_by_night(String report, int width) throws IOException {
        try (Tab tab = chromium.open()) {
            tab.size(width, width == 380 ? 800 : 1000, width == 380).show(folder.resolve(report + ".html"));

            for (String scheme : List.of("light", "dark")) {
                tab.media(scheme, "screen");
                tab.picture(PICTURES.resolve(report + "-" + width + "-" + scheme + ".png"));
                assertThat(tab.value("matchMedia('(prefers-color-scheme: dark)').matches"))
                        .isEqualTo(scheme.equals("dark"));
                assertThat((List<?>) tab.value(PALE)).isEmpty();
            }
            assertThat((Double) tab.value("document.scrollingElement.scrollWidth"))
                    .isLessThanOrEqualTo(width);
            assertThat((List<?>) tab.value(OUTSIDE)).isEmpty();
            assertThat((List<?>) tab.value("[...document.querySelectorAll('main > section')].map(s => s.id)"))
                    .asString()
                    .startsWith("[timeline, decisions, comparison, evidence");
            // The style was let in: without it nothing is so narrow.
            assertThat((Double) tab.value("document.body.clientWidth")).isLessThanOrEqualTo(1120);
            assertThat(tab.requests()).hasSize(1).allMatch(url -> url.startsWith("file:"));
            assertThat(tab.complaints()).isEmpty();
        }
    }

    static Stream<String> prints() {
        return REPORTS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("prints")
    void it_fits_on_paper_and_is_black_on_white_by_night_too(String report) throws IOException {
        try (Tab tab = chromium.open()) {
            // A4 without its margins, at 96 dots an inch
            tab.size(695, 1017, false).media("dark", "print").show(folder.resolve(report + ".html"));

            assertThat((Double) tab.value("document.scrollingElement.scrollWidth"))
                    .isLessThanOrEqualTo(695);
            assertThat((List<?>) tab.value(OUTSIDE)).isEmpty();
            assertThat(tab.value("getComputedStyle(document.body).color")).isEqualTo("rgb(0, 0, 0)");
            Path pdf = PICTURES.resolve(report + ".pdf");
            tab.media("dark", "").print(pdf);
            assertThat(Files.readString(pdf, StandardCharsets.ISO_8859_1)).startsWith("%PDF-");
        }
    }

    @Test
    void all_can_be_reached_by_the_keyboard() {
        try (Tab tab = chromium.open()) {
            tab.size(1600, 1000, false).show(folder.resolve("incident.html"));

            assertThat((List<?>) tab.value("""
                    [...document.querySelectorAll('a, summary, [tabindex]')]
                        .filter(e => e.getClientRects().length && e.tabIndex < 0).map(e => e.tagName)""")).isEmpty();
            tab.value("document.querySelector('summary').focus()");
            tab.ask("Input.dispatchKeyEvent", "type", "keyDown", "key", "Enter", "code", "Enter", "text", "\r");
            tab.ask("Input.dispatchKeyEvent", "type", "keyUp", "key", "Enter", "code", "Enter");
            assertThat(tab.value("document.querySelector('details').open")).isEqualTo(true);
            assertThat(tab.value("document.querySelectorAll('table.figures tbody tr').length"))
                    .isEqualTo(60.0);
        }
    }

    @Test
    void a_number_in_the_chart_leads_to_its_line_in_the_table() {
        try (Tab tab = chromium.open()) {
            tab.size(1600, 1000, false).show(folder.resolve("incident.html"));

            tab.value(
                    "document.querySelector('.wide a.rollback').dispatchEvent(new MouseEvent('click', {bubbles: true}))");

            assertThat(tab.value("location.hash")).isEqualTo("#decision-5");
            assertThat(tab.value("document.querySelector('tr:target th').textContent"))
                    .isEqualTo("5");
        }
    }

    @Test
    void names_that_are_attacks_stay_text() {
        try (Tab tab = chromium.open()) {
            tab.show(folder.resolve("hostile.html"));

            assertThat(tab.value("document.querySelectorAll('script, img, #gone').length"))
                    .isEqualTo(0.0);
            assertThat(tab.value("document.querySelector('h1').textContent").toString())
                    .startsWith(SampleReports.HOSTILE.get(2));
        }
    }

    /** What would be found, if it were there. */
    @Test
    void what_a_page_loads_and_runs_would_be_seen() throws IOException {
        String html = Files.readString(folder.resolve("incident.html"));
        Path broken = Files.writeString(
                folder.resolve("broken.html"),
                html.replace(
                        "</footer>",
                        "</footer><img src=\"http://127.0.0.1:9/x.png\"/><script>1</script>"
                                + "<p style=\"color: #999; width: 3000px\">pale</p>"));
        try (Tab tab = chromium.open()) {
            tab.size(380, 800, true).show(broken);

            assertThat(tab.complaints()).hasSizeGreaterThanOrEqualTo(3);
        }
        Files.writeString(
                broken,
                html.replaceFirst("<meta http-equiv=[^>]*>", "")
                        .replace(
                                "</footer>",
                                "</footer><img src=\"http://127.0.0.1:9/x.png\"/>"
                                        + "<p style=\"color: #999; width: 3000px\">pale</p>"));
        try (Tab tab = chromium.open()) {
            tab.size(380, 800, true).show(broken);

            assertThat(tab.requests()).hasSize(2);
            assertThat((List<?>) tab.value(PALE)).hasSize(1);
            assertThat((List<?>) tab.value(OUTSIDE)).hasSize(1);
        }
    }
}
