package dev.understudy.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.server.http.Wire;
import dev.understudy.testing.Rule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys, tokens, prompts, answers, comments and salts were planted everywhere; no answer of any endpoint shows one. */
@Rule("R28")
class NothingSecretTest {

    private static final String CANARY = "canary";

    @TempDir
    Path folder;

    private Served served;

    @BeforeEach
    void start() throws Exception {
        served = Served.in(folder, Served.YAML, options -> options.openAi(true));
        served.calls("qa_agent", 20);
        ScriptedProvider.broken("tuned", true);
        served.calls("qa_agent", 20);
    }

    @AfterEach
    void stop() {
        ScriptedProvider.broken("tuned", false);
        served.close();
    }

    private List<String> answers() throws Exception {
        List<String> all = new ArrayList<>();
        for (String path : List.of(
                "/",
                "/live",
                "/ready",
                "/health",
                "/health/qa_agent",
                "/health/the-" + CANARY.substring(1),
                "/rollouts",
                "/rollouts/qa_agent",
                "/metrics",
                "/v1/models",
                "/nowhere",
                "/..")) {
            all.add(Wire.get(served.port(), path, "Authorization: Bearer " + Served.TOKEN));
        }
        for (String body : List.of(
                "{\"action\": \"hold\"}",
                "{\"action\": \"resume\"}",
                "{\"action\": \"set\", \"percentage\": 40}",
                "{\"action\": \"reset\", \"candidate\": \"" + Served.PROMPT + "\"}",
                "{\"action\": \"" + Served.PROMPT + "\"}",
                "{\"" + Served.PROMPT + "\": 1}",
                "{\"action\": " + Served.PROMPT + "}")) {
            all.add(Wire.post(served.port(), "/rollouts/qa_agent", body, Served.TOKEN));
            all.add(Wire.post(served.port(), "/rollouts/qa_agent", body, "wrong-" + Served.TOKEN));
            all.add(Wire.post(served.port(), "/finetuned", body, Served.TOKEN));
        }
        all.add(Wire.post(
                served.port(), "/finetuned", "{\"use\": false, \"agent\": \"" + Served.PROMPT + "\"}", Served.TOKEN));
        return all;
    }

    @Test
    void no_answer_shows_a_secret_a_prompt_or_an_answer() throws Exception {
        assertThat(answers()).hasSizeGreaterThan(30).noneMatch(answer -> answer.contains(CANARY));
    }

    @Test
    void not_even_while_the_file_is_broken() throws Exception {
        Files.writeString(
                served.file(),
                Served.YAML
                        .replace("api_key: \"file:key\"", "api_key: " + Served.KEY)
                        .replace("price:", "prize:"));
        await().until(() -> !served.registry().configurationProblems().isEmpty());
        assertThat(answers()).noneMatch(answer -> answer.contains(CANARY));
    }

    @Test
    void no_thread_is_called_after_one() {
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .collect(Collectors.toSet()))
                .noneMatch(name -> name.contains(CANARY));
        assertThat(served.server()).asString().doesNotContain(CANARY);
    }
}
