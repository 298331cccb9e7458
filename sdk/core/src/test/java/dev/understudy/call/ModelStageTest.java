package dev.understudy.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.Event;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ModelStageTest {

    private final RecordedEvents events = new RecordedEvents();
    private final ExecutorService workers = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        workers.shutdownNow();
    }

    private ChatCall call(Waiting waiting, Duration timeout) {
        return new ChatCall(
                "agent",
                ChatRequest.of(List.of(Message.user("secret prompt"))),
                CallOptions.DEFAULT,
                timeout.toNanos(),
                waiting,
                events.asEvents());
    }

    private ChatResponse ask(ChatModel model, ChatCall call, Waiting waiting) {
        Deployment deployment =
                Deployment.builder("m").upstream(model).price(new Price(1, 2)).build();
        ModelStage stage = new ModelStage(model, nanos -> {}, nanos -> {}, waiting, workers);
        return call.travel(new Leg(Variant.BASELINE, deployment, Chain.of(List.of(stage))), call.wholeDeadline(), true);
    }

    private Event.AttemptFinished attempt() {
        assertThat(events.of(Event.AttemptFinished.class)).hasSize(1);
        return events.of(Event.AttemptFinished.class).get(0);
    }

    @Test
    void a_lambda_answers_on_a_worker_and_is_one_attempt_with_its_usage() {
        Waiting waiting = Waiting.system();
        Thread me = Thread.currentThread();
        AtomicBoolean elsewhere = new AtomicBoolean();
        ChatModel lambda = (request, deadline) -> {
            elsewhere.set(Thread.currentThread() != me);
            return ChatResponse.of("hi", new Usage(3, 4));
        };
        ChatCall call = call(waiting, Duration.ofSeconds(10));
        assertThat(ask(lambda, call, waiting).text()).isEqualTo("hi");
        assertThat(elsewhere).isTrue();
        assertThat(call.attempts()).isEqualTo(1);
        assertThat(attempt().failure()).isNull();
        assertThat(attempt().usage()).isEqualTo(new Usage(3, 4));
    }

    @Test
    @Rule({"R1", "R6"})
    void a_model_that_ignores_its_deadline_is_left_behind_and_tells_when_it_is_really_over() throws Exception {
        Waiting waiting = Waiting.system();
        CountDownLatch release = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        ChatModel stubborn = (request, deadline) -> {
            boolean done = false;
            while (!done) {
                try {
                    release.await();
                    done = true;
                } catch (InterruptedException ignored) {
                    interrupted.set(true);
                }
            }
            return ChatResponse.of("late");
        };
        ChatCall call = call(waiting, Duration.ofMillis(50));
        ChatException failure = catchThrowableOfType(ChatException.class, () -> ask(stubborn, call, waiting));
        assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(attempt().failure()).isEqualTo(FailureKind.TIMEOUT);
        Work work = call.takeAbandoned();
        assertThat(work).isNotNull();
        CountDownLatch over = new CountDownLatch(1);
        work.whenOver(over::countDown);
        assertThat(over.getCount()).isEqualTo(1);
        release.countDown();
        over.await();
        assertThat(interrupted).isTrue();
        CountDownLatch again = new CountDownLatch(1);
        work.whenOver(again::countDown);
        assertThat(again.getCount()).isZero();
        assertThat(call.takeAbandoned()).isNull();
    }

    @Test
    void a_foreign_exception_is_wrapped_without_its_words() {
        Waiting waiting = new FakeTicker().waiting();
        ChatModel broken = ChatModel.honouringDeadline((request, deadline) -> {
            throw new IllegalStateException(
                    "cannot handle " + request.messages().get(0).text());
        });
        ChatException failure = catchThrowableOfType(
                ChatException.class, () -> ask(broken, call(waiting, Duration.ofSeconds(1)), waiting));
        assertThat(failure.kind()).isEqualTo(FailureKind.OTHER);
        assertThat(failure.getMessage()).contains("IllegalStateException").doesNotContain("secret prompt");
        assertThat(failure).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(events.of(Event.Alert.class)).hasSize(1);
    }

    @Test
    void a_model_that_returns_null_gave_a_malformed_answer() {
        Waiting waiting = new FakeTicker().waiting();
        @SuppressWarnings("NullAway") // the broken contract is the point
        ChatModel empty = ChatModel.honouringDeadline((request, deadline) -> null);
        ChatException failure = catchThrowableOfType(
                ChatException.class, () -> ask(empty, call(waiting, Duration.ofSeconds(1)), waiting));
        assertThat(failure.kind()).isEqualTo(FailureKind.MALFORMED);
    }

    @Test
    void tokens_that_were_billed_without_an_answer_are_reported_and_cost() {
        Waiting waiting = new FakeTicker().waiting();
        ChatModel empty = ChatModel.honouringDeadline((request, deadline) -> {
            throw FailureKind.MALFORMED
                    .exception("no choices", Origin.of("m"), null)
                    .carryTokens(3, 4);
        });
        ChatCall call = call(waiting, Duration.ofSeconds(1));
        assertThat(catchThrowable(() -> ask(empty, call, waiting))).isInstanceOf(ChatException.class);
        assertThat(attempt().failure()).isEqualTo(FailureKind.MALFORMED);
        assertThat(attempt().usage()).isEqualTo(new Usage(3, 4));
        assertThat(call.cost()).isEqualTo(11e-6);
    }

    @Test
    void an_error_passes_but_is_reported() {
        Waiting waiting = new FakeTicker().waiting();
        ChatModel fatal = ChatModel.honouringDeadline((request, deadline) -> {
            throw new StackOverflowError();
        });
        assertThat(catchThrowable(() -> ask(fatal, call(waiting, Duration.ofSeconds(1)), waiting)))
                .isInstanceOf(StackOverflowError.class);
        assertThat(attempt().failure()).isEqualTo(FailureKind.OTHER);
    }

    @Test
    @Rule("R2")
    void nothing_is_sent_after_the_deadline() {
        FakeTicker ticker = new FakeTicker();
        Waiting waiting = ticker.waiting();
        ChatCall call = call(waiting, Duration.ofSeconds(1));
        ticker.advance(Duration.ofSeconds(1));
        ChatModel model = ChatModel.honouringDeadline((request, deadline) -> ChatResponse.of("late"));
        ChatException failure = catchThrowableOfType(ChatException.class, () -> ask(model, call, waiting));
        assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(call.attempts()).isZero();
        assertThat(events.all()).isEmpty();
    }

    @Test
    @Rule("R4")
    void an_interrupt_while_waiting_for_a_worker_cancels_and_keeps_the_flag() {
        Waiting waiting = Waiting.system();
        ChatModel sleeper = (request, deadline) -> {
            waiting.sleep(Duration.ofMinutes(1).toNanos(), deadline);
            throw new IllegalStateException("interrupted");
        };
        Thread me = Thread.currentThread();
        ChatModel interrupting = (request, deadline) -> {
            me.interrupt();
            return sleeper.chat(request, deadline);
        };
        ChatCall call = call(waiting, Duration.ofSeconds(20));
        ChatException failure = catchThrowableOfType(ChatException.class, () -> ask(interrupting, call, waiting));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure.kind()).isEqualTo(FailureKind.CANCELLED);
    }

    @Test
    void without_a_free_worker_the_call_is_refused_and_nothing_was_sent() {
        Waiting waiting = new FakeTicker().waiting();
        ChatModel lambda = (request, deadline) -> ChatResponse.of("hi");
        ModelStage stage = new ModelStage(lambda, nanos -> {}, nanos -> {}, waiting, task -> {
            throw new RejectedExecutionException("full");
        });
        ChatCall call = call(waiting, Duration.ofSeconds(1));
        Leg leg = new Leg(Variant.BASELINE, Deployment.of("m", lambda), Chain.of(List.of(stage)));
        ChatException failure =
                catchThrowableOfType(ChatException.class, () -> call.travel(leg, call.wholeDeadline(), true));
        assertThat(failure.kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(call.attempts()).isZero();
        assertThat(events.of(Event.Rejected.class)).hasSize(1);
    }

    @Test
    @Rule({"R2", "R10", "R11"})
    void what_no_worker_began_in_time_was_never_sent_and_holds_no_permit() {
        FakeTicker ticker = new FakeTicker();
        Waiting waiting = ticker.waiting();
        AtomicBoolean sent = new AtomicBoolean();
        ChatModel lambda = (request, deadline) -> {
            sent.set(true);
            return ChatResponse.of("late");
        };
        List<Runnable> queued = new ArrayList<>();
        ModelStage stage = new ModelStage(lambda, nanos -> {}, nanos -> {}, waiting, task -> {
            queued.add(task);
            ticker.advance(Duration.ofSeconds(2));
        });
        ChatCall call = call(waiting, Duration.ofSeconds(1));
        Leg leg = new Leg(Variant.BASELINE, Deployment.of("m", lambda), Chain.of(List.of(stage)));
        ChatException failure =
                catchThrowableOfType(ChatException.class, () -> call.travel(leg, call.wholeDeadline(), true));
        assertThat(failure.kind()).isEqualTo(FailureKind.OVERLOADED);
        assertThat(call.attempts()).isZero();
        assertThat(call.takeAbandoned()).isNull();
        assertThat(events.of(Event.AttemptFinished.class)).isEmpty();
        queued.forEach(Runnable::run);
        assertThat(sent).isFalse();
    }

    @Test
    @Rule({"R2", "R11"})
    void a_worker_that_begins_after_the_call_was_cancelled_sends_nothing() {
        Waiting waiting = new FakeTicker().waiting();
        AtomicBoolean sent = new AtomicBoolean();
        ChatModel lambda = (request, deadline) -> {
            sent.set(true);
            return ChatResponse.of("unwanted");
        };
        ChatCall call = call(waiting, Duration.ofSeconds(1));
        ModelStage stage = new ModelStage(lambda, nanos -> {}, nanos -> {}, waiting, task -> {
            call.cancel();
            task.run();
        });
        Leg leg = new Leg(Variant.BASELINE, Deployment.of("m", lambda), Chain.of(List.of(stage)));
        ChatException failure =
                catchThrowableOfType(ChatException.class, () -> call.travel(leg, call.wholeDeadline(), true));
        assertThat(failure.kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(call.attempts()).isZero();
        assertThat(sent).isFalse();
        assertThat(events.all()).isEmpty();
    }
}
