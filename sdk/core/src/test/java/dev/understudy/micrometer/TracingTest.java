package dev.understudy.micrometer;

import static dev.understudy.micrometer.Spans.attributes;
import static dev.understudy.micrometer.Spans.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.understudy.ModelRegistry;
import dev.understudy.cache.CacheSettings;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.Price;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.Usage;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.fallback.HedgeSettings;
import dev.understudy.testing.Rule;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.time.Waiting;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A call and its attempts become spans, by OpenTelemetry's own SDK. */
@Timeout(30)
class TracingTest {

    private static final List<Message> MESSAGES = List.of(Message.user("Where is my parcel?"));

    private static final Origin SOON = new Origin("steady", null, 429, "req-1", Duration.ofMillis(1), null);

    private final ScriptedModel steady = ScriptedModel.on(Waiting.system());
    private final ScriptedModel tuned = ScriptedModel.on(Waiting.system());
    private final Spans spans = new Spans();

    /** What every test must leave as it was. */
    @AfterEach
    void nothing_is_current_that_was_not_before() {
        assertThat(spans.registry().getCurrentObservation()).isNull();
        assertThat(Span.current().getSpanContext().isValid()).isFalse();
        spans.close();
    }

    private ModelRegistry registry() {
        return registry(steady, tuned, new ObservationListener(spans.registry()));
    }

    private static ModelRegistry registry(ChatModel baseline, ChatModel candidate, ObservationListener listener) {
        return ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(Deployment.builder("steady")
                                .upstream(baseline)
                                .price(new Price(1, 10))
                                .build())
                        .deployment(Deployment.builder("tuned")
                                .upstream(candidate)
                                .model("ft:steady:qa")
                                .build())
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("steady")
                                .candidate("tuned")
                                .percentage(100)
                                .timeout(Duration.ofSeconds(10))
                                .build())
                        .agent(AgentSettings.builder("plain_agent")
                                .baseline("steady")
                                .build())
                        .agent(AgentSettings.builder("caching_agent")
                                .baseline("steady")
                                .cache(CacheSettings.DEFAULT)
                                .build())
                        .build())
                .listener(listener)
                .build();
    }

    @Test
    void a_hedged_call_has_both_attempts_below_it_and_says_which_of_them_won() {
        tuned.hangs();
        steady.answers("There.");
        Configuration configuration = Configuration.builder()
                .deployment(Deployment.builder("steady").upstream(steady).build())
                .deployment(Deployment.builder("tuned").upstream(tuned).build())
                .agent(AgentSettings.builder("qa_agent")
                        .baseline("steady")
                        .candidate("tuned")
                        .percentage(100)
                        .timeout(Duration.ofSeconds(10))
                        .hedge(new HedgeSettings(Duration.ofMillis(20), 1))
                        .build())
                .build();
        try (ModelRegistry registry = ModelRegistry.builder()
                .configuration(configuration)
                .listener(new ObservationListener(spans.registry()))
                .build()) {
            assertThat(registry.chat("qa_agent", MESSAGES).model()).isEqualTo("steady");
        }

        SpanData call = spans.one("chat qa_agent");
        assertThat(attributes(call))
                .containsEntry("understudy.attempts", "2")
                .containsEntry("understudy.outcome", "degraded")
                .containsEntry("understudy.model", "steady");
        assertThat(events(call)).containsExactly("hedge: won");
        assertThat(spans.childrenOf(call)).containsExactlyInAnyOrder(spans.one("chat steady"), spans.one("chat tuned"));
        assertThat(attributes(spans.one("chat tuned"))).containsEntry("error.type", "outrun");
    }

    @Test
    void an_answered_call_is_a_span_with_one_attempt_below_it() {
        ChatModel answering = ChatModel.honouringDeadline((request, deadline) -> new ChatResponse(
                "There.", List.of(), FinishReason.STOP, new Usage(1200, 34), "req-7", Provenance.NONE));
        try (ModelRegistry registry = registry(answering, tuned, new ObservationListener(spans.registry()))) {
            registry.chat("plain_agent", MESSAGES);
        }

        SpanData call = spans.one("chat plain_agent");
        assertThat(call.getKind()).isEqualTo(SpanKind.INTERNAL);
        assertThat(call.getParentSpanContext().isValid()).isFalse();
        assertThat(call.getStatus().getStatusCode()).isEqualTo(StatusCode.OK);
        assertThat(attributes(call))
                .containsOnlyKeys(
                        "gen_ai.agent.name",
                        "understudy.variant",
                        "understudy.outcome",
                        "understudy.model",
                        "understudy.attempts",
                        "understudy.cache",
                        "understudy.cost")
                .containsEntry("gen_ai.agent.name", "plain_agent")
                .containsEntry("understudy.variant", "baseline")
                .containsEntry("understudy.outcome", "success")
                .containsEntry("understudy.model", "steady")
                .containsEntry("understudy.attempts", "1")
                .containsEntry("understudy.cost", "0.00154");
        SpanData attempt = spans.one("chat steady");
        assertThat(attempt.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(spans.childrenOf(call)).containsExactly(attempt);
        assertThat(attributes(attempt))
                .containsEntry("gen_ai.operation.name", "chat")
                .containsEntry("gen_ai.provider.name", "unknown")
                .containsEntry("gen_ai.request.model", "steady")
                .containsEntry("gen_ai.agent.name", "plain_agent")
                .containsEntry("gen_ai.usage.input_tokens", "1200")
                .containsEntry("gen_ai.usage.output_tokens", "34")
                .containsEntry("understudy.variant", "baseline")
                .containsEntry("understudy.attempt", "1")
                .containsEntry("understudy.request_id", "req-7")
                .doesNotContainKeys("error.type", "server.address", "server.port");
    }

    @Test
    void each_retry_is_a_span_of_its_own_and_an_event_of_the_call() {
        steady.fails(FailureKind.RATE_LIMITED, SOON).thenAnswers("there");
        try (ModelRegistry registry = registry()) {
            registry.chat("caching_agent", MESSAGES);
        }

        SpanData call = spans.one("chat caching_agent");
        assertThat(events(call)).containsExactly("retry: rate_limited");
        assertThat(spans.childrenOf(call)).isEqualTo(spans.named("chat steady")).hasSize(2);
        SpanData failed = spans.named("chat steady").get(0);
        assertThat(failed.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(failed.getStatus().getDescription()).isEqualTo("rate_limited");
        assertThat(attributes(failed)).containsEntry("error.type", "rate_limited");
        assertThat(attributes(spans.named("chat steady").get(1)))
                .containsEntry("understudy.attempt", "2")
                .doesNotContainKey("error.type");
        assertThat(call.getStatus().getStatusCode()).isEqualTo(StatusCode.OK);
    }

    @Test
    void the_understudys_attempt_stands_beside_the_failed_one() {
        tuned.fails(FailureKind.MODEL_UNAVAILABLE);
        steady.answers("saved");
        try (ModelRegistry registry = registry()) {
            registry.chat("qa_agent", MESSAGES);
        }

        SpanData call = spans.one("chat qa_agent");
        assertThat(spans.childrenOf(call))
                .extracting(SpanData::getName)
                .containsExactly("chat ft:steady:qa", "chat steady");
        assertThat(events(call)).containsExactly("fallback: model_unavailable");
        assertThat(call.getStatus().getStatusCode()).isEqualTo(StatusCode.OK);
        assertThat(attributes(call))
                .containsEntry("understudy.outcome", "degraded")
                .containsEntry("understudy.reason", "model_unavailable")
                .containsEntry("understudy.model", "steady")
                .doesNotContainKey("error.type");
        assertThat(attributes(spans.one("chat steady"))).containsEntry("understudy.variant", "candidate");
    }

    @Test
    void an_answer_from_memory_has_no_attempt() {
        steady.answers("there");
        try (ModelRegistry registry = registry()) {
            registry.chat("caching_agent", MESSAGES);
            registry.chat("caching_agent", MESSAGES);
        }

        List<SpanData> calls = spans.named("chat caching_agent");
        assertThat(calls).hasSize(2);
        assertThat(spans.childrenOf(calls.get(1))).isEmpty();
        assertThat(attributes(calls.get(1)))
                .containsEntry("understudy.cache", "hit")
                .containsEntry("understudy.attempts", "0");
    }

    @Test
    void a_refused_call_has_no_attempt_and_says_which_guard_refused() {
        steady.fails(FailureKind.MODEL_UNAVAILABLE);
        try (ModelRegistry registry = registry()) {
            assertThatThrownBy(() -> registry.chat("caching_agent", MESSAGES)).isInstanceOf(ChatException.class);
            assertThatThrownBy(() -> registry.chat("caching_agent", MESSAGES)).isInstanceOf(ChatException.class);
        }

        SpanData refused = spans.named("chat caching_agent").get(1);
        assertThat(spans.childrenOf(refused)).isEmpty();
        assertThat(events(refused)).containsExactly("refused: breaker", "exception");
        assertThat(attributes(refused)).containsEntry("error.type", "circuit_open");
        assertThat(refused.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    }

    @Test
    void a_cancelled_call_ends_its_spans() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        ChatModel hanging = ChatModel.honouringDeadline((request, deadline) -> {
            asked.countDown();
            return ScriptedModel.on(Waiting.system()).hangs().chat(request, deadline);
        });
        try (ModelRegistry registry = registry(steady, hanging, new ObservationListener(spans.registry()))) {
            CompletableFuture<ChatResponse> reply = registry.chatAsync("qa_agent", MESSAGES);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            reply.cancel(true);
            Awaitility.await().until(() -> spans.all().size() == 2);
        }

        SpanData call = spans.one("chat qa_agent");
        assertThat(attributes(call))
                .containsEntry("error.type", "cancelled")
                .containsEntry("understudy.outcome", "cancelled");
        assertThat(attributes(spans.childrenOf(call).get(0))).containsEntry("error.type", "cancelled");
    }

    @Test
    void the_callers_trace_goes_on() {
        steady.answers("there");
        Observation request = Observation.start("GET /parcels", spans.registry());
        try (ModelRegistry registry = registry();
                Observation.Scope scope = request.openScope()) {
            registry.chat("plain_agent", MESSAGES);
            assertThat(spans.registry().getCurrentObservationScope()).isSameAs(scope);
        }
        request.stop();

        assertThat(spans.childrenOf(spans.one("GET /parcels"))).containsExactly(spans.one("chat plain_agent"));
    }

    @Test
    void an_asynchronous_call_belongs_to_who_asked_whatever_runs_it() {
        tuned.answers("there");
        Observation request = Observation.start("GET /parcels", spans.registry());
        AtomicReference<Observation> left = new AtomicReference<>();
        try (ModelRegistry registry = registry()) {
            CompletableFuture<ChatResponse> reply;
            try (Observation.Scope scope = request.openScope()) {
                reply = registry.chatAsync("qa_agent", MESSAGES);
                assertThat(spans.registry().getCurrentObservationScope()).isSameAs(scope);
            }
            reply.thenRun(() -> left.set(spans.registry().getCurrentObservation()))
                    .join();
        }
        request.stop();

        SpanData call = spans.one("chat qa_agent");
        assertThat(spans.childrenOf(spans.one("GET /parcels"))).containsExactly(call);
        assertThat(spans.childrenOf(call)).containsExactly(spans.one("chat ft:steady:qa"));
        assertThat(left).hasNullValue();
    }

    @Test
    void calls_on_virtual_threads_keep_apart() throws Exception {
        ExecutorService virtual = virtualThreads();
        assumeTrue(virtual != null, "virtual threads came with Java 21");
        steady.answersAfter(Duration.ofMillis(5), "there");
        try (ModelRegistry registry = registry()) {
            for (int i = 0; i < 8; i++) {
                Observation request = Observation.start("request " + i, spans.registry());
                virtual.execute(() -> {
                    try (Observation.Scope scope = request.openScope()) {
                        registry.chat("plain_agent", MESSAGES);
                    } finally {
                        request.stop();
                    }
                });
            }
            virtual.shutdown();
            assertThat(virtual.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
        for (int i = 0; i < 8; i++) {
            List<SpanData> calls = spans.childrenOf(spans.one("request " + i));
            assertThat(calls).extracting(SpanData::getName).containsExactly("chat plain_agent");
            assertThat(spans.childrenOf(calls.get(0))).hasSize(1);
        }
    }

    /** Null before Java 21. */
    private static ExecutorService virtualThreads() throws IllegalAccessException, InvocationTargetException {
        try {
            return (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException none) {
            return null;
        }
    }

    @Test
    void an_instrumented_client_nests_in_the_attempt_on_either_kind_of_thread() {
        ChatModel instrumented = (request, deadline) ->
                Observation.createNotStarted("POST", spans.registry()).observe(() -> ChatResponse.of("there"));
        ChatModel minding = ChatModel.honouringDeadline(instrumented);
        try (ModelRegistry registry = registry(instrumented, minding, new ObservationListener(spans.registry()))) {
            registry.chat("qa_agent", MESSAGES);
            registry.chat("plain_agent", MESSAGES);
        }

        assertThat(spans.childrenOf(spans.one("chat ft:steady:qa")))
                .extracting(SpanData::getName)
                .containsExactly("POST");
        assertThat(spans.childrenOf(spans.one("chat steady")))
                .extracting(SpanData::getName)
                .containsExactly("POST");
    }

    @Test
    void an_attempt_that_was_left_behind_ends_with_its_call() throws InterruptedException {
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
        try (ModelRegistry registry = registry(stubborn, tuned, new ObservationListener(spans.registry()))) {
            CompletableFuture<ChatResponse> reply = registry.chatAsync("plain_agent", MESSAGES);
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            reply.cancel(true);
            Awaitility.await().until(() -> spans.all().size() == 2);

            SpanData call = spans.one("chat plain_agent");
            assertThat(spans.childrenOf(call)).containsExactly(spans.one("chat steady"));
            assertThat(attributes(spans.one("chat steady"))).containsEntry("error.type", "cancelled");
            released.countDown();
        }
        assertThat(spans.all()).hasSize(2);
    }

    @Test
    void names_and_values_can_be_said_otherwise() {
        steady.answers("there");
        ObservationListener listener = ObservationListener.builder(spans.registry())
                .callConvention(new CallObservationConvention() {
                    @Override
                    public String getContextualName(CallObservationContext context) {
                        return "ask " + context.agent();
                    }
                })
                .attemptConvention(new AttemptObservationConvention() {
                    @Override
                    public KeyValues getHighCardinalityKeyValues(AttemptObservationContext context) {
                        return KeyValues.of("peer", context.destination().model());
                    }
                })
                .build();
        try (ModelRegistry registry = registry(steady, tuned, listener)) {
            registry.chat("plain_agent", MESSAGES);
        }

        assertThat(spans.childrenOf(spans.one("ask plain_agent"))).containsExactly(spans.one("chat steady"));
        assertThat(attributes(spans.one("chat steady")))
                .containsEntry("peer", "steady")
                .doesNotContainKey("understudy.attempt");
    }

    @Test
    void a_convention_of_the_registry_holds_where_the_listener_has_none() {
        steady.answers("there");
        spans.registry().observationConfig().observationConvention(new GlobalNames());
        try (ModelRegistry registry = registry()) {
            registry.chat("plain_agent", MESSAGES);
        }

        assertThat(spans.childrenOf(spans.one("everywhere plain_agent"))).hasSize(1);
    }

    private static final class GlobalNames
            implements CallObservationConvention,
                    io.micrometer.observation.GlobalObservationConvention<CallObservationContext> {
        @Override
        public String getContextualName(CallObservationContext context) {
            return "everywhere " + context.agent();
        }
    }

    @Test
    void attempts_hang_on_the_caller_where_calls_are_not_observed() {
        tuned.fails(FailureKind.MODEL_UNAVAILABLE);
        steady.answers("saved");
        spans.registry().observationConfig().observationPredicate((name, context) -> !name.equals("understudy.call"));
        Observation request = Observation.start("GET /parcels", spans.registry());
        try (ModelRegistry registry = registry();
                Observation.Scope scope = request.openScope()) {
            registry.chat("qa_agent", MESSAGES);
        }
        request.stop();

        assertThat(spans.childrenOf(spans.one("GET /parcels")))
                .extracting(SpanData::getName)
                .containsExactly("chat ft:steady:qa", "chat steady");
    }

    @Test
    @Rule("R28")
    void no_span_says_what_was_asked_or_answered() {
        steady.throwsForeign(new IllegalStateException("prompt-Sesame", new RuntimeException("answer-Sesame")))
                .thenAnswers("answer-Sesame");
        try (ModelRegistry registry = registry()) {
            assertThatThrownBy(() -> registry.chat("plain_agent", List.of(Message.user("prompt-Sesame"))))
                    .isInstanceOf(ChatException.class);
            registry.chat("plain_agent", List.of(Message.user("prompt-Sesame")));
        }

        assertThat(spans.all()).hasSizeGreaterThanOrEqualTo(4);
        assertThat(spans.everything()).contains("ModelException").doesNotContain("Sesame");
    }
}
