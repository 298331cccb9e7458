package dev.understudy.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.call.ModelStage;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.time.Parking;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryStageTest {

    /** Always draws the longest pause. */
    private static final RandomGenerator LONGEST = new RandomGenerator() {
        @Override
        public long nextLong() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long nextLong(long bound) {
            return bound - 1;
        }
    };

    private final FakeTicker ticker = new FakeTicker();
    private final RecordedEvents events = new RecordedEvents();
    private final RetryBudget budget = new RetryBudget(ticker);
    private Waiting waiting = ticker.waiting();
    private ScriptedModel model = ScriptedModel.on(waiting);
    private RetrySettings settings = RetrySettings.DEFAULT;
    private RandomGenerator random = LONGEST;
    private Duration timeout = Duration.ofSeconds(60);
    private ChatCall call = newCall();

    private ChatCall newCall() {
        ChatRequest request = ChatRequest.of(List.of(Message.user("?")));
        return new ChatCall("agent", request, CallOptions.DEFAULT, timeout.toNanos(), waiting, events.asEvents());
    }

    private ChatResponse run(boolean lastLeg, Stage rest) {
        Chain chain = Chain.of(List.of(new RetryStage(settings, budget, waiting, random), rest));
        Leg leg = new Leg(Variant.BASELINE, Deployment.of("tuned", model), chain);
        return call.travel(leg, call.wholeDeadline(), lastLeg);
    }

    private Stage ask(ChatModel upstream) {
        return new ModelStage(upstream, nanos -> {}, nanos -> {}, waiting, Runnable::run);
    }

    private ChatException failure(boolean lastLeg) {
        return catchThrowableOfType(ChatException.class, () -> run(lastLeg, ask(model)));
    }

    private Duration elapsed() {
        return Duration.ofNanos(waiting.nanoTime() - call.startNanos());
    }

    private static Origin retryAfter(@Nullable Duration time) {
        return new Origin("tuned", null, 429, null, time, null);
    }

    private static Origin shouldRetry(boolean said) {
        return new Origin("tuned", null, 0, null, null, said);
    }

    // How often
    // --------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    @Rule("R11")
    void with_a_fallback_the_model_is_tried_once_more_where_the_failure_table_says_so(FailureKind kind) {
        model.fails(kind);
        assertThat(failure(false).kind()).isEqualTo(kind);
        assertThat(model.calls()).isEqualTo(kind.retried() ? 2 : 1);
    }

    @ParameterizedTest
    @EnumSource
    @Rule("R11")
    void without_a_fallback_twice_more(FailureKind kind) {
        model.fails(kind);
        assertThat(failure(true).kind()).isEqualTo(kind);
        assertThat(model.calls()).isEqualTo(kind.retried() ? 3 : 1);
    }

    @Test
    void an_answer_ends_it() {
        model.fails(FailureKind.UPSTREAM).thenAnswers("fine");
        assertThat(run(true, ask(model)).text()).isEqualTo("fine");
        assertThat(model.calls()).isEqualTo(2);
    }

    @Test
    @Rule("R3")
    void silence_is_not_tried_again() {
        timeout = Duration.ofSeconds(2);
        call = newCall();
        model.hangs();
        assertThat(failure(false).kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(model.calls()).isEqualTo(1);
    }

    @Test
    void what_the_upstream_says_beats_the_table() {
        model.fails(FailureKind.INVALID_REQUEST, shouldRetry(true)).thenAnswers("fine");
        assertThat(run(true, ask(model)).text()).isEqualTo("fine");
        model = ScriptedModel.on(waiting).fails(FailureKind.UPSTREAM, shouldRetry(false));
        failure(true);
        assertThat(model.calls()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"TIMEOUT", "CANCELLED", "OVERLOADED", "CIRCUIT_OPEN", "BUDGET_EXCEEDED"})
    void but_not_where_nothing_was_sent_or_nobody_waits_or_no_time_is_left(FailureKind kind) {
        model.fails(kind, shouldRetry(true));
        failure(true);
        assertThat(model.calls()).isEqualTo(1);
    }

    @Test
    @Rule("R11")
    void all_legs_together_make_at_most_four_attempts() {
        model.fails(FailureKind.UPSTREAM);
        failure(false);
        failure(true);
        assertThat(model.calls()).isEqualTo(4);
        assertThat(call.attempts()).isEqualTo(4);
    }

    @Test
    @Rule("R11")
    void the_leg_before_a_fallback_leaves_it_an_attempt() {
        settings = new RetrySettings(5, 5, 3, Duration.ofMillis(500), Duration.ofSeconds(8), Duration.ofSeconds(10));
        model.fails(FailureKind.UPSTREAM);
        failure(false);
        assertThat(call.attempts()).isEqualTo(2);
        failure(true);
        assertThat(call.attempts()).isEqualTo(3);
    }

    @Test
    @Rule("R11")
    void an_exhausted_budget_means_the_failure_itself_and_at_once() {
        while (budget.tryWithdraw()) {}
        model.fails(FailureKind.UPSTREAM);
        assertThat(failure(true)).hasMessage("scripted upstream").hasNoSuppressedExceptions();
        assertThat(model.calls()).isEqualTo(1);
        assertThat(elapsed()).isZero();
    }

    @Test
    @Rule("R11")
    void ten_calls_pay_for_one_retry() {
        while (budget.tryWithdraw()) {}
        model.fails(FailureKind.UPSTREAM);
        settings = new RetrySettings(1, 2, 20, Duration.ofMillis(1), Duration.ofMillis(1), Duration.ofSeconds(10));
        random = new SplittableRandom(1); // pauses far below the 40 ms in which time itself pays
        for (int i = 0; i < 10; i++) {
            call = newCall();
            failure(true);
        }
        assertThat(model.calls()).isEqualTo(11);
    }

    // How long
    // ---------------------------------------------------------------------------------------------------------

    @Test
    void pauses_are_drawn_from_a_range_that_doubles_up_to_its_limit() {
        settings = new RetrySettings(1, 6, 20, Duration.ofMillis(500), Duration.ofSeconds(8), Duration.ofSeconds(10));
        model.fails(FailureKind.UPSTREAM);
        failure(true);
        assertThat(model.calls()).isEqualTo(7);
        assertThat(elapsed()).isEqualTo(Duration.ofMillis(500 + 1_000 + 2_000 + 4_000 + 8_000 + 8_000));
    }

    @Test
    void the_draw_is_uniform_from_zero() {
        SplittableRandom seeded = new SplittableRandom(42);
        random = seeded;
        double sum = 0;
        Duration shortest = Duration.ofDays(1);
        for (int i = 0; i < 2_000; i++) {
            call = newCall();
            model = ScriptedModel.on(waiting).fails(FailureKind.UPSTREAM).thenAnswers("fine");
            run(true, ask(model));
            ticker.advance(Duration.ofSeconds(1));
            Duration pause = elapsed().minusSeconds(1);
            assertThat(pause).isBetween(Duration.ZERO, Duration.ofMillis(500));
            shortest = pause.compareTo(shortest) < 0 ? pause : shortest;
            sum += pause.toMillis();
        }
        assertThat(sum / 2_000).isBetween(240.0, 260.0);
        assertThat(shortest).isLessThan(Duration.ofMillis(5));
    }

    @Test
    @Rule("R12")
    void never_earlier_than_retry_after_and_not_much_later() {
        model.fails(FailureKind.RATE_LIMITED, retryAfter(Duration.ofSeconds(2))).thenAnswers("fine");
        run(false, ask(model));
        assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    @Rule("R12")
    void exactly_the_longest_retry_after_is_waited_for() {
        model.fails(FailureKind.RATE_LIMITED, retryAfter(Duration.ofSeconds(10)))
                .thenAnswers("fine");
        run(false, ask(model));
        assertThat(elapsed()).isEqualTo(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 3_600, Long.MAX_VALUE})
    @Rule("R12")
    void a_longer_one_means_the_failure_now(long seconds) {
        model.fails(FailureKind.RATE_LIMITED, retryAfter(Duration.ofSeconds(seconds)));
        assertThat(failure(false).retryAfter()).contains(Duration.ofSeconds(seconds));
        assertThat(model.calls()).isEqualTo(1);
        assertThat(elapsed()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    @Rule("R12")
    void one_that_makes_no_sense_is_ignored(long seconds) {
        model.fails(FailureKind.RATE_LIMITED, retryAfter(Duration.ofSeconds(seconds)))
                .thenAnswers("fine");
        run(false, ask(model));
        assertThat(elapsed()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    @Rule({"R2", "R12"})
    void one_that_does_not_fit_into_what_is_left_means_the_failure_now() {
        timeout = Duration.ofSeconds(2).plusMillis(49);
        call = newCall();
        model.fails(FailureKind.RATE_LIMITED, retryAfter(Duration.ofSeconds(2)));
        assertThat(failure(true).kind()).isEqualTo(FailureKind.RATE_LIMITED);
        assertThat(elapsed()).isZero();
    }

    @Test
    @Rule({"R2", "R12"})
    void one_that_just_fits_is_waited_for() {
        timeout = Duration.ofSeconds(2).plusMillis(50);
        call = newCall();
        model.fails(FailureKind.RATE_LIMITED, retryAfter(Duration.ofSeconds(2))).thenAnswers("fine");
        run(true, ask(model));
        assertThat(elapsed()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    @Rule("R2")
    void a_drawn_pause_leaves_time_for_the_attempt() {
        timeout = Duration.ofMillis(200);
        call = newCall();
        model.fails(FailureKind.UPSTREAM).thenAnswers("fine");
        run(true, ask(model));
        assertThat(elapsed()).isEqualTo(Duration.ofMillis(150));
    }

    @Test
    @Rule("R2")
    void where_hardly_any_time_is_left_nothing_is_tried() {
        timeout = Duration.ofMillis(49);
        call = newCall();
        model.fails(FailureKind.UPSTREAM);
        assertThat(failure(true).kind()).isEqualTo(FailureKind.UPSTREAM);
        assertThat(model.calls()).isEqualTo(1);
        assertThat(elapsed()).isZero();
    }

    // Ending early
    // -----------------------------------------------------------------------------------------------------

    /** Something happens while the pause is slept. */
    private void whileWaiting(Runnable event) {
        waiting = new Waiting(ticker, new Parking() {
            @Override
            public void park(Object blocker, long nanos) {
                event.run();
            }

            @Override
            public void unpark(Thread thread) {}
        });
        model = ScriptedModel.on(waiting).fails(FailureKind.UPSTREAM);
        call = newCall();
    }

    private void assertCancelledAndFirstCauseKept() {
        ChatException told = failure(true);
        assertThat(told.kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(told.getSuppressed()).singleElement().asString().contains("scripted upstream");
        assertThat(model.calls()).isEqualTo(1);
    }

    @Test
    @Rule("R16")
    void a_caller_who_cancels_ends_the_pause() {
        whileWaiting(() -> call.cancel());
        assertCancelledAndFirstCauseKept();
    }

    @Test
    @Rule({"R4", "R16"})
    void an_interrupt_ends_the_pause_and_the_flag_is_kept() {
        whileWaiting(() -> Thread.currentThread().interrupt());
        assertCancelledAndFirstCauseKept();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    @Rule("R30")
    void closing_the_registry_ends_the_pause() {
        whileWaiting(() -> waiting.close());
        assertCancelledAndFirstCauseKept();
    }

    @Test
    @Rule({"R2", "R16"})
    void a_pause_overslept_is_no_reason_to_send_and_the_first_cause_is_told() {
        whileWaiting(() -> ticker.advance(Duration.ofMinutes(2)));
        ChatException told = failure(true);
        assertThat(told.kind()).isEqualTo(FailureKind.UPSTREAM);
        assertThat(told.getSuppressed()).singleElement().isInstanceOfSatisfying(ChatException.class, late -> assertThat(
                        late.kind())
                .isEqualTo(FailureKind.TIMEOUT));
        assertThat(model.calls()).isEqualTo(1);
    }

    // What is told
    // -----------------------------------------------------------------------------------------------------

    @Test
    @Rule("R16")
    void the_first_failure_is_told_and_carries_the_later_ones() {
        model.fails(FailureKind.UPSTREAM).thenFails(FailureKind.MALFORMED).thenFails(FailureKind.CIRCUIT_OPEN);
        ChatException told = failure(true);
        assertThat(told.kind()).isEqualTo(FailureKind.UPSTREAM);
        assertThat(told.getSuppressed())
                .extracting(later -> ((ChatException) later).kind())
                .containsExactly(FailureKind.MALFORMED, FailureKind.CIRCUIT_OPEN);
    }

    @ParameterizedTest
    @EnumSource(names = {"CONTENT_FILTER", "CONTEXT_LENGTH", "INVALID_REQUEST", "REDIRECT", "CERTIFICATE"})
    @Rule({"R14", "R16"})
    void a_later_one_that_restricts_the_fallback_is_the_last_word_and_carries_the_first(FailureKind kind) {
        model.fails(FailureKind.UPSTREAM).thenFails(kind);
        ChatException told = failure(false);
        assertThat(told.kind()).isEqualTo(kind);
        assertThat(told.getSuppressed()).singleElement().asString().contains("scripted upstream");
    }

    @Test
    void a_model_that_throws_the_same_objects_again_and_again_makes_no_knot() {
        ChatException one = FailureKind.UPSTREAM.exception("one", Origin.of("tuned"), null);
        ChatException other = FailureKind.UPSTREAM.exception("other", Origin.of("tuned"), null);
        ChatException[] turns = {one, one, one, one, other, one, other, one, other};
        int[] turn = {0};
        for (int i = 0; i < 3; i++) {
            call = newCall();
            assertThatThrownBy(() -> run(true, (asked, next) -> {
                        throw turns[turn[0]++];
                    }))
                    .isInstanceOf(ChatException.class);
        }
        assertThat(turn[0]).isEqualTo(turns.length);
        assertThat(one.getSuppressed()).containsExactly(other);
        assertThat(other.getSuppressed()).isEmpty();
    }

    @Test
    void what_is_no_failure_of_a_call_passes_through() {
        assertThatThrownBy(() -> run(true, (asked, next) -> {
                    throw new IllegalStateException("a mistake of ours");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(elapsed()).isZero();
    }
}
