package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.cli.Terminal;
import dev.understudy.examples.Page.Block;
import dev.understudy.testing.Installed;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Follows the runbooks and the orchestrator's page to the letter: a running service, a real Prometheus, and the commands one after the other. The pages side by
 * side, each with a service and a Prometheus of its own: what takes time is that calls and scrapes must come.
 */
class RunbooksTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Commands that change nothing: a reader may look again until there is something to see. */
    private static final Set<String> LOOKS = Set.of("check", "probe", "bucket", "show", "compare", "report");

    /** By page: the alert that fires when it has been followed. */
    private static final Map<String, String> TOLD = Map.of("high-latency.md", "UnderstudyRollback");

    /** How a page says that a command fails. */
    private static final String EXIT_CODE = " || echo \"exit code $?\"";

    @TempDir
    Path folder;

    static List<Page> pages() {
        return Page.all().stream()
                .filter(page ->
                        page.path().startsWith("docs/runbooks") || page.path().endsWith("orchestrator.md"))
                .toList();
    }

    @BeforeAll
    static void prometheus_is_installed() {
        Installed.require(Promtool.HOW_TO_INSTALL, "prometheus");
        Installed.require("apt-get install curl", "curl");
    }

    @Execution(ExecutionMode.CONCURRENT) // of these only: no other class runs meanwhile
    @ParameterizedTest
    @MethodSource("pages")
    void whoever_follows_it_sees_what_it_shows(Page page) throws Exception {
        try (Orchestrator service = new Orchestrator(options(), new Output().stream());
                PrometheusServer prometheus =
                        PrometheusServer.scraping(service.uri().getPort(), folder)) {
            List<Block> blocks = page.blocks();
            for (int i = 0; i < blocks.size(); i++) {
                Block block = blocks.get(i);
                if (block.language().equals("promql")) {
                    ask(prometheus, block.text().strip(), shownBelow(blocks, i));
                } else if (block.language().equals("console")) {
                    follow(block.text().lines().toList(), service);
                }
            }
            String told = TOLD.get(page.path().getFileName().toString());
            if (told != null) {
                assertThat(prometheus.alerts("firing")).contains(told);
            }
        }
    }

    @Test
    void these_are_followed() {
        assertThat(pages())
                .extracting(page -> page.path().getFileName().toString())
                .containsExactly(
                        "orchestrator.md",
                        "README.md",
                        "cost-overrun.md",
                        "high-latency.md",
                        "model-failure.md",
                        "rollout.md");
    }

    private OrchestratorOptions options() {
        return new OrchestratorOptions(folder, 0, 0, OrchestratorOptions.DEFAULT.speed(), null, null);
    }

    // PromQL

    private static List<String> shownBelow(List<Block> blocks, int query) {
        boolean shown =
                query + 1 < blocks.size() && blocks.get(query + 1).language().equals("text");
        return shown ? blocks.get(query + 1).text().lines().toList() : List.of();
    }

    private static void ask(PrometheusServer prometheus, String promql, List<String> shown) {
        patiently(() -> {
            List<String> series = prometheus.query(promql);
            if (shown.equals(List.of("Empty query result"))) {
                assertThat(series).describedAs(promql).isEmpty();
            } else {
                assertThat(series).describedAs(promql).isNotEmpty();
                assertThat(new Shown(shown).areAmong(series))
                        .describedAs("%s%nshown:%n%s%nseen:%n%s", promql, lines(shown), lines(series))
                        .isTrue();
            }
        });
    }

    // Commands

    private void follow(List<String> block, Orchestrator service) throws Exception {
        int next = 0;
        while (next < block.size()) {
            String command = block.get(next++);
            assertThat(command).describedAs("a command").startsWith("$ ");
            List<String> shown = new ArrayList<>();
            while (next < block.size() && !block.get(next).startsWith("$ ")) {
                shown.add(block.get(next++));
            }
            run(command.substring(2), new Shown(shown), service);
        }
    }

    private void run(String command, Shown shown, Orchestrator service) throws Exception {
        List<String> words = Arrays.asList(command.replace(EXIT_CODE, "").split(" "));
        if (words.get(0).equals("curl")) {
            if (words.contains("-X") || words.contains("--json")) {
                check(command, shown, shell(command, service));
            } else {
                patiently(() -> check(command, shown, shell(command, service)));
            }
        } else if (words.stream().anyMatch(LOOKS::contains)) {
            patiently(() -> check(command, shown, understudy(words, command.endsWith(EXIT_CODE))));
        } else {
            check(command, shown, understudy(words, command.endsWith(EXIT_CODE)));
        }
    }

    private String understudy(List<String> words, boolean mayFail) {
        assertThat(words.get(0)).isEqualTo("understudy");
        List<String> args = words.stream()
                .skip(1)
                .map(word -> word.matches("[\\w-]+\\.(yaml|html)")
                        ? folder.resolve(word).toString()
                        : word)
                .toList();
        Terminal terminal = new Terminal();
        int code = terminal.run(args);
        if (mayFail && code != 0) {
            terminal.print("exit code " + code);
        } else {
            assertThat(code).describedAs("%s:%n%s", words, terminal.text()).isZero();
        }
        return terminal.text().replace(folder + "/", "");
    }

    /** What a shell in the service's folder makes of it, with the ports that were free here. */
    private String shell(String command, Orchestrator service) throws IOException, InterruptedException {
        String here = command.replace(
                        "127.0.0.1:9464", "127.0.0.1:" + service.uri().getPort())
                .replace("127.0.0.1:9465", "127.0.0.1:" + service.modelsPort());
        Process shell = new ProcessBuilder("bash", "-c", here)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD) // curl's progress
                .start();
        String seen = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).describedAs("%s:%n%s", here, seen).isZero();
        return seen;
    }

    private static void check(String command, Shown shown, String seen) {
        assertThat(shown.isShapeOf(seen.lines().toList()))
                .describedAs("%s%nshown:%n%s%nseen:%n%s", command, lines(shown.lines()), seen)
                .isTrue();
    }

    private static void patiently(ThrowingRunnable look) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .pollDelay(Duration.ZERO)
                .ignoreExceptionsInstanceOf(ConnectException.class)
                .untilAsserted(look);
    }

    private static String lines(List<String> lines) {
        return String.join(System.lineSeparator(), lines);
    }
}
