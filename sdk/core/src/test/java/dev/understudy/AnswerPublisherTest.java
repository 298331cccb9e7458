package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Sink;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.InvalidRequestException;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the kit of Reactive Streams does not ask: how a subscriber's wishes reach the model. */
@Timeout(30)
class AnswerPublisherTest {

    private static final ChatRequest REQUEST = ChatRequest.of(List.of(Message.user("Where?")));

    private final Waiting waiting = Waiting.system();
    private final RecordedEvents events = new RecordedEvents();
    private final ScriptedModel steady = ScriptedModel.on(waiting);
    private final ScriptedModel tuned = ScriptedModel.on(waiting);

    /** Requests what a test says, and notes what comes. */
    private static final class Ear<T> implements Flow.Subscriber<T> {
        private final List<T> heard = new CopyOnWriteArrayList<>();
        private volatile Flow.Subscription subscription;
        private volatile Throwable failure;
        private volatile boolean complete;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(T item) {
            heard.add(item);
        }

        @Override
        public void onError(Throwable told) {
            failure = told;
        }

        @Override
        public void onComplete() {
            complete = true;
        }
    }

    /** Never stops talking, and counts. */
    private static final class Chatterbox implements ChatModel {
        private final AtomicInteger said = new AtomicInteger();

        @Override
        public ChatResponse chat(ChatRequest request, Deadline deadline) {
            throw new AssertionError("A stream was asked for");
        }

        @Override
        public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
            while (!deadline.isOver()) {
                said.incrementAndGet();
                sink.text("x");
            }
            throw FailureKind.TIMEOUT.exception("late", dev.understudy.error.Origin.NONE, null);
        }

        @Override
        public boolean honoursDeadline() {
            return true;
        }

        @Override
        public boolean streams() {
            return true;
        }
    }

    private ModelRegistry registry(ChatModel candidate, Duration timeout) {
        Configuration configuration = Configuration.builder()
                .deployment(Deployment.of("steady", steady))
                .deployment(Deployment.of("tuned", candidate))
                .agent(AgentSettings.builder("qa_agent")
                        .baseline("steady")
                        .candidate("tuned")
                        .timeout(timeout)
                        .percentage(100)
                        .build())
                .build();
        return ModelRegistry.builder()
                .configuration(configuration)
                .listener(events)
                .build();
    }

    private ModelRegistry registry(ChatModel candidate) {
        return registry(candidate, Duration.ofSeconds(20));
    }

    private Event.CallFinished onlyEnd() {
        await().until(() -> events.of(Event.CallFinished.class).size() == 1);
        return events.of(Event.CallFinished.class).get(0);
    }

    @Test
    void nothing_is_asked_before_something_is_requested_and_no_more_is_heard_than_that() {
        tuned.speaks("a", "b", "c");
        try (ModelRegistry registry = registry(tuned)) {
            Ear<String> ear = new Ear<>();
            registry.publisher("qa_agent", REQUEST, CallOptions.DEFAULT).subscribe(ear);
            assertThat(tuned.calls()).isZero();
            ear.subscription.request(2);
            onlyEnd(); // the model has said all there is
            await().until(() -> ear.heard.size() == 2);
            assertThat(ear.complete).isFalse();
            ear.subscription.request(1);
            await().until(() -> ear.complete);
            assertThat(ear.heard).containsExactly("a", "b", "c");
        }
    }

    @Test
    void a_model_waits_for_a_subscriber_that_requests_nothing_more() {
        Chatterbox chatterbox = new Chatterbox();
        try (ModelRegistry registry = registry(chatterbox)) {
            Ear<String> ear = new Ear<>();
            registry.publisher("qa_agent", REQUEST, CallOptions.DEFAULT).subscribe(ear);
            ear.subscription.request(10);
            await().until(() -> chatterbox.said.get() > 200);
            await().during(Duration.ofMillis(100)).until(() -> chatterbox.said.get() < 300);
            assertThat(ear.heard).hasSize(10);
            ear.subscription.request(500);
            await().until(() -> ear.heard.size() == 510);
            ear.subscription.cancel();
            assertThat(onlyEnd().outcome()).isEqualTo(Outcome.CANCELLED);
        }
    }

    @Test
    @Rule("R4")
    void dropping_the_subscription_ends_the_call() {
        tuned.speaksAndHangs("a");
        try (ModelRegistry registry = registry(tuned)) {
            Ear<String> ear = new Ear<>();
            registry.publisher("qa_agent", REQUEST, CallOptions.DEFAULT).subscribe(ear);
            ear.subscription.request(Long.MAX_VALUE);
            await().until(() -> !ear.heard.isEmpty());
            ear.subscription.cancel();
            assertThat(onlyEnd().outcome()).isEqualTo(Outcome.CANCELLED);
            assertThat(ear.failure).isNull();
            assertThat(ear.complete).isFalse();
            assertThat(steady.calls()).isZero();
        }
    }

    @Test
    @Rule({"R1", "R10"})
    void a_subscriber_that_requests_nothing_runs_into_its_own_time_out() {
        Chatterbox chatterbox = new Chatterbox();
        try (ModelRegistry registry = registry(chatterbox, Duration.ofMillis(200))) {
            Ear<String> ear = new Ear<>();
            registry.publisher("qa_agent", REQUEST, CallOptions.DEFAULT).subscribe(ear);
            ear.subscription.request(1);
            Event.CallFinished end = onlyEnd();
            assertThat(end.outcome()).isEqualTo(Outcome.CANCELLED);
            assertThat(Duration.ofNanos(end.latencyNanos())).isLessThan(Duration.ofMillis(450));
            ear.subscription.request(Long.MAX_VALUE); // what is in the buffer, and then what became of it
            await().until(() -> ear.failure != null);
            assertThat(((ChatException) ear.failure).kind()).isEqualTo(FailureKind.CANCELLED);
        }
    }

    @Test
    @Rule("R13")
    void text_alone_knows_no_restart() {
        tuned.speaksAndFails(FailureKind.INCOMPLETE, "half");
        try (ModelRegistry registry = registry(tuned)) {
            Ear<String> ear = new Ear<>();
            registry.publisher("qa_agent", REQUEST, CallOptions.DEFAULT).subscribe(ear);
            ear.subscription.request(Long.MAX_VALUE);
            await().until(() -> ear.failure != null);
            assertThat(((ChatException) ear.failure).partialText()).contains("half");
            assertThat(ear.heard).containsExactly("half");
            assertThat(steady.calls()).isZero();
        }
    }

    @Test
    @Rule("R13")
    void parts_tell_a_restart_and_the_whole_answer() {
        tuned.speaksAndFails(FailureKind.MODEL_UNAVAILABLE, "half");
        steady.speaks("all ", "of it");
        try (ModelRegistry registry = registry(tuned)) {
            Ear<StreamPart> ear = new Ear<>();
            registry.parts("qa_agent", REQUEST, CallOptions.DEFAULT).subscribe(ear);
            ear.subscription.request(Long.MAX_VALUE);
            await().until(() -> ear.complete);
            assertThat(ear.heard).hasSize(5);
            assertThat(ear.heard.get(0)).isEqualTo(new StreamPart.Text("half"));
            assertThat(ear.heard.get(1)).isInstanceOf(StreamPart.Restart.class);
            assertThat(ear.heard.subList(2, 4))
                    .containsExactly(new StreamPart.Text("all "), new StreamPart.Text("of it"));
            assertThat(((StreamPart.Answer) ear.heard.get(4)).response().text()).isEqualTo("all of it");
        }
    }

    @Test
    void an_agent_that_nobody_knows_is_told_to_the_subscriber() {
        try (ModelRegistry registry = registry(tuned)) {
            Ear<String> ear = new Ear<>();
            registry.publisher("nobody", REQUEST, CallOptions.DEFAULT).subscribe(ear);
            assertThat(ear.failure).isInstanceOf(InvalidRequestException.class);
        }
    }

    @Test
    @Rule("R30")
    void closing_the_registry_ends_what_is_being_published() {
        tuned.speaksAndHangs("a");
        Ear<String> ear = new Ear<>();
        try (ModelRegistry registry = registry(tuned)) {
            registry.publisher("qa_agent", REQUEST, CallOptions.DEFAULT).subscribe(ear);
            ear.subscription.request(Long.MAX_VALUE);
            await().until(() -> !ear.heard.isEmpty());
        }
        await().until(() -> ear.failure != null);
        assertThat(((ChatException) ear.failure).kind()).isEqualTo(FailureKind.CANCELLED);
    }
}
