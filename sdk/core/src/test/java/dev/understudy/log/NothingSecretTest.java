package dev.understudy.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.understudy.ModelRegistry;
import dev.understudy.cache.CacheSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** At the finest level, the log of calls that end in every way holds nothing of what was said in them. */
@Rule("R28")
@Timeout(30)
class NothingSecretTest {

    private static final String SECRET = "Sesame";

    private final ScriptedModel steady = ScriptedModel.on(Waiting.system());
    private final ScriptedModel tuned = ScriptedModel.on(Waiting.system());
    private final RecordedEvents events = new RecordedEvents();

    private static final List<Message> MESSAGES =
            List.of(Message.system("system-" + SECRET), Message.user("prompt-" + SECRET));
    private static final CallOptions OPTIONS = CallOptions.builder()
            .unit("unit-" + SECRET)
            .scope("scope-" + SECRET)
            .build();

    private ModelRegistry registry() {
        return ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(Deployment.of("steady", steady))
                        .deployment(Deployment.of("tuned", tuned))
                        .deployment(Deployment.of(
                                "hanging", ScriptedModel.on(Waiting.system()).hangs()))
                        .deployment(Deployment.of("broken", ChatModel.honouringDeadline((request, deadline) -> {
                            throw new IllegalStateException(
                                    "quotes " + request.messages(), new RuntimeException("answer-" + SECRET));
                        })))
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("steady")
                                .candidate("tuned")
                                .percentage(100)
                                .cache(CacheSettings.DEFAULT)
                                .build())
                        .agent(AgentSettings.builder("hasty_agent")
                                .baseline("hanging")
                                .timeout(Duration.ofMillis(50))
                                .build())
                        .agent(AgentSettings.builder("broken_agent")
                                .baseline("broken")
                                .build())
                        .build())
                .listener(events)
                .build();
    }

    @Test
    void whatever_happens_to_a_call() {
        tuned.answers("answer-" + SECRET)
                .thenFails(FailureKind.AUTHENTICATION)
                .throwsForeign(new IllegalArgumentException("answer-" + SECRET));
        steady.answers("answer-" + SECRET);
        try (Lines lines = new Lines("dev.understudy", Level.TRACE);
                ModelRegistry registry = registry()) {
            registry.chat("qa_agent", MESSAGES, OPTIONS);
            registry.chat("qa_agent", MESSAGES, OPTIONS); // from memory
            registry.chat("qa_agent", List.of(Message.user("other-" + SECRET)), OPTIONS); // falls back
            assertThatThrownBy(() -> registry.chat("hasty_agent", MESSAGES, OPTIONS))
                    .isInstanceOf(ChatException.class);
            for (int i = 0; i < 6; i++) { // until the breaker refuses
                assertThatThrownBy(() -> registry.chat("broken_agent", MESSAGES, OPTIONS))
                        .isInstanceOf(ChatException.class);
            }

            assertThat(events.all())
                    .extracting(Event::getClass)
                    .as("what has happened")
                    .contains(
                            Event.CallFinished.class,
                            Event.AttemptFinished.class,
                            Event.FellBack.class,
                            Event.Rejected.class,
                            Event.CacheLookedUp.class,
                            Event.BreakerChanged.class,
                            Event.Alert.class);
            assertThat(lines.messages())
                    .anyMatch(line -> line.startsWith("Call of agent"))
                    .anyMatch(line -> line.startsWith("Attempt 1 of a call"))
                    .anyMatch(line -> line.contains("fell back"))
                    .anyMatch(line -> line.startsWith("Circuit breaker"))
                    .anyMatch(line -> line.contains("refused by breaker"))
                    .anyMatch(line -> line.contains("needs somebody to look at it"));
            assertThat(lines.everything()).doesNotContain(SECRET);
        }
    }
}
