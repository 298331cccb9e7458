package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provider;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.FailureKind;
import dev.understudy.event.CallObservation;
import dev.understudy.event.Destination;
import dev.understudy.event.Event;
import dev.understudy.event.Observer;
import dev.understudy.testing.Rule;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.time.Waiting;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who follows calls sees them whole, on the threads that they run on. */
@Timeout(30)
class ObserverTest {

    private static final List<Message> MESSAGES = List.of(Message.user("Where?"));

    private final ScriptedModel steady = ScriptedModel.on(Waiting.system());
    private final ScriptedModel tuned = ScriptedModel.on(Waiting.system());
    private final Diary diary = new Diary();

    private ModelRegistry registry(ChatModel baseline, Observer... observers) {
        var builder = ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(Deployment.of("steady", baseline))
                        .deployment(Deployment.of("tuned", tuned))
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("steady")
                                .candidate("tuned")
                                .percentage(100)
                                .timeout(Duration.ofSeconds(10))
                                .build())
                        .agent(AgentSettings.builder("plain_agent")
                                .baseline("steady")
                                .build())
                        .build());
        List.of(observers).forEach(builder::listener);
        return builder.build();
    }

    @Test
    void it_sees_the_call_and_each_attempt_begin_and_end() {
        tuned.fails(FailureKind.MODEL_UNAVAILABLE);
        steady.answers("saved");
        try (ModelRegistry registry = registry(steady, diary)) {
            registry.chat("qa_agent", MESSAGES);
        }
        assertThat(diary.lines)
                .containsExactly(
                        "call of qa_agent",
                        "enter",
                        "attempt on tuned",
                        "work on tuned",
                        "done on tuned",
                        "Alert",
                        "AttemptFinished",
                        "FellBack",
                        "attempt on steady",
                        "work on steady",
                        "done on steady",
                        "AttemptFinished",
                        "CallFinished");
    }

    @Test
    void the_attempt_of_a_model_without_a_deadline_is_seen_on_its_worker() {
        ChatModel foreign = (request, deadline) -> ChatResponse.of("there");
        try (ModelRegistry registry = registry(foreign, diary)) {
            registry.chat("plain_agent", MESSAGES);
        }
        assertThat(diary.lines)
                .containsExactly(
                        "call of plain_agent",
                        "enter",
                        "attempt on steady",
                        "work on steady elsewhere",
                        "done on steady elsewhere",
                        "AttemptFinished",
                        "CallFinished");
    }

    @Test
    void work_that_is_left_behind_is_done_after_the_call() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        ChatModel stubborn = (request, deadline) -> {
            asked.countDown();
            while (true) {
                try {
                    released.await();
                    return ChatResponse.of("too late");
                } catch (InterruptedException ignored) {
                    // it minds nothing
                }
            }
        };
        try (ModelRegistry registry = registry(stubborn, diary)) {
            CompletableFuture<ChatResponse> reply = registry.chatAsync("plain_agent", MESSAGES);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            reply.cancel(true);
            Awaitility.await().until(() -> diary.lines.contains("CallFinished"));
            assertThat(diary.lines).endsWith("work on steady elsewhere", "AttemptFinished", "CallFinished");
            released.countDown();
            assertThat(diary.done.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(diary.lines).endsWith("CallFinished", "done on steady elsewhere");
    }

    @Test
    void an_asynchronous_call_begins_with_its_caller_and_runs_on_a_worker() {
        tuned.answers("there");
        try (ModelRegistry registry = registry(steady, diary)) {
            registry.chatAsync("qa_agent", MESSAGES).join();
        }
        assertThat(diary.lines).startsWith("call of qa_agent", "enter elsewhere", "attempt on tuned elsewhere");
    }

    @Test
    void a_call_that_was_cancelled_before_it_ran_ends_all_the_same() {
        tuned.answers("there");
        ModelRegistry registry = registry(steady, diary);
        registry.close();
        assertThat(registry.chatAsync("qa_agent", MESSAGES)).failsWithin(Duration.ofSeconds(10));

        assertThat(diary.lines)
                .startsWith("call of qa_agent")
                .endsWith("CallFinished")
                .doesNotContain("enter");
    }

    @Test
    @Rule("R27")
    void one_that_throws_everywhere_changes_nothing() {
        tuned.fails(FailureKind.UPSTREAM);
        steady.answers("saved");
        for (String broken : List.of("callStarted", "enter", "attempt", "work", "done", "on")) {
            try (ModelRegistry registry = registry(steady, new Broken(broken))) {
                assertThat(registry.chat("qa_agent", MESSAGES).text()).isEqualTo("saved");
            }
        }
    }

    @Test
    void two_are_one_too_many() {
        assertThatThrownBy(() -> registry(steady, diary, new Diary()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("One observer");
    }

    @Test
    void it_knows_where_requests_go_before_the_first_call() {
        var configuration = Configuration.builder()
                .provider(
                        new Provider("mistral", "openai", URI.create("https://api.mistral.ai/v1"), null, 64, Map.of()))
                .deployment(Deployment.builder("qa-tuned")
                        .provider("mistral")
                        .model("ft:open-mistral-7b:qa")
                        .build())
                .deployment(Deployment.of("steady", steady))
                .agent(AgentSettings.builder("qa_agent").baseline("qa-tuned").build())
                .build();

        assertThat(Destinations.of(configuration))
                .containsExactlyInAnyOrder(
                        new Destination("qa-tuned", "ft:open-mistral-7b:qa", "mistral", "api.mistral.ai", 443),
                        Destination.unknown("steady"));
        try (ModelRegistry registry = registry(steady, diary)) {
            assertThat(diary.destinations)
                    .containsExactlyInAnyOrder(Destination.unknown("steady"), Destination.unknown("tuned"));
            registry.install(Configuration.builder()
                    .deployment(Deployment.of("newer", steady))
                    .agent(AgentSettings.builder("qa_agent").baseline("newer").build())
                    .build());
            assertThat(diary.destinations).containsExactly(Destination.unknown("newer"));
        }
    }

    /** Notes what it sees, and whether it sees it on the thread that asked. */
    private static final class Diary implements Observer {
        final List<String> lines = new CopyOnWriteArrayList<>();
        final CountDownLatch done = new CountDownLatch(1);
        private final Thread home = Thread.currentThread();
        volatile List<Destination> destinations = List.of();

        @Override
        public void on(Event event) {}

        @Override
        public void configured(List<Destination> known) {
            destinations = known;
        }

        @Override
        public boolean mayBlock() {
            return false;
        }

        @Override
        public CallObservation callStarted(String agent) {
            note("call of " + agent);
            return new CallObservation() {
                @Override
                public void enter() {
                    note("enter");
                }

                @Override
                public Attempt attempt(String model) {
                    note("attempt on " + model);
                    return () -> {
                        note("work on " + model);
                        return () -> {
                            note("done on " + model);
                            done.countDown();
                        };
                    };
                }

                @Override
                public CallObservation branch() {
                    note("branch");
                    return this;
                }

                @Override
                public void on(Event event) {
                    lines.add(event.getClass().getSimpleName());
                }
            };
        }

        private void note(String line) {
            lines.add(Thread.currentThread() == home ? line : line + " elsewhere");
        }
    }

    /** Throws at one place. */
    private record Broken(String place) implements Observer {
        @Override
        public void on(Event event) {
            fail("on");
        }

        @Override
        public CallObservation callStarted(String agent) {
            fail("callStarted");
            return new CallObservation() {
                @Override
                public void enter() {
                    fail("enter");
                }

                @Override
                public Attempt attempt(String model) {
                    fail("attempt");
                    return () -> {
                        fail("work");
                        return () -> fail("done");
                    };
                }

                @Override
                public CallObservation branch() {
                    fail("branch");
                    return this;
                }

                @Override
                public void on(Event event) {
                    fail("on");
                }
            };
        }

        private void fail(String here) {
            if (here.equals(place)) {
                throw new AssertionError(place);
            }
        }
    }
}
