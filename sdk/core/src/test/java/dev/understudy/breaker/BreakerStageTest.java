package dev.understudy.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.error.ChatException;
import dev.understudy.error.CircuitOpenException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BreakerStageTest {

    private final FakeTicker ticker = new FakeTicker();
    private final Waiting waiting = ticker.waiting();
    private final RecordedEvents events = new RecordedEvents();
    private final ModelBreaker breaker = new ModelBreaker("tuned", BreakerSettings.DEFAULT, waiting, events.asEvents());
    private int requests;

    /** A call whose rest of the way does this. */
    private ChatResponse call(Stage rest) {
        ChatCall call = new ChatCall(
                "agent",
                ChatRequest.of(List.of(Message.user("?"))),
                CallOptions.DEFAULT,
                Duration.ofSeconds(60).toNanos(),
                waiting,
                events.asEvents());
        Deployment deployment = Deployment.of("tuned", ScriptedModel.on(waiting));
        Chain chain = Chain.of(List.of(new BreakerStage(breaker), rest));
        return call.travel(new Leg(Variant.CANDIDATE, deployment, chain), call.wholeDeadline(), true);
    }

    private Stage answers() {
        return (call, next) -> {
            requests++;
            call.countAttempt();
            return ChatResponse.of("fine");
        };
    }

    private Stage fails(FailureKind kind) {
        return (call, next) -> {
            requests++;
            call.countAttempt();
            throw kind.exception("scripted", Origin.of("tuned"), null);
        };
    }

    /** Fails before anything was sent, as a queue does in which the time runs out. */
    private static Stage refuses(FailureKind kind) {
        return (call, next) -> {
            throw kind.exception("scripted", Origin.of("tuned"), null);
        };
    }

    private void open() {
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> call(fails(FailureKind.UPSTREAM))).isInstanceOf(ChatException.class);
        }
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void answers_pass_through() {
        ChatResponse answer = ChatResponse.of("fine");
        assertThat(call((call, next) -> answer)).isSameAs(answer);
    }

    @Test
    void an_open_breaker_refuses_without_a_request_and_reports_it() {
        open();
        int before = requests;
        assertThatThrownBy(() -> call(answers()))
                .isInstanceOf(CircuitOpenException.class)
                .hasMessage("Circuit breaker 'tuned' is OPEN; next probe in 10.0 s");
        assertThat(requests).isEqualTo(before);
        assertThat(events.of(Event.Rejected.class)).containsExactly(new Event.Rejected("agent", "tuned", "breaker"));
    }

    @Test
    void a_probe_that_is_answered_closes_it() {
        open();
        ticker.advance(Duration.ofSeconds(10));
        call(answers());
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @ParameterizedTest
    @EnumSource
    @Rule("R10")
    void failures_count_as_the_failure_table_says(FailureKind kind) {
        for (int i = 0; i < 5 && breaker.state() == CircuitState.CLOSED; i++) {
            assertThatThrownBy(() -> call(fails(kind)))
                    .isInstanceOfSatisfying(
                            ChatException.class, told -> assertThat(told.kind()).isEqualTo(kind));
        }
        assertThat(breaker.state())
                .isEqualTo(
                        switch (kind.blame()) {
                            case FAILURE -> CircuitState.OPEN;
                            case LATCH -> CircuitState.LATCHED;
                            case NONE, LIMITER -> CircuitState.CLOSED;
                        });
    }

    @ParameterizedTest
    @EnumSource
    @Rule("R10")
    void what_was_never_sent_counts_for_nothing(FailureKind kind) {
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(() -> call(refuses(kind))).isInstanceOf(ChatException.class);
        }
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    @Rule("R9")
    void a_probe_gives_its_place_back_whatever_is_thrown() {
        open();
        ticker.advance(Duration.ofSeconds(10));
        assertThatThrownBy(() -> call(refuses(FailureKind.OVERLOADED))).isInstanceOf(ChatException.class);
        assertThatThrownBy(() -> call((call, next) -> {
                    throw new StackOverflowError();
                }))
                .isInstanceOf(StackOverflowError.class);
        assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        call(answers());
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
    }
}
