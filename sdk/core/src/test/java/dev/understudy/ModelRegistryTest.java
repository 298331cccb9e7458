package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.cache.CacheSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.CancelledException;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.InvalidRequestException;
import dev.understudy.error.Origin;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.Outcome;
import dev.understudy.health.Health;
import dev.understudy.rollout.Share;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ModelRegistryTest {

    private static final List<Message> MESSAGES = List.of(Message.system("Be brief."), Message.user("Where?"));

    private final Waiting waiting = Waiting.system();
    private final RecordedEvents events = new RecordedEvents();
    private final ScriptedModel steady = ScriptedModel.on(waiting);
    private final ScriptedModel tuned = ScriptedModel.on(waiting);

    private ModelRegistry registry(double percentage) {
        return registry(percentage, null);
    }

    private Configuration configuration(double percentage, CacheSettings cache) {
        return Configuration.builder()
                .deployment(Deployment.builder("steady")
                        .upstream(steady)
                        .price(new Price(1, 10))
                        .build())
                .deployment(Deployment.of("tuned", tuned))
                .agent(AgentSettings.builder("qa_agent")
                        .baseline("steady")
                        .candidate("tuned")
                        .timeout(Duration.ofSeconds(10))
                        .percentage(percentage)
                        .cache(cache)
                        .build())
                .build();
    }

    private ModelRegistry registry(double percentage, CacheSettings cache) {
        return ModelRegistry.builder()
                .configuration(configuration(percentage, cache))
                .listener(events)
                .build();
    }

    private Event.CallFinished onlyEnd() {
        assertThat(events.of(Event.CallFinished.class)).hasSize(1);
        return events.of(Event.CallFinished.class).get(0);
    }

    @Test
    @Rule("R15")
    void the_answer_says_who_gave_it() {
        tuned.answers("by me");
        try (ModelRegistry registry = registry(100)) {
            ChatResponse reply = registry.chat("qa_agent", MESSAGES);
            assertThat(reply.text()).isEqualTo("by me");
            assertThat(reply.model()).isEqualTo("tuned");
            assertThat(reply.variant()).isEqualTo(Variant.CANDIDATE);
            assertThat(reply.degraded()).isFalse();
            assertThat(reply.attempts()).isEqualTo(1);
            assertThat(reply.latency()).isPositive();
        }
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.SUCCESS);
        assertThat(onlyEnd().model()).isEqualTo("tuned");
    }

    @Test
    @Rule("R15")
    void an_answer_of_the_understudy_is_marked_and_billed_as_its_own() {
        tuned.fails(FailureKind.MODEL_UNAVAILABLE);
        ChatModel priced =
                ChatModel.honouringDeadline((q, d) -> ChatResponse.of("saved", new Usage(1_000_000, 100_000)));
        Configuration configuration = Configuration.builder()
                .deployment(Deployment.builder("steady")
                        .upstream(priced)
                        .price(new Price(1, 10))
                        .build())
                .deployment(Deployment.of("tuned", tuned))
                .agent(AgentSettings.builder("qa_agent")
                        .baseline("steady")
                        .candidate("tuned")
                        .percentage(100)
                        .build())
                .build();
        try (ModelRegistry registry = ModelRegistry.builder()
                .configuration(configuration)
                .listener(events)
                .build()) {
            ChatResponse reply = registry.chat("qa_agent", MESSAGES);
            assertThat(reply.model()).isEqualTo("steady");
            assertThat(reply.variant()).isEqualTo(Variant.CANDIDATE);
            assertThat(reply.degradedBecause()).contains(FailureKind.MODEL_UNAVAILABLE);
            assertThat(reply.attempts()).isEqualTo(2);
            assertThat(reply.cost()).isEqualTo(2.0);
        }
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.DEGRADED);
        assertThat(onlyEnd().failure()).isEqualTo(FailureKind.MODEL_UNAVAILABLE);
    }

    @Test
    @Rule("R25")
    void a_failed_call_has_one_end_too() {
        steady.fails(FailureKind.INVALID_REQUEST);
        try (ModelRegistry registry = registry(0)) {
            assertThat(catchThrowable(() -> registry.chat("qa_agent", MESSAGES)))
                    .isInstanceOf(InvalidRequestException.class);
        }
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.ERROR);
        assertThat(onlyEnd().failure()).isEqualTo(FailureKind.INVALID_REQUEST);
        assertThat(onlyEnd().model()).isEqualTo("steady");
    }

    @Test
    @Rule("R26")
    void an_unknown_agent_is_refused_and_leaves_no_trace() {
        try (ModelRegistry registry = registry(0)) {
            assertThat(catchThrowable(() -> registry.chat("qa_agnet", MESSAGES)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("qa_agent");
            assertThat(registry.chatAsync("other", MESSAGES)).isCompletedExceptionally();
            assertThat(registry.agents()).containsExactly("qa_agent");
        }
        assertThat(events.all()).noneMatch(event -> event instanceof Event.CallFinished);
    }

    @Test
    void a_cached_answer_costs_nothing_and_says_so() {
        steady.answers("once").thenAnswers("twice");
        try (ModelRegistry registry = registry(0, CacheSettings.DEFAULT)) {
            assertThat(registry.chat("qa_agent", MESSAGES).cached()).isFalse();
            ChatResponse again = registry.chat("qa_agent", MESSAGES);
            assertThat(again.text()).isEqualTo("once");
            assertThat(again.provenance().cache()).isEqualTo(CacheStatus.HIT);
            assertThat(again.attempts()).isZero();
            assertThat(again.cost()).isZero();
        }
    }

    @Test
    @Rule("R4")
    void cancelling_the_future_cancels_the_call() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        ChatModel silent = ChatModel.honouringDeadline((request, deadline) -> {
            asked.countDown();
            waiting.sleep(Duration.ofMinutes(1).toNanos(), deadline);
            gone.countDown();
            throw FailureKind.CANCELLED.exception("gone", Origin.NONE, null);
        });
        Configuration configuration = Configuration.builder()
                .deployment(Deployment.of("steady", silent))
                .agent(AgentSettings.builder("qa_agent").baseline("steady").build())
                .build();
        try (ModelRegistry registry = ModelRegistry.builder()
                .configuration(configuration)
                .listener(events)
                .build()) {
            CompletableFuture<ChatResponse> later = registry.chatAsync("qa_agent", MESSAGES);
            AtomicBoolean goneFirst = new AtomicBoolean();
            CompletableFuture<ChatResponse> slow = later.whenComplete((answer, failure) -> {
                try {
                    goneFirst.set(gone.await(10, TimeUnit.SECONDS));
                } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(later.cancel(true)).isTrue();
            assertThat(slow).isCompletedExceptionally();
            assertThat(goneFirst)
                    .as("the wire is let go before callbacks take their time")
                    .isTrue();
        }
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.CANCELLED);
    }

    @Test
    void an_asynchronous_call_fails_with_the_exception_itself() {
        steady.fails(FailureKind.QUOTA);
        try (ModelRegistry registry = registry(0)) {
            CompletionException failure =
                    catchThrowableOfType(CompletionException.class, () -> registry.chatAsync("qa_agent", MESSAGES)
                            .join());
            assertThat(((ChatException) failure.getCause()).kind()).isEqualTo(FailureKind.QUOTA);
        }
    }

    @Test
    @Rule("R4")
    void a_thread_that_was_interrupted_before_sends_nothing_and_keeps_its_flag() {
        steady.answers("never");
        try (ModelRegistry registry = registry(0)) {
            Thread.currentThread().interrupt();
            Throwable failure = catchThrowable(() -> registry.chat("qa_agent", MESSAGES));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(failure).isInstanceOf(CancelledException.class);
        }
        assertThat(steady.calls()).isZero();
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.CANCELLED);
    }

    @Test
    @Rule("R30")
    void a_closed_registry_refuses_and_closing_again_does_nothing() {
        steady.answers("never");
        ModelRegistry registry = registry(0);
        registry.close();
        registry.close();
        assertThat(catchThrowable(() -> registry.chat("qa_agent", MESSAGES))).isInstanceOf(CancelledException.class);
        assertThat(catchThrowable(() -> registry.chatAsync("qa_agent", MESSAGES).join()))
                .hasCauseInstanceOf(CancelledException.class);
        assertThat(steady.calls()).isZero();
        assertThat(events.of(Event.CallFinished.class)).hasSize(2);
    }

    @Test
    void the_registry_says_which_model_would_serve_and_why() {
        try (ModelRegistry registry = registry(25)) {
            ModelChoice choice = registry.model("qa_agent");
            assertThat(choice.model()).isEqualTo("steady");
            assertThat(choice.share()).isEqualTo(Share.percent(25));
            assertThat(choice.why()).contains("25%").contains("tuned");
            CallOptions noTuned = CallOptions.builder().useFinetuned(false).build();
            assertThat(registry.model("qa_agent", noTuned).why()).contains("wants no fine-tuned model");
        }
    }

    @Test
    @Rule("R27")
    void a_listener_that_throws_or_never_returns_changes_nothing() {
        steady.answers("fine");
        CountDownLatch never = new CountDownLatch(1);
        Listener stuck = event -> {
            try {
                never.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        };
        Listener broken = new Listener() {
            @Override
            public void on(Event event) {
                throw new IllegalStateException("broken");
            }

            @Override
            public boolean mayBlock() {
                return false;
            }
        };
        Configuration configuration = Configuration.builder()
                .deployment(Deployment.of("steady", steady))
                .agent(AgentSettings.builder("qa_agent").baseline("steady").build())
                .build();
        try (ModelRegistry registry = ModelRegistry.builder()
                .configuration(configuration)
                .listener(broken)
                .listener(stuck)
                .listener(events)
                .build()) {
            for (int i = 0; i < 100; i++) {
                assertThat(registry.chat("qa_agent", MESSAGES).text()).isEqualTo("fine");
            }
        }
        never.countDown();
        assertThat(events.of(Event.CallFinished.class)).hasSize(100);
    }

    @Test
    void health_follows_the_breakers_of_both_models() {
        tuned.fails(FailureKind.AUTHENTICATION);
        steady.answers("fine");
        try (ModelRegistry registry = registry(100)) {
            assertThat(registry.health("qa_agent").status()).isEqualTo(Health.Status.UP);
            assertThat(registry.chat("qa_agent", MESSAGES).degraded()).isTrue();
            assertThat(registry.health("qa_agent").status()).isEqualTo(Health.Status.DEGRADED);
            assertThat(registry.health("qa_agent").reason()).contains("tuned").contains("LATCHED");
        }
    }

    @Test
    void a_new_configuration_keeps_breakers_and_changes_shares() {
        tuned.fails(FailureKind.AUTHENTICATION).thenAnswers("mended");
        steady.answers("fine");
        try (ModelRegistry registry = registry(100)) {
            registry.chat("qa_agent", MESSAGES);
            registry.install(configuration(0, null));
            assertThat(registry.chat("qa_agent", MESSAGES).model()).isEqualTo("steady");
            registry.install(configuration(100, null));
            assertThat(registry.chat("qa_agent", MESSAGES).text()).isEqualTo("mended");
        }
    }
}
