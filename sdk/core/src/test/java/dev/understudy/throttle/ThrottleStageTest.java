package dev.understudy.throttle;

import static dev.understudy.chat.Variant.BASELINE;
import static dev.understudy.chat.Variant.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.CancelledException;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.ModelTimeoutException;
import dev.understudy.error.Origin;
import dev.understudy.error.OverloadedException;
import dev.understudy.event.Event;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThrottleStageTest {

    private static final Stage ANSWERS = (call, next) -> ChatResponse.of("hello");

    private final FakeTicker ticker = new FakeTicker();
    private final ScriptedParking parking = new ScriptedParking();
    private final Waiting waiting = new Waiting(ticker, parking);
    private final RecordedEvents events = new RecordedEvents();

    private final PermitGate agentGate = PermitGate.forAgent("qa_agent", 2, 1, waiting);
    private final PermitGate providerGate = PermitGate.forProvider("mistral", 4, 1, waiting);
    private final ModelLimiter limiter = new ModelLimiter(null, null, waiting);
    private final AdaptivePermits adaptive = new AdaptivePermits(agentGate, waiting);
    private final ThrottleStage stage =
            new ThrottleStage(ThrottleSettings.DEFAULT, agentGate, providerGate, limiter, adaptive);

    @AfterEach
    void everythingIsAtRest() {
        Thread.interrupted();
        assertThat(agentGate).extracting(PermitGate::inUse, PermitGate::waiting).containsExactly(0, 0);
        assertThat(providerGate)
                .extracting(PermitGate::inUse, PermitGate::waiting)
                .containsExactly(0, 0);
    }

    private ChatCall call(Duration timeout) {
        ChatRequest request = ChatRequest.of(List.of(Message.user("?")));
        return new ChatCall("qa_agent", request, CallOptions.DEFAULT, timeout.toNanos(), waiting, events.asEvents());
    }

    private ChatCall call() {
        return call(Duration.ofSeconds(60));
    }

    private ChatResponse run(ChatCall call, Variant variant, Stage end) {
        Deployment deployment = Deployment.of("qa-tuned", (request, deadline) -> ChatResponse.of("unused"));
        Leg leg = new Leg(variant, deployment, Chain.of(List.of(stage, end)));
        return call.travel(leg, call.wholeDeadline(), true);
    }

    private <E extends ChatException> E failure(Class<E> type, ChatCall call, Stage end) {
        return catchThrowableOfType(type, () -> run(call, CANDIDATE, end));
    }

    private OverloadedException refusal(ChatCall call) {
        return failure(OverloadedException.class, call, (c, next) -> {
            throw new AssertionError("a refused call went on");
        });
    }

    private static void take(PermitGate gate, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(gate.tryTake(BASELINE)).isTrue();
        }
    }

    private static void giveBack(PermitGate gate, int times) {
        for (int i = 0; i < times; i++) {
            gate.release();
        }
    }

    private void assertRejected(String guard) {
        assertThat(events.all()).containsExactly(new Event.Rejected("qa_agent", "qa-tuned", guard));
    }

    @Test
    @Rule("R6")
    void both_permits_are_held_while_the_attempt_is_on_the_wire() {
        ChatResponse response = run(call(), CANDIDATE, (call, next) -> {
            assertThat(agentGate.inUse()).isOne();
            assertThat(providerGate.inUse()).isOne();
            return ChatResponse.of("hello");
        });
        assertThat(response.text()).isEqualTo("hello");
        assertThat(events.all()).isEmpty();
    }

    @Test
    void a_model_without_a_provider_needs_one_permit_only() {
        var alone = new ThrottleStage(ThrottleSettings.DEFAULT, agentGate, null, limiter, adaptive);
        Leg leg =
                new Leg(BASELINE, Deployment.of("m", (r, d) -> ChatResponse.of("")), Chain.of(List.of(alone, ANSWERS)));
        ChatCall call = call();
        assertThat(call.travel(leg, call.wholeDeadline(), true).text()).isEqualTo("hello");
        assertThat(agentGate.inUse()).isZero();
    }

    @Test
    @Rule("R5")
    void an_error_gives_both_permits_back() {
        Error fatal = new AssertionError("boom");
        assertThat(catchThrowableOfType(
                        Error.class,
                        () -> run(call(), CANDIDATE, (call, next) -> {
                            throw fatal;
                        })))
                .isSameAs(fatal);
    }

    @Test
    @Rule("R7")
    void a_full_queue_refuses_at_once_and_says_so() {
        take(agentGate, 2);
        parking.then(() -> {
            OverloadedException refusal = refusal(call());
            assertThat(refusal.guard()).isEqualTo("queue");
            assertThat(refusal)
                    .hasMessage("All 2 permits of agent 'qa_agent' are in use and as many calls wait as may (1)");
            assertRejected("queue");
            giveBack(agentGate, 1);
        });
        assertThat(run(call(), CANDIDATE, ANSWERS).text()).isEqualTo("hello");
        giveBack(agentGate, 1);
    }

    @ParameterizedTest
    @Rule({"R2", "R7"})
    @CsvSource({"60000, 2000", "8000, 2000", "4000, 1000", "100, 25"})
    void the_wait_is_bounded_by_two_seconds_and_a_quarter_of_what_is_left(long timeout, long wait) {
        take(agentGate, 2);
        long start = ticker.nanoTime();
        parking.then(() -> ticker.advance(Duration.ofMillis(wait).minusNanos(1)))
                .then(() -> ticker.advance(Duration.ofNanos(1)));
        OverloadedException refusal = refusal(call(Duration.ofMillis(timeout)));
        assertThat(refusal.guard()).isEqualTo("permits");
        assertThat(refusal.retryAfter()).isEmpty();
        assertThat(refusal.kind().blame()).isEqualTo(FailureKind.Blame.NONE);
        assertThat(ticker.nanoTime() - start).isEqualTo(Duration.ofMillis(wait).toNanos());
        assertRejected("permits");
        giveBack(agentGate, 2);
    }

    @Test
    @Rule("R7")
    void the_wait_is_bounded_for_all_guards_together() {
        take(agentGate, 2);
        take(providerGate, 3);
        parking.then(() -> {
                    ticker.advance(Duration.ofMillis(1500));
                    giveBack(agentGate, 1);
                })
                .then(() -> ticker.advance(Duration.ofMillis(500)));
        OverloadedException refusal = refusal(call());
        assertThat(refusal.guard()).isEqualTo("provider-permits");
        assertThat(refusal)
                .hasMessageStartingWith("All 3 of 4 permits that candidates may have of provider 'mistral' are in use");
        assertRejected("provider-permits");
        giveBack(agentGate, 1);
        giveBack(providerGate, 3);
    }

    @Test
    @Rule({"R5", "R7"})
    void a_full_line_at_the_provider_gives_the_agents_permit_back() {
        take(providerGate, 4);
        providerGate.resize(4, 0);
        assertThat(refusal(call()).guard()).isEqualTo("provider-queue");
        assertRejected("provider-queue");
        giveBack(providerGate, 4);
    }

    @Test
    @Rule("R8")
    void a_provider_full_of_candidates_has_room_for_a_baseline() {
        for (int i = 0; i < 3; i++) {
            assertThat(providerGate.tryTake(CANDIDATE)).isTrue();
        }
        assertThat(run(call(), BASELINE, ANSWERS).text()).isEqualTo("hello");
        giveBack(providerGate, 3);
    }

    @Test
    @Rule({"R4", "R5"})
    void a_caller_interrupted_in_line_is_told_so_and_nothing_is_counted() {
        take(agentGate, 2);
        parking.then(Thread.currentThread()::interrupt);
        assertThat(failure(CancelledException.class, call(), ANSWERS)).isNotNull();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(events.all()).isEmpty();
        giveBack(agentGate, 2);
    }

    @Test
    @Rule({"R4", "R5"})
    void a_call_cancelled_in_line_is_told_so() {
        take(providerGate, 4);
        ChatCall call = call();
        parking.then(call::cancel);
        assertThat(failure(CancelledException.class, call, ANSWERS)).hasMessageContaining("the caller cancelled");
        giveBack(providerGate, 4);
    }

    @Test
    @Rule({"R2", "R5"})
    void a_permit_that_comes_after_the_deadline_starts_nothing_and_is_held_against_the_line() {
        take(agentGate, 2);
        parking.then(() -> {
            ticker.advance(Duration.ofSeconds(60));
            giveBack(agentGate, 1);
        });
        assertThat(refusal(call()).guard()).isEqualTo("permits");
        giveBack(agentGate, 1);
    }

    @Test
    @Rule("R2")
    void a_call_whose_time_is_over_does_not_line_up() {
        take(agentGate, 2);
        ChatCall call = call();
        ticker.advance(Duration.ofSeconds(60));
        assertThat(failure(ModelTimeoutException.class, call, ANSWERS)).isNotNull();
        giveBack(agentGate, 2);
    }

    @Test
    @Rule({"R5", "R6"})
    void abandoned_work_keeps_its_permits_until_it_is_over_and_gives_them_back_once() {
        List<Runnable> whenOver = new ArrayList<>();
        ChatException told = failure(ModelTimeoutException.class, call(), (call, next) -> {
            call.abandon(whenOver::add);
            throw FailureKind.TIMEOUT.exception("silence", Origin.of("qa-tuned"), null);
        });
        assertThat(told).hasMessage("silence");
        assertThat(agentGate.inUse()).isOne();
        assertThat(providerGate.inUse()).isOne();
        take(agentGate, 1); // somebody else's
        take(providerGate, 1);
        whenOver.forEach(Runnable::run);
        whenOver.forEach(Runnable::run);
        assertThat(agentGate.inUse()).isOne();
        assertThat(providerGate.inUse()).isOne();
        giveBack(agentGate, 1);
        giveBack(providerGate, 1);
    }

    @Test
    @Rule("R12")
    void a_429_closes_the_model_until_retry_after_has_passed() {
        FailureKind limited = FailureKind.RATE_LIMITED;
        Origin origin = new Origin("qa-tuned", null, 429, null, Duration.ofSeconds(7), null);
        ChatException told = failure(ChatException.class, call(), (call, next) -> {
            throw limited.exception("slow down", origin, null);
        });
        assertThat(told).hasMessage("slow down");

        OverloadedException refusal = refusal(call());
        assertThat(refusal.guard()).isEqualTo("rate-limit");
        assertThat(refusal.retryAfter()).hasValue(Duration.ofSeconds(7));
        assertThat(refusal).hasMessage("Model 'qa-tuned' asked for a pause (429); next call in 7s");
        assertRejected("rate-limit");

        ticker.advance(Duration.ofSeconds(5));
        long before = ticker.nanoTime();
        parking.then(() -> ticker.advance(Duration.ofSeconds(2)));
        assertThat(run(call(), CANDIDATE, ANSWERS).text()).isEqualTo("hello");
        assertThat(ticker.nanoTime() - before).isEqualTo(Duration.ofSeconds(2).toNanos());
    }

    @Test
    @Rule("R12")
    void other_failures_close_nothing() {
        for (FailureKind kind : FailureKind.values()) {
            if (kind != FailureKind.RATE_LIMITED) {
                failure(ChatException.class, call(), (call, next) -> {
                    throw kind.exception("no", Origin.of("qa-tuned"), null);
                });
                assertThat(limiter.closedNanos()).as(kind.tag()).isZero();
            }
        }
    }

    @Test
    @Rule("R7")
    void a_closed_model_does_not_even_let_callers_line_up() {
        take(agentGate, 2);
        limiter.closeFor(Duration.ofSeconds(3));
        assertThat(refusal(call()).guard()).isEqualTo("rate-limit");
        giveBack(agentGate, 2);
    }

    @Test
    @Rule("R12")
    void a_429_that_comes_while_a_call_waits_for_the_provider_is_minded() {
        take(providerGate, 4);
        long start = ticker.nanoTime();
        parking.then(() -> {
                    limiter.closeFor(Duration.ofSeconds(1));
                    giveBack(providerGate, 2);
                })
                .then(() -> {
                    assertThat(providerGate.inUse())
                            .as("held by nobody who waits")
                            .isEqualTo(2);
                    ticker.advance(Duration.ofSeconds(1));
                });
        assertThat(run(call(), CANDIDATE, ANSWERS).text()).isEqualTo("hello");
        assertThat(ticker.nanoTime() - start).isEqualTo(Duration.ofSeconds(1).toNanos());
        giveBack(providerGate, 2);
    }

    @Test
    void a_call_that_waits_for_the_rate_holds_no_permit_of_the_provider() {
        limiter.limit(new RateLimit(1, Duration.ofSeconds(1)), null);
        run(call(), CANDIDATE, ANSWERS);
        parking.then(() -> {
            assertThat(providerGate.inUse()).isZero();
            assertThat(agentGate.inUse()).isOne();
            ticker.advance(Duration.ofSeconds(1));
        });
        assertThat(run(call(), CANDIDATE, ANSWERS).text()).isEqualTo("hello");
        OverloadedException refusal = refusal(call(Duration.ofSeconds(2)));
        assertThat(refusal.guard()).isEqualTo("rate-limit");
        assertThat(refusal).hasMessage("Model 'qa-tuned' is at its rate limit; next call in 1s");
    }

    @Test
    @Rule("R7")
    void no_wait_allowed_means_refused_at_once() {
        take(agentGate, 2);
        var settings = new ThrottleSettings(2, 1, Duration.ZERO, 1);
        var impatient = new ThrottleStage(settings, agentGate, providerGate, limiter, adaptive);
        Leg leg = new Leg(
                BASELINE, Deployment.of("m", (r, d) -> ChatResponse.of("")), Chain.of(List.of(impatient, ANSWERS)));
        ChatCall call = call();
        assertThat(catchThrowableOfType(OverloadedException.class, () -> call.travel(leg, call.wholeDeadline(), true))
                        .guard())
                .isEqualTo("permits");
        giveBack(agentGate, 2);
    }

    @Test
    @Rule("R7")
    void a_hopeless_wait_is_refused_with_the_guard_and_the_time_it_would_take() {
        PermitGate gate = PermitGate.forAgent("qa_agent", 1, 100, waiting);
        var settings = new ThrottleSettings(1, 100, Duration.ofMillis(40), 1);
        var narrow = new ThrottleStage(settings, gate, null, limiter, new AdaptivePermits(gate, waiting));
        take(gate, 1);
        lineUp(gate, LinePace.ENOUGH + 5, () -> {
            for (int i = 0; i < LinePace.ENOUGH; i++) {
                ticker.advance(Duration.ofMillis(100));
                gate.release();
            }
            OverloadedException refusal = catchThrowableOfType(OverloadedException.class, () -> {
                Deployment deployment = Deployment.of("qa-tuned", (r, d) -> ChatResponse.of("unused"));
                ChatCall call = call();
                Leg leg = new Leg(CANDIDATE, deployment, Chain.of(List.of(narrow, ANSWERS)));
                call.travel(leg, call.wholeDeadline(), true);
            });
            assertThat(refusal.guard()).isEqualTo("permits");
            assertThat(refusal.retryAfter()).contains(Duration.ofMillis(600));
            assertThat(refusal)
                    .hasMessage("All 1 permits of agent 'qa_agent' are in use and 5 calls wait; at the pace of late it"
                            + " would take about 600ms, and this call may wait 40ms");
            giveBack(gate, 5);
        });
        gate.release();
        assertRejected("permits");
    }

    private void lineUp(PermitGate gate, int callers, Runnable then) {
        if (callers == 0) {
            then.run();
            return;
        }
        parking.then(() -> lineUp(gate, callers - 1, then));
        assertThat(gate.acquire(BASELINE, Deadline.after(waiting, Duration.ofMinutes(1))))
                .isEqualTo(Admission.GRANTED);
    }

    @Test
    @Rule("R10")
    void only_attempts_that_were_sent_teach_the_limit_and_each_one_once() {
        List<String> told = new ArrayList<>();
        adaptive.reconfigure(
                ThrottleSettings.of(new AdaptiveSettings(1, 2, 2)), "qa-tuned", bounds -> new ConcurrencyLimit() {
                    @Override
                    public int limit() {
                        return 2;
                    }

                    @Override
                    public void answered(long startNanos, long latencyNanos, int inFlight) {
                        told.add("answered beside " + inFlight);
                    }

                    @Override
                    public void dropped(long startNanos, long latencyNanos, int inFlight) {
                        told.add("dropped beside " + inFlight);
                    }
                });
        run(call(), CANDIDATE, ANSWERS);
        failure(ModelTimeoutException.class, call(), (call, next) -> {
            call.countAttempt();
            throw FailureKind.TIMEOUT.exception("silence", Origin.of("qa-tuned"), null);
        });
        failure(ModelTimeoutException.class, call(), (call, next) -> {
            throw FailureKind.TIMEOUT.exception("no time left to send it", Origin.of("qa-tuned"), null);
        });
        failure(CancelledException.class, call(), (call, next) -> {
            call.countAttempt();
            throw FailureKind.CANCELLED.exception("went away", Origin.of("qa-tuned"), null);
        });
        assertThat(told).containsExactly("answered beside 1", "dropped beside 1");
    }

    @Test
    @Rule("R12")
    void tokens_are_taken_before_and_put_right_after_a_call() {
        limiter.limit(null, new TokenLimit(1000, Duration.ofMinutes(1)));
        // About 260: the prompt, and an answer of which nothing is known yet.
        run(call(), CANDIDATE, (call, next) -> answer(new Usage(100, 700)));
        assertThat(limiter.tryPass(201)).isFalse();
        assertThat(limiter.tryPass(199)).isTrue();
    }

    @Test
    @Rule("R12")
    void what_was_not_sent_or_was_refused_took_no_tokens() {
        limiter.limit(null, new TokenLimit(1000, Duration.ofMinutes(1)));
        failure(ChatException.class, call(), (call, next) -> {
            throw FailureKind.TIMEOUT.exception("no time left to send it", Origin.of("qa-tuned"), null);
        });
        failure(ChatException.class, call(), (call, next) -> {
            call.countAttempt();
            throw FailureKind.UPSTREAM.exception("no", new Origin("qa-tuned", null, 500, null, null, null), null);
        });
        take(providerGate, 4);
        parking.then(() -> ticker.advance(Duration.ofSeconds(10)));
        assertThat(refusal(call()).guard()).isEqualTo("provider-permits");
        giveBack(providerGate, 4);
        assertThat(limiter.tryPass(999)).isTrue();
    }

    @Test
    @Rule("R12")
    void a_call_without_tokens_left_is_refused_as_one_beyond_the_rate_is() {
        limiter.limit(null, new TokenLimit(300, Duration.ofMinutes(1)));
        run(call(), CANDIDATE, (call, next) -> answer(new Usage(100, 200)));
        OverloadedException refusal = refusal(call());
        assertThat(refusal.guard()).isEqualTo("rate-limit");
        assertThat(refusal.retryAfter().orElseThrow()).isGreaterThan(Duration.ofSeconds(10));
        assertThat(refusal).hasMessageContaining("Model 'qa-tuned' is at its token limit; next call in ");
        assertRejected("rate-limit");
    }

    private static ChatResponse answer(Usage usage) {
        return new ChatResponse("hello", List.of(), FinishReason.STOP, usage, null, Provenance.NONE);
    }
}
