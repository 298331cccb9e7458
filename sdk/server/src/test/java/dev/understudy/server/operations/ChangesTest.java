package dev.understudy.server.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Secret;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.event.RolloutPhase;
import dev.understudy.rollout.Share;
import dev.understudy.server.RegistryServer;
import dev.understudy.server.ScriptedProvider;
import dev.understudy.server.Served;
import dev.understudy.server.ServerOptions;
import dev.understudy.server.http.Wire;
import dev.understudy.testing.Rule;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class ChangesTest {

    private static final String SET_TEN = "{\"action\": \"set\", \"percentage\": 10}";

    @TempDir
    Path folder;

    private final Logger logger = (Logger) LoggerFactory.getLogger(Changes.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Served served;

    @BeforeEach
    void start() throws Exception {
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
        served = Served.in(folder);
    }

    @AfterEach
    void stop() {
        ScriptedProvider.broken("tuned", false);
        served.close();
        logger.detachAppender(log);
    }

    private HttpResponse<String> change(String path, String body) throws Exception {
        return served.post(path, body, Served.BY_ALICE);
    }

    private Share ceiling() {
        return served.registry()
                .configuration()
                .agents()
                .get("qa_agent")
                .rollout()
                .share();
    }

    // What is changed

    @Test
    void a_share_is_set_in_the_file_and_in_force_when_the_answer_comes() throws Exception {
        HttpResponse<String> response = change("/rollouts/qa_agent", SET_TEN);

        assertThat(response.statusCode()).isEqualTo(200);
        Map<String, Object> told = Served.json(response);
        assertThat(told).containsEntry("in_force", true);
        assertThat(told.get("changes"))
                .asString()
                .isEqualTo("[{path=agents.qa_agent.rollout.percentage, line=11, from=50, to=10}]");
        assertThat(ceiling()).isEqualTo(Share.percent(10));
        assertThat(Files.readString(served.file())).isEqualTo(Served.YAML.replace("percentage: 50", "percentage: 10"));
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("Operator 'alice' sets agent 'qa_agent' to 10%"
                        + " (agents.qa_agent.rollout.percentage: 50 -> 10)");
    }

    @Test
    void what_is_so_already_is_no_change() throws Exception {
        assertThat(Served.json(change("/rollouts/qa_agent", SET_TEN.replace("10", "50.000"))))
                .containsEntry("changes", List.of())
                .containsEntry("in_force", true);
        assertThat(Files.readString(served.file())).isEqualTo(Served.YAML);
    }

    @Test
    void the_kill_switch_takes_the_candidates_away_and_gives_them_back() throws Exception {
        assertThat(Served.json(change("/finetuned", "{\"use\": false}"))).containsEntry("use_finetuned", false);
        assertThat(served.registry().configuration().useFinetuned()).isFalse();
        assertThat(Served.json(served.get("/rollouts"))).containsEntry("use_finetuned", false);

        assertThat(change("/finetuned", "{\"use\": true}").statusCode()).isEqualTo(200);
        assertThat(served.registry().configuration().useFinetuned()).isTrue();
    }

    @Test
    void an_agent_has_its_own_switch() throws Exception {
        Map<String, Object> told = Served.json(change("/finetuned", "{\"use\": false, \"agent\": \"qa_agent\"}"));

        assertThat(told)
                .containsEntry("use_finetuned", true)
                .containsEntry("use_finetuned_by_agent", false)
                .containsEntry("in_force", true);
    }

    @Test
    void a_rollout_is_held_and_resumed_by_name() throws Exception {
        HttpResponse<String> held = change("/rollouts/qa_agent", "{\"action\": \"hold\"}");

        assertThat(held.statusCode()).isEqualTo(200);
        assertThat(served.registry().rollout("qa_agent").phase()).isEqualTo(RolloutPhase.HOLD);
        assertThat(served.registry().rollout("qa_agent").decisions())
                .last()
                .satisfies(decision -> assertThat(decision.by()).isEqualTo("alice"));
        assertThat(served.get("/rollouts/qa_agent").body()).contains("\"by\":\"alice\"", "\"phase\":\"HOLD\"");

        assertThat(change("/rollouts/qa_agent", "{\"action\": \"resume\"}").statusCode())
                .isEqualTo(200);
        assertThat(served.registry().rollout("qa_agent").phase()).isNotEqualTo(RolloutPhase.HOLD);
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "Operator 'alice' holds the rollout of agent 'qa_agent'",
                        "Operator 'alice' resumes the rollout of agent 'qa_agent'");
    }

    @Test
    void a_candidate_that_was_rolled_back_is_re_armed_by_its_name_only() throws Exception {
        ScriptedProvider.broken("tuned", true);
        await().until(() -> {
            served.calls("qa_agent", 40);
            return served.registry().rollout("qa_agent").phase() == RolloutPhase.ROLLED_BACK;
        });
        ScriptedProvider.broken("tuned", false);

        String other = "{\"action\": \"reset\", \"candidate\": \"steady\"}";
        HttpResponse<String> refused = change("/rollouts/qa_agent", other);
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("The candidate is 'tuned', and another one was named");

        assertThat(change("/rollouts/qa_agent", other.replace("steady", "tuned"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(served.registry().rollout("qa_agent").phase()).isEqualTo(RolloutPhase.RUNNING);
    }

    // What is not

    @Test
    void what_is_not_understood_changes_nothing() throws Exception {
        for (String body : List.of(
                "",
                "{",
                "[]",
                "{}",
                "{\"action\": \"delete\"}",
                "{\"action\": 1}",
                "{\"action\": \"set\"}",
                "{\"action\": \"set\", \"percentage\": \"10\"}",
                "{\"action\": \"set\", \"percentage\": -1}",
                "{\"action\": \"set\", \"percentage\": 101}",
                "{\"action\": \"set\", \"percentage\": 0.0001}",
                "{\"action\": \"set\", \"percentage\": 1e999999999}",
                "{\"action\": \"set\", \"percentage\": 1e-999999999}",
                "{\"action\": \"set\", \"percentage\": 10, \"percentage\": 20}",
                "{\"action\": \"set\", \"percentage\": 10, \"agent\": \"legal_agent\"}",
                "{\"action\": \"reset\"}",
                "{\"action\": \"hold\", \"candidate\": \"tuned\"}")) {
            assertThat(change("/rollouts/qa_agent", body).statusCode())
                    .describedAs(body)
                    .isEqualTo(400);
        }
        assertThat(Files.readString(served.file())).isEqualTo(Served.YAML);
        assertThat(log.list).isEmpty();
    }

    @Test
    void who_has_no_candidate_gets_no_share() throws Exception {
        HttpResponse<String> response = change("/rollouts/legal_agent", SET_TEN);

        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(response.body()).contains("Agent 'legal_agent' has no candidate");
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("Operator 'alice' sets agent 'legal_agent' to 10%, which was refused: Agent"
                        + " 'legal_agent' has no candidate; name one in the file");
    }

    @Test
    void an_unknown_agent_is_not_there_but_others_are() throws Exception {
        assertThat(change("/rollouts/no_agent", SET_TEN).statusCode()).isEqualTo(404);
        assertThat(change("/finetuned", "{\"use\": false, \"agent\": \"no_agent\"}")
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void a_file_that_does_not_load_is_left_alone() throws Exception {
        String broken = Served.YAML.replace("steady }", "nowhere }");
        Files.writeString(served.file(), broken);

        HttpResponse<String> response = change("/rollouts/qa_agent", SET_TEN);

        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(Files.readString(served.file())).isEqualTo(broken);
    }

    // Who may

    @Test
    void nobody_without_a_token_and_nobody_with_a_wrong_one() throws Exception {
        for (String header : new String[] {
            "Bearer wrong-token-of-alice",
            "Bearer",
            "Bearer ",
            "Basic " + Served.TOKEN,
            Served.TOKEN,
            "Bearer " + Served.TOKEN + "x",
            "Bearer " + Served.KEY
        }) {
            HttpResponse<String> response =
                    served.post("/rollouts/qa_agent", SET_TEN, "Authorization", header, "X-Understudy-Change", "1");
            assertThat(response.statusCode()).describedAs(header).isEqualTo(401);
            assertThat(response.headers().firstValue("WWW-Authenticate")).isPresent();
        }
        assertThat(served.post("/finetuned", "{\"use\": false}", "X-Understudy-Change", "1")
                        .statusCode())
                .isEqualTo(401);
        assertThat(Files.readString(served.file())).isEqualTo(Served.YAML);
    }

    @Test
    void nobody_without_the_header_that_no_form_can_send() throws Exception {
        HttpResponse<String> response =
                served.post("/rollouts/qa_agent", SET_TEN, "Authorization", "Bearer " + Served.TOKEN);

        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(response.body()).contains("X-Understudy-Change: 1");
        assertThat(ceiling()).isEqualTo(Share.percent(50));
    }

    @Test
    void every_operator_by_their_own_name() throws Exception {
        served.post(
                "/rollouts/qa_agent",
                SET_TEN,
                "authorization",
                "bearer " + Served.TOKEN.replace("alice", "deploy"),
                "x-understudy-change",
                "1");

        assertThat(log.list).singleElement().asString().contains("Operator 'deploy' sets");
    }

    @Test
    void a_token_that_was_taken_away_opens_nothing_any_more() throws Exception {
        Files.writeString(folder.resolve("alice"), "another-token-of-alice");
        await().until(() -> change("/rollouts/qa_agent", "{}").statusCode() == 401);
    }

    @Test
    void without_operators_changes_are_off_and_it_is_told_how_to_switch_them_on() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        String yaml = Served.YAML.substring(0, Served.YAML.indexOf("server:"));
        try (Served without = Served.in(other, yaml, options -> options)) {
            HttpResponse<String> response = without.post("/rollouts/qa_agent", SET_TEN, Served.BY_ALICE);
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(response.body()).contains("server: { operators: { alice: env:ALICE_TOKEN } }");
        }
    }

    @Test
    void a_configuration_built_in_java_has_no_file_to_change() throws Exception {
        Deployment steady = Deployment.of("steady", ChatModel.honouringDeadline((q, d) -> ChatResponse.of("yes")));
        Configuration configuration = Configuration.builder()
                .deployment(steady)
                .agent(AgentSettings.builder("qa_agent").baseline("steady").build())
                .operator("alice", Secret.of("test", Served.TOKEN))
                .build();
        try (ModelRegistry registry =
                        ModelRegistry.builder().configuration(configuration).build();
                RegistryServer server = RegistryServer.start(
                        registry, ServerOptions.builder().port(0).build())) {
            assertThat(Wire.post(server.port(), "/finetuned", "{\"use\": false}", Served.TOKEN))
                    .startsWith("HTTP/1.1 409 ")
                    .contains("was built in Java");
        }
    }

    @Test
    @Rule("R28")
    void no_token_is_logged() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> everything = new ListAppender<>();
        everything.start();
        root.addAppender(everything);
        change("/rollouts/qa_agent", SET_TEN);
        served.post(
                "/rollouts/qa_agent",
                SET_TEN,
                "Authorization",
                "Bearer wrong-token-1234567",
                "X-Understudy-Change",
                "1");
        served.post("/rollouts/qa_agent", SET_TEN);
        root.detachAppender(everything);

        assertThat(everything.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .anyMatch(line -> line.startsWith("A request was refused with 401: "))
                .noneMatch(line -> line.contains(Served.TOKEN) || line.contains("wrong-token"));
    }
}
