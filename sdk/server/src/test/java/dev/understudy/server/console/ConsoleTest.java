package dev.understudy.server.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Secret;
import dev.understudy.chat.Usage;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.RolloutPhase;
import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Endpoint;
import dev.understudy.server.http.Json;
import dev.understudy.server.http.Refusal;
import dev.understudy.server.http.Request;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.Rule;
import dev.understudy.time.Deadline;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the page asks, and what it is made of. */
@Timeout(30)
class ConsoleTest {

    private static final String PROMPT = "the-canary-prompt";
    private static final String ANSWER = "the-canary-answer";
    private static final String TOKEN = "the-canary-token-of-jane";

    private volatile boolean failing;
    private final FakeTicker ticker = new FakeTicker();
    private ModelRegistry registry;
    private Console console;

    @BeforeEach
    void open() {
        registry = ModelRegistry.builder().configuration(configuration(true)).build();
        console = new Console(registry, ticker, InstantSource.system());
    }

    private Configuration configuration(boolean operators) {
        Configuration.Builder configuration = Configuration.builder()
                .deployment(Deployment.of("steady", model(false)))
                .deployment(Deployment.of("tuned", model(true)))
                .agent(AgentSettings.builder("qa_agent")
                        .baseline("steady")
                        .candidate("tuned")
                        .percentage(50)
                        .build())
                .agent(AgentSettings.builder("plain_agent").baseline("steady").build());
        return (operators ? configuration.operator("jane", Secret.of("jane", TOKEN)) : configuration).build();
    }

    private ChatModel model(boolean candidate) {
        return new ChatModel() {
            @Override
            public ChatResponse chat(ChatRequest request, Deadline deadline) {
                if (candidate && failing) {
                    throw FailureKind.UNSUPPORTED.exception("no such feature", Origin.of("tuned"), null);
                }
                return ChatResponse.of(ANSWER, new Usage(10, 5));
            }

            @Override
            public boolean honoursDeadline() {
                return true;
            }
        };
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private void calls(int users) {
        for (int i = 0; i < users; i++) {
            registry.chat(
                    "qa_agent",
                    List.of(Message.user(PROMPT)),
                    CallOptions.builder().unit("user-" + i).build());
        }
    }

    private Answer ask(String path, String... query) throws IOException {
        Map<String, String> asked = query.length == 0 ? Map.of() : Map.of(query[0], query[1]);
        Request request = new Request("GET", path, asked, Map.of(), new byte[0]);
        for (Endpoint endpoint : console.endpoints()) {
            boolean here = endpoint.below() ? path.startsWith(endpoint.path() + "/") : path.equals(endpoint.path());
            if (here) {
                return endpoint.route().answer(request);
            }
        }
        throw new AssertionError("Nothing answers " + path);
    }

    private static String text(Answer answer) {
        return new String(((Answer.Whole) answer).body(), StandardCharsets.UTF_8);
    }

    private Map<String, Object> json(String path, String... query) throws IOException {
        return Json.read(((Answer.Whole) ask(path, query)).body());
    }

    private Map<?, ?> row(int index) throws IOException {
        return (Map<?, ?>) ((List<?>) json("/console/state").get("agents")).get(index);
    }

    @Test
    void a_row_tells_health_share_latency_calls_and_breakers() throws IOException {
        calls(100);

        Map<?, ?> row = row(0);
        assertThat(row.get("agent")).isEqualTo("qa_agent");
        assertThat(row.get("status")).isEqualTo("UP");
        Map<?, ?> rollout = (Map<?, ?>) row.get("rollout");
        assertThat(rollout.get("phase")).isEqualTo("RUNNING");
        assertThat(rollout.get("share").toString()).isEqualTo("50.0");
        Map<?, ?> minute = (Map<?, ?>) row.get("minute");
        assertThat(minute.get("calls")).isEqualTo(100L);
        assertThat(((Map<?, ?>) minute.get("candidate")).get("calls"))
                .asString()
                .matches("[3-6]\\d");
        assertThat(((Map<?, ?>) minute.get("baseline")).get("p95")).isNotNull();
        assertThat((List<?>) row.get("breakers")).hasSize(2);
        assertThat(json("/console/state")).containsEntry("useFinetuned", true).containsEntry("changeable", true);

        Map<?, ?> plain = row(1);
        assertThat(plain.get("candidate")).isNull();
        assertThat(((Map<?, ?>) plain.get("rollout")).get("since")).isNull();
    }

    @Test
    void an_incident_is_the_first_sentence() throws IOException {
        failing = true;
        await().until(() -> {
            calls(50);
            return registry.rollout("qa_agent").phase() == RolloutPhase.ROLLED_BACK;
        });
        ticker.advance(Duration.ofSeconds(1));

        List<?> troubles = (List<?>) json("/console/state").get("troubles");
        Map<?, ?> first = (Map<?, ?>) troubles.get(troubles.size() - 1);
        assertThat(first.get("agent")).isEqualTo("qa_agent");
        assertThat(first.get("what")).isEqualTo("candidate 'tuned' was rolled back");
        assertThat(first.get("now")).isEqualTo("everybody is answered by 'steady'");
        Map<String, Object> detail = json("/console/agents/qa_agent");
        List<?> decisions = (List<?>) detail.get("decisions");
        assertThat(((Map<?, ?>) decisions.get(0)).get("to")).isEqualTo("ROLLED_BACK");
        assertThat(((Map<?, ?>) decisions.get(1)).get("after").toString()).isEqualTo("0.0");
        assertThat(((Map<?, ?>) decisions.get(1)).get("by")).isEqualTo("guard");
        assertThat((List<?>) detail.get("evidence")).isNotEmpty();
        assertThat(((Map<?, ?>) detail.get("comparison")).get("verdict")).isEqualTo("FAIL");
        assertThat((List<?>) ((Map<?, ?>) detail.get("timeline")).get("marks")).hasSizeGreaterThan(1);
    }

    @Test
    @Rule("R28")
    void no_answer_holds_a_prompt_an_answer_or_a_token() throws IOException {
        calls(40);
        for (String path : List.of(
                "/",
                "/console/state",
                "/console/trails",
                "/console/agents/qa_agent",
                "/console/agents/plain_agent",
                "/console/reports/qa_agent")) {
            assertThat(text(ask(path))).describedAs(path).doesNotContain("canary");
        }
    }

    @Test
    void an_unknown_agent_is_told_who_is_there_and_an_unknown_window_what_there_is() {
        assertThatThrownBy(() -> ask("/console/agents/nobody"))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(404))
                .hasMessageContaining("plain_agent, qa_agent");
        assertThatThrownBy(() -> ask("/console/reports/nobody")).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> ask("/console/agents/qa_agent", "window", "9y"))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(400))
                .hasMessage("'window' is one of [1h, 24h, 5m, rollout]");
    }

    @Test
    void nobody_may_change_anything_where_there_are_no_operators() throws IOException {
        try (ModelRegistry other =
                ModelRegistry.builder().configuration(configuration(false)).build()) {
            console = new Console(other);

            assertThat(json("/console/state")).containsEntry("changeable", false);
        }
    }

    @Test
    void the_report_is_a_file_whose_name_is_harmless() throws IOException {
        Answer report = ask("/console/reports/qa_agent");

        assertThat(report.headers())
                .containsEntry("Content-Disposition", "attachment; filename=\"qa_agent-report.html\"");
        assertThat(text(report)).contains("<title>qa_agent: tuned running</title>");
    }

    @Test
    void the_page_runs_its_own_scripts_only_and_each_of_them_is_there() throws IOException {
        Answer page = ask("/");
        assertThat(page.headers().get("Content-Security-Policy"))
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
                .contains("frame-ancestors 'none'", "require-trusted-types-for 'script'")
                .doesNotContain("unsafe");
        assertThat(text(page)).doesNotContain("<style", " style=", "onclick", "https:", "=\"http");
        List<String> wanted = new ArrayList<>(List.of("console/console.css", "console/console.js"));
        assertThat(wanted).allSatisfy(file -> assertThat(text(page)).contains('"' + file + '"'));
        for (int i = 0; i < wanted.size(); i++) {
            String file = text(ask("/" + wanted.get(i)));
            assertThat(file).doesNotContain("innerHTML", "localStorage", "sessionStorage", "document.cookie", "eval(");
            Matcher imports = Pattern.compile("from \"\\./([a-z]+\\.js)\"").matcher(file);
            while (imports.find()) {
                if (!wanted.contains("console/" + imports.group(1))) {
                    wanted.add("console/" + imports.group(1));
                }
            }
        }
        assertThat(wanted).hasSize(8);
    }

    @Test
    void a_browser_that_has_a_file_is_not_sent_it_again() throws IOException {
        StaticFile file = StaticFile.load("console.css");
        Request request = new Request(
                "GET", "/console/console.css", Map.of(), Map.of("If-None-Match", List.of(file.tag())), new byte[0]);

        assertThat(file.answer(request).status()).isEqualTo(304);
        assertThat(((Answer.Whole) file.answer(request)).body()).isEmpty();
        assertThat(ask("/console/console.css").status()).isEqualTo(200);
        assertThat(ask("/console/console.css").headers()).containsEntry("ETag", file.tag());
    }

    @Test
    void all_are_told_the_same_which_is_computed_once_a_second() throws IOException {
        Answer.Whole first = (Answer.Whole) ask("/console/state");
        calls(1);
        assertThat(((Answer.Whole) ask("/console/state")).body()).isSameAs(first.body());

        ticker.advance(Duration.ofSeconds(1));
        assertThat(((Answer.Whole) ask("/console/state")).body()).isNotSameAs(first.body());
    }

    @Test
    void what_has_not_changed_keeps_its_number() {
        Live live = new Live(new Overview(registry), ticker, InstantSource.system());
        Live.Frame first = live.now();
        ticker.advance(Duration.ofSeconds(1));
        Live.Frame same = live.now();
        calls(1);
        ticker.advance(Duration.ofSeconds(1));
        Live.Frame next = live.now();

        assertThat(same.number()).isEqualTo(first.number());
        assertThat(same.at()).isAfterOrEqualTo(first.at());
        assertThat(next.number()).isGreaterThan(first.number());
        assertThat(next.trailsNumber()).isEqualTo(first.trailsNumber());
        ticker.advance(Duration.ofSeconds(5));
        assertThat(live.now().trailsNumber()).isGreaterThan(first.trailsNumber());
        ticker.advance(Duration.ofSeconds(1));
        long before = live.now().trailsNumber();
        registry.steer("qa_agent").hold("jane");
        await().until(() -> registry.rollout("qa_agent").phase() == RolloutPhase.HOLD);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(live.now().trailsNumber()).isGreaterThan(before); // a decision is on the chart at once
    }

    /** A reader that takes what it is told until it is told to go. */
    private static final class Listener extends OutputStream {
        private final StringBuilder heard = new StringBuilder();
        private volatile boolean gone;

        @Override
        public synchronized void write(int b) throws IOException {
            if (gone) {
                throw new IOException("the other side is gone");
            }
            heard.append((char) b);
        }

        synchronized String heard() {
            return heard.toString();
        }
    }

    private Thread listen(EventStream events, OutputStream out, CountDownLatch ended) {
        Answer.Flowing answer = (Answer.Flowing) events.answer();
        Thread thread = new Thread(() -> {
            try {
                answer.body().writeTo(out);
            } catch (IOException gone) {
                // it may
            } finally {
                ended.countDown();
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void a_listener_hears_the_state_and_the_trails_and_then_what_is_new() throws InterruptedException {
        EventStream events = new EventStream(new Live(new Overview(registry), ticker, InstantSource.system()), ticker);
        Listener listener = new Listener();
        CountDownLatch ended = new CountDownLatch(1);
        Thread thread = listen(events, listener, ended);

        await().until(() -> listener.heard().contains("event: trails"));
        assertThat(listener.heard())
                .startsWith("retry: 2000\n\nevent: state\ndata: {\"at\":")
                .endsWith("\n\n");
        assertThat(listener.heard().lines().filter(line -> line.startsWith("data: ")))
                .allSatisfy(line -> assertThat(Json.read(line.substring(6).getBytes(StandardCharsets.UTF_8)))
                        .isNotEmpty());
        int before = listener.heard().length();
        calls(1);
        ticker.advance(Duration.ofSeconds(1));
        await().until(() -> listener.heard().length() > before);
        assertThat(listener.heard().substring(before)).startsWith("event: state\n");

        int quiet = listener.heard().length();
        ticker.advance(Duration.ofSeconds(6));
        await().until(() -> listener.heard().substring(quiet).contains("event: "));
        assertThat(events.listeners()).isEqualTo(1);
        thread.interrupt(); // as the server does when it closes
        ended.await();
        assertThat(events.listeners()).isZero();
    }

    @Test
    void who_is_gone_leaves_room_and_more_than_sixteen_are_refused() throws InterruptedException {
        EventStream events = new EventStream(new Live(new Overview(registry), ticker, InstantSource.system()), ticker);
        CountDownLatch ended = new CountDownLatch(EventStream.MOST);
        List<Listener> listeners = new ArrayList<>();
        for (int i = 0; i < EventStream.MOST; i++) {
            Listener listener = new Listener();
            listeners.add(listener);
            listen(events, listener, ended);
        }
        await().until(() -> events.listeners() == EventStream.MOST);

        assertThatThrownBy(events::answer)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(503))
                .hasMessageContaining("16 pages listen already");

        listeners.forEach(listener -> listener.gone = true);
        calls(1);
        ticker.advance(Duration.ofSeconds(1));
        ended.await();
        assertThat(events.listeners()).isZero();
        assertThat(events.answer()).isInstanceOf(Answer.Flowing.class);
    }
}
