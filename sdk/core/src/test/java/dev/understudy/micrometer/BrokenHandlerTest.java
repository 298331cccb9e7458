package dev.understudy.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.testing.Rule;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.time.Waiting;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.opentelemetry.api.trace.Span;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A handler that throws costs spans, and nothing else. */
@Rule("R27")
@Timeout(30)
class BrokenHandlerTest {

    private static final List<Message> MESSAGES = List.of(Message.user("Where is my parcel?"));

    private enum Hook {
        START,
        STOP,
        ERROR,
        EVENT,
        SCOPE_OPENED,
        SCOPE_CLOSED
    }

    private final Spans spans = new Spans();
    private final ScriptedModel tuned = ScriptedModel.on(Waiting.system());

    @AfterEach
    void close() {
        spans.close();
    }

    /** A caller who observes itself, on a thread of its own: one of the handlers leaves something behind there. */
    private void onAThread(Consumer<Observation.Scope> caller) {
        CompletableFuture.runAsync(
                        () -> {
                            Observation request = Observation.start("GET /parcels", spans.registry());
                            try (Observation.Scope scope = request.openScope()) {
                                caller.accept(scope);
                                assertThat(spans.registry().getCurrentObservationScope())
                                        .isSameAs(scope);
                            }
                        },
                        task -> new Thread(task).start())
                .join();
    }

    private ModelRegistry registry(ObservationListener listener) {
        // One model minds its deadline and runs here, the other does not, and runs on a worker.
        ChatModel steady = (request, deadline) -> ChatResponse.of("saved");
        return ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(Deployment.of("steady", steady))
                        .deployment(Deployment.of("tuned", tuned))
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("steady")
                                .candidate("tuned")
                                .percentage(100)
                                .build())
                        .agent(AgentSettings.builder("plain_agent")
                                .baseline("tuned")
                                .build())
                        .build())
                .listener(listener)
                .build();
    }

    @ParameterizedTest
    @EnumSource(Hook.class)
    void calls_end_as_they_would_have_and_the_thread_has_what_it_had(Hook hook) {
        tuned.fails(FailureKind.MODEL_UNAVAILABLE);
        spans.registry().observationConfig().observationHandler(new Broken(hook));

        onAThread(scope -> {
            Span before = Span.current();
            try (ModelRegistry registry = registry(new ObservationListener(spans.registry()))) {
                assertThat(registry.chat("qa_agent", MESSAGES).text()).isEqualTo("saved");
                assertThat(catchThrowableOfType(ChatException.class, () -> registry.chat("plain_agent", MESSAGES))
                                .kind())
                        .isEqualTo(FailureKind.CIRCUIT_OPEN);
            }
            if (hook != Hook.SCOPE_CLOSED) { // handlers are asked in reverse: Micrometer does not come to the tracer
                assertThat(Span.current()).isSameAs(before);
            }
        });
    }

    @Test
    void a_convention_that_throws_changes_nothing_either() {
        tuned.fails(FailureKind.MODEL_UNAVAILABLE);
        ObservationListener listener = ObservationListener.builder(spans.registry())
                .callConvention(new CallObservationConvention() {
                    @Override
                    public KeyValues getLowCardinalityKeyValues(CallObservationContext context) {
                        throw new IllegalStateException("secret");
                    }
                })
                .build();
        onAThread(scope -> {
            try (ModelRegistry registry = registry(listener)) {
                assertThat(registry.chat("qa_agent", MESSAGES).text()).isEqualTo("saved");
            }
        });
    }

    private record Broken(Hook hook) implements ObservationHandler<Observation.Context> {
        @Override
        public void onStart(Observation.Context context) {
            fail(Hook.START);
        }

        @Override
        public void onStop(Observation.Context context) {
            fail(Hook.STOP);
        }

        @Override
        public void onError(Observation.Context context) {
            fail(Hook.ERROR);
        }

        @Override
        public void onEvent(Observation.Event event, Observation.Context context) {
            fail(Hook.EVENT);
        }

        @Override
        public void onScopeOpened(Observation.Context context) {
            fail(Hook.SCOPE_OPENED);
        }

        @Override
        public void onScopeClosed(Observation.Context context) {
            fail(Hook.SCOPE_CLOSED);
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof CallObservationContext || context instanceof AttemptObservationContext;
        }

        private void fail(Hook here) {
            if (here == hook) {
                throw new IllegalStateException("secret");
            }
        }
    }
}
