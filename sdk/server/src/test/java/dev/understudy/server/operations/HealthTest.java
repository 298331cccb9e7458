package dev.understudy.server.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.server.ScriptedProvider;
import dev.understudy.server.Served;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthTest {

    @TempDir
    Path folder;

    private Served served;

    @BeforeEach
    void start() throws Exception {
        served = Served.in(folder);
    }

    @AfterEach
    void stop() {
        ScriptedProvider.broken("tuned", false);
        ScriptedProvider.broken("steady", false);
        served.close();
    }

    @Test
    void all_agents_are_told_of_with_their_models() throws Exception {
        served.calls("qa_agent", 40);
        HttpResponse<String> response = served.get("/health");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        Map<String, Object> all = Served.json(response);
        assertThat(all).containsEntry("status", "UP").containsEntry("configuration_problems", List.of());
        assertThat(at(all, "agents")).containsOnlyKeys("legal_agent", "qa_agent");
        Map<String, Object> agent = at(all, "agents", "qa_agent");
        assertThat(agent)
                .containsEntry("agent", "qa_agent")
                .containsEntry("status", "UP")
                .containsEntry("window", "300s")
                .containsKeys("reason", "fallback_rate");
        assertThat(agent.get("share_percent")).hasToString("50.0");
        assertThat(at(agent, "baseline"))
                .containsEntry("model", "steady")
                .containsEntry("circuit", "CLOSED")
                .containsEntry("in_use", true);
        assertThat((Long) at(agent, "baseline").get("calls")
                        + (Long) at(agent, "candidate").get("calls"))
                .isEqualTo(40);
        assertThat(at(agent, "candidate").get("p95_ms")).isNotNull();
        assertThat(at(all, "agents", "legal_agent")).containsEntry("candidate", null);
        assertThat(at(all, "agents", "legal_agent", "baseline"))
                .containsEntry("calls", 0L)
                .containsEntry("p95_ms", null);
    }

    @Test
    void an_agent_on_its_baseline_serves_and_is_degraded() throws Exception {
        ScriptedProvider.broken("tuned", true);
        served.calls("qa_agent", 40);
        HttpResponse<String> response = served.get("/health/qa_agent");
        assertThat(response.statusCode()).isEqualTo(200);
        Map<String, Object> agent = Served.json(response);
        assertThat(agent.get("fallback_rate").toString()).isNotEqualTo("0.0");
        assertThat(at(agent, "candidate").get("circuit")).isNotNull();
    }

    @Test
    void an_agent_that_cannot_answer_is_down() throws Exception {
        ScriptedProvider.broken("steady", true);
        for (int i = 0; i < 6; i++) {
            try {
                served.calls("legal_agent", 1);
            } catch (RuntimeException expected) {
                // until its breaker has seen enough
            }
        }
        HttpResponse<String> response = served.get("/health/legal_agent");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(Served.json(response)).containsEntry("status", "DOWN");
        assertThat(served.get("/health").statusCode()).isEqualTo(503);
        assertThat(served.get("/ready").statusCode()).isEqualTo(200);
        assertThat(served.get("/live").statusCode()).isEqualTo(200);
    }

    @Test
    void an_unknown_agent_is_not_there_but_others_are() throws Exception {
        HttpResponse<String> response = served.get("/health/no_agent");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(at(Served.json(response), "error")).containsEntry("agents", List.of("legal_agent", "qa_agent"));
    }

    @Test
    void a_file_that_was_refused_is_told() throws Exception {
        Files.writeString(served.file(), Served.YAML.replace("percentage: 50", "percentage: 150"));
        await().until(() -> !served.registry().configurationProblems().isEmpty());
        Map<String, Object> all = Served.json(served.get("/health"));
        assertThat(all).containsEntry("status", "DEGRADED");
        assertThat((List<?>) all.get("configuration_problems"))
                .singleElement()
                .asString()
                .contains("percentage");
    }

    @Test
    void a_closed_registry_is_not_ready() throws Exception {
        served.registry().close();
        HttpResponse<String> response = served.get("/ready");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(served.get("/live").statusCode()).isEqualTo(200);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> at(Map<String, Object> tree, String... path) {
        Map<String, Object> here = tree;
        for (String step : path) {
            here = (Map<String, Object>) here.get(step);
        }
        return here;
    }
}
