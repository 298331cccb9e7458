package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.event.RolloutPhase;
import dev.understudy.insight.Comparison;
import dev.understudy.rollout.Share;
import dev.understudy.tests.hostile.HostileServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running registry and the command line beside it: what one does, the other sees, through the file and its state. */
class SteeredRegistryTest {

    private static final String AGENT = "qa_agent";
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final HostileServer server = HostileServer.start();
    private Path file;
    private ModelRegistry registry;
    private int calls;

    @BeforeEach
    void begin() throws IOException {
        file = Files.writeString(folder.resolve("understudy.yaml"), """
                providers:
                  hostile: { api: openai, base_url: %s }
                deployments:
                  proven: { provider: hostile }
                  tuned: { provider: hostile }
                agents:
                  qa_agent:
                    baseline: proven
                    candidate: tuned
                    rollout: { percentage: 50 }   # half
                """.formatted(server.baseUrl()));
        registry = ModelRegistry.fromYaml(file);
    }

    @AfterEach
    void end() {
        registry.close();
        server.close();
    }

    @Test
    void a_candidate_is_rolled_back_shown_and_reset() {
        server.script("tuned", "status;code=503;body=text");
        await().atMost(SOON).until(() -> {
            call();
            return registry.rollout(AGENT).phase() == RolloutPhase.ROLLED_BACK;
        });

        await().atMost(SOON).untilAsserted(() -> assertThat(run("rollout", file, "show"))
                .contains("ROLLED_BACK")
                .contains("GUARD"));
        assertThat(run("rollout", file, "show", "--agent", AGENT)).contains("over the cap");
        String[] bucket = {"bucket", file.toString(), "--agent", AGENT, "--json"};
        List<String> units = new ArrayList<>(Arrays.asList(bucket));
        for (int unit = 0; unit < 50; unit++) {
            units.add("--unit=" + unit);
        }
        assertThat(run(units.toArray())).contains("BASELINE").doesNotContain("CANDIDATE");

        server.script("tuned", "answer");
        assertThat(run("rollout", file, "reset", "--candidate", "tuned", "--by", "jane"))
                .contains("RUNNING");

        await().atMost(SOON).until(() -> registry.rollout(AGENT).share().equals(Share.percent(50)));
        assertThat(registry.rollout(AGENT).decisions())
                .anySatisfy(decision -> assertThat(decision.by()).isEqualTo("jane"));
        assertAssignmentsAgree();
    }

    @Test
    void a_share_that_is_set_is_the_registrys_within_seconds() {
        call();
        for (String percentage : List.of("0", "12.5", "100")) {
            assertThat(run("rollout", file, "set", "--percentage", percentage)).contains(percentage);

            await().atMost(SOON)
                    .until(() -> registry.rollout(AGENT).share().equals(Share.percent(Double.parseDouble(percentage))));
            assertAssignmentsAgree();
        }
        run("finetuned", file, "off");
        await().atMost(SOON).until(() -> registry.rollout(AGENT).share().equals(Share.NONE));
        assertAssignmentsAgree();
    }

    @Test
    void what_an_application_has_seen_is_told_after_its_end() {
        for (int i = 0; i < 40; i++) {
            call();
        }
        Comparison seen = registry.compare(AGENT, Duration.ofHours(1));
        registry.close();

        assertThat(run("compare", file, "--json"))
                .contains("\"agent\":\"qa_agent\"")
                .contains("\"verdict\":\"" + seen.verdict() + "\"")
                .contains("\"calls\":" + seen.baseline().calls() + ",");
        Path page = folder.resolve("rollout.html");
        assertThat(run("report", file, "-o", page)).contains("rollout.html");
        assertThat(page).content().contains("qa_agent", "tuned", "</html>").doesNotContain("http://", "https://");
    }

    /** What the command says of units is what the registry does with them. */
    private void assertAssignmentsAgree() {
        for (int unit = 0; unit < 20; unit++) {
            Variant variant = registry.model(AGENT, unit(unit)).variant();
            assertThat(run("bucket", file, "--agent", AGENT, "--unit", unit, "--json"))
                    .contains("\"variant\":\"" + variant + "\"");
        }
    }

    private void call() {
        registry.chat(AGENT, List.of(Message.user("What is it?")), unit(calls++));
    }

    private static CallOptions unit(int unit) {
        return CallOptions.builder().unit(String.valueOf(unit)).build();
    }

    private static String run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Understudy.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Arrays.stream(args).map(Object::toString).toArray(String[]::new));
        assertThat(code).describedAs("%s", err).isZero();
        return out.toString();
    }
}
