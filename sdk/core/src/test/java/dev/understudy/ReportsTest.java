package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.FailureKind;
import dev.understudy.event.RolloutPhase;
import dev.understudy.report.RolloutReport;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A registry reports on its rollouts. */
@Timeout(30)
class ReportsTest {

    private final Waiting waiting = Waiting.system();
    private final ScriptedModel steady = ScriptedModel.on(waiting);
    private final ScriptedModel tuned = ScriptedModel.on(waiting);

    private ModelRegistry registry(double percentage) {
        return ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(Deployment.of("steady", steady))
                        .deployment(Deployment.of("tuned", tuned))
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("steady")
                                .candidate("tuned")
                                .percentage(percentage)
                                .build())
                        .agent(AgentSettings.builder("plain_agent")
                                .baseline("steady")
                                .build())
                        .build())
                .build();
    }

    @Test
    void the_last_minute_and_the_configuration_can_be_asked_for() {
        steady.answers("Here.");
        try (ModelRegistry registry = registry(50)) {
            registry.chat("plain_agent", List.of(Message.user("Where?")));

            assertThat(registry.lastMinute("plain_agent").baseline().calls()).isEqualTo(1);
            assertThat(registry.lastMinute("plain_agent").outcomes().successes())
                    .isEqualTo(1);
            assertThat(registry.lastMinute("qa_agent").outcomes().calls()).isZero();
            assertThat(registry.configuration().agents()).containsOnlyKeys("qa_agent", "plain_agent");
            assertThatThrownBy(() -> registry.lastMinute("nobody")).hasMessageContaining("no such agent");
        }
    }

    @Test
    void a_candidate_that_was_taken_away_is_the_headline() {
        steady.answers("Here.");
        tuned.fails(FailureKind.UNSUPPORTED);
        try (ModelRegistry registry = registry(50)) {
            for (int i = 0; i < 100; i++) {
                registry.chat(
                        "qa_agent",
                        List.of(Message.user("Where?")),
                        CallOptions.builder().unit("user-" + i).build());
            }

            // The guard closes the share at once; that it did is written down right after.
            await().until(() -> registry.rollout("qa_agent").phase() != RolloutPhase.RUNNING);

            RolloutReport report = registry.report("qa_agent");

            String html = report.html();
            assertThat(report.agent()).isEqualTo("qa_agent");
            assertThat(html).containsPattern("<h1><bdi class=\"name\">tuned</bdi> was (taken away|rolled back) at ");
            assertThat(html).contains("; callers saw 0 errors.</h1>");
        }
    }

    @Test
    void an_agent_that_nobody_has_called_yet_has_a_report() {
        try (ModelRegistry registry = registry(5)) {
            assertThat(registry.report("qa_agent", Duration.ofHours(1)).html())
                    .contains("serves 5\u202F% of units since");
            assertThat(registry.report("plain_agent").html()).contains(" has no candidate: ");
        }
    }
}
