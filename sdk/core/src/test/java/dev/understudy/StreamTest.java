package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.cache.CacheSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.call.FallbackReason;
import dev.understudy.call.OpenStream;
import dev.understudy.call.StreamListener;
import dev.understudy.call.StreamSettings;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Sink;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.CancelledException;
import dev.understudy.error.ChatException;
import dev.understudy.error.ContentFilteredException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a streamed call does otherwise than one that waits for the whole answer, on a clock that a test moves. */
@Timeout(30)
class StreamTest {

    private static final List<Message> MESSAGES = List.of(Message.user("Where?"));

    private final FakeTicker ticker = new FakeTicker();
    private final Waiting waiting = ticker.waiting();
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final RecordedEvents events = new RecordedEvents();
    private final ScriptedModel steady = ScriptedModel.on(waiting);
    private final ScriptedModel tuned = ScriptedModel.on(waiting);
    private StreamSettings settings = StreamSettings.DEFAULT;
    private CacheSettings cache;

    @AfterEach
    void stop() {
        workers.shutdownNow();
    }

    /** Hears everything, consents or not, and is void whenever an answer begins anew. */
    private static final class Ear implements StreamListener {
        private final boolean consents;
        private final List<String> heard = new ArrayList<>();
        private final List<FallbackReason> restarts = new ArrayList<>();

        Ear(boolean consents) {
            this.consents = consents;
        }

        @Override
        public void onText(String text) {
            heard.add(text);
        }

        @Override
        public boolean onRestart(FallbackReason reason) {
            restarts.add(reason);
            if (consents) {
                heard.clear();
            }
            return consents;
        }

        String text() {
            return String.join("", heard);
        }
    }

    private final Ear ear = new Ear(true);
    private final Ear sternEar = new Ear(false);

    private ModelRegistry registry() {
        return registry(tuned);
    }

    private ModelRegistry registry(ChatModel candidate) {
        Configuration configuration = Configuration.builder()
                .deployment(Deployment.of("steady", steady))
                .deployment(Deployment.of("tuned", candidate))
                .agent(AgentSettings.builder("qa_agent")
                        .baseline("steady")
                        .candidate("tuned")
                        .timeout(Duration.ofSeconds(30))
                        .percentage(100)
                        .stream(settings)
                        .cache(cache)
                        .build())
                .build();
        return ModelRegistry.builder()
                .configuration(configuration)
                .listener(events)
                .seams(waiting, new Random(1), workers)
                .build();
    }

    private ChatResponse stream(StreamListener listener) {
        try (ModelRegistry registry = registry()) {
            return registry.stream("qa_agent", MESSAGES, listener);
        }
    }

    private ChatException failure(StreamListener listener) {
        try (ModelRegistry registry = registry()) {
            return catchThrowableOfType(ChatException.class, () -> registry.stream("qa_agent", MESSAGES, listener));
        }
    }

    private Event.CallFinished onlyEnd() {
        assertThat(events.of(Event.CallFinished.class)).hasSize(1);
        return events.of(Event.CallFinished.class).get(0);
    }

    @Test
    void pieces_are_heard_as_they_come_and_the_whole_answer_is_returned() {
        tuned.speaksEvery(Duration.ofMillis(200), "Two ", "streets ", "on.");
        ChatResponse whole = stream(ear);
        assertThat(ear.heard).containsExactly("Two ", "streets ", "on.");
        assertThat(whole.text()).isEqualTo("Two streets on.");
        assertThat(whole.model()).isEqualTo("tuned");
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.SUCCESS);
        assertThat(onlyEnd().latencyNanos()).isEqualTo(600_000_000);
        assertThat(events.of(Event.FirstToken.class))
                .containsExactly(new Event.FirstToken("qa_agent", onlyEnd().variant(), "tuned", 200_000_000));
    }

    @Test
    void a_model_that_does_not_stream_is_heard_as_one_piece_and_knows_no_limits_but_its_leg() {
        ChatModel slow = ChatModel.honouringDeadline((request, deadline) -> {
            waiting.sleep(Duration.ofSeconds(15).toNanos(), deadline);
            return ChatResponse.of("at last");
        });
        try (ModelRegistry registry = registry(slow)) {
            assertThat(registry.stream("qa_agent", MESSAGES, ear).model()).isEqualTo("tuned");
        }
        assertThat(ear.heard).containsExactly("at last");
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"TRANSPORT", "INCOMPLETE", "UPSTREAM", "MALFORMED", "RATE_LIMITED"})
    @Rule("R13")
    void before_the_first_token_a_stream_fails_over_like_any_call(FailureKind kind) {
        tuned.fails(kind);
        steady.speaks("saved");
        ChatResponse whole = stream(sternEar);
        assertThat(whole.degraded()).isTrue();
        assertThat(sternEar.text()).isEqualTo("saved");
        assertThat(sternEar.restarts).isEmpty();
        assertThat(tuned.calls()).isEqualTo(2);
    }

    @Test
    @Rule({"R13", "R20"})
    void without_consent_nothing_follows_what_was_heard_and_the_failure_carries_it() {
        tuned.speaksAndFails(FailureKind.TRANSPORT, "half ", "an answer");
        ChatException failure = failure(sternEar);
        assertThat(failure.kind()).isEqualTo(FailureKind.TRANSPORT);
        assertThat(failure.partialText()).contains("half an answer");
        assertThat(failure).hasMessageNotContaining("half");
        assertThat(sternEar.restarts).hasSize(1); // it is asked once, not by every stage
        assertThat(tuned.calls()).isEqualTo(1);
        assertThat(steady.calls()).isZero();
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.ERROR);
    }

    @Test
    @Rule("R13")
    void with_consent_what_was_heard_is_void_and_a_whole_new_answer_follows() {
        tuned.speaksAndFails(FailureKind.TRANSPORT, "half ").thenFails(FailureKind.TRANSPORT);
        steady.speaks("A whole ", "answer.");
        ChatResponse whole = stream(ear);
        assertThat(ear.text()).isEqualTo("A whole answer.").isEqualTo(whole.text());
        assertThat(whole.degraded()).isTrue();
        // The same model again, and then, with nothing heard of it, the baseline.
        assertThat(ear.restarts).containsExactly(new FallbackReason(FailureKind.TRANSPORT, "scripted", "tuned"));
    }

    @Test
    @Rule("R3")
    void a_model_that_says_nothing_is_left_after_the_limit_on_the_first_token() {
        tuned.hangs();
        steady.speaks("saved");
        ChatResponse whole = stream(sternEar);
        assertThat(whole.text()).isEqualTo("saved");
        assertThat(whole.latency()).isEqualTo(Duration.ofSeconds(10));
        assertThat(tuned.calls()).isEqualTo(1);
    }

    @Test
    void silence_between_tokens_ends_a_stream_and_says_so() {
        settings = settings.withLimits(Duration.ofSeconds(5), Duration.ofSeconds(2));
        tuned.speaksAndHangs("one", "two", "three");
        ChatException failure = failure(sternEar);
        assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(failure).hasMessage("Model 'tuned' was silent for 2s after 3 tokens");
        assertThat(failure.partialText()).contains("onetwothree");
        assertThat(onlyEnd().latencyNanos()).isEqualTo(Duration.ofSeconds(2).toNanos());
    }

    @Test
    void who_speaks_may_use_the_whole_time_and_the_reserve_is_for_the_silent() {
        tuned.speaksEvery(Duration.ofSeconds(9), "one ", "two ", "three");
        assertThat(stream(sternEar).model()).isEqualTo("tuned"); // 27 s of 30, 12 of which are reserved
    }

    @Test
    @Rule({"R1", "R2"})
    void who_speaks_beyond_the_whole_time_is_ended_at_it() {
        tuned.speaksEvery(Duration.ofSeconds(9), "one ", "two ", "three ", "four");
        ChatException failure = failure(sternEar);
        assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(failure.partialText()).contains("one two three ");
        assertThat(onlyEnd().latencyNanos()).isEqualTo(Duration.ofSeconds(30).toNanos());
        assertThat(steady.calls()).isZero();
    }

    @Test
    void who_speaks_too_slowly_is_ended_after_five_seconds_of_it() {
        settings = settings.withFloor(2);
        String[] pieces = new String[100];
        Arrays.fill(pieces, "x");
        tuned.speaksEvery(Duration.ofMillis(1000), pieces);
        ChatException failure = failure(sternEar);
        assertThat(failure).hasMessage("Model 'tuned' was slower than 2.0 tokens per second");
        // Each second two tokens are due and one comes; the credit of 5 s lasts for ten of them.
        assertThat(failure.partialText().orElseThrow().length()).isBetween(9, 11);
    }

    @Test
    void who_keeps_the_pace_is_not_ended() {
        settings = settings.withFloor(2);
        String[] pieces = new String[40];
        Arrays.fill(pieces, "x");
        tuned.speaksEvery(Duration.ofMillis(500), pieces);
        assertThat(stream(sternEar).text()).hasSize(40);
    }

    @Test
    @Rule("R13")
    void what_is_held_back_fails_over_unseen() {
        settings = settings.holdingBack(3);
        tuned.speaksAndFails(FailureKind.INCOMPLETE, "a", "b", "c");
        steady.speaks("s", "a", "v", "e", "d");
        ChatResponse whole = stream(sternEar);
        assertThat(whole.degraded()).isTrue();
        assertThat(sternEar.restarts).isEmpty();
        assertThat(sternEar.heard).containsExactly("save", "d");
    }

    @Test
    void a_short_answer_that_is_held_back_is_heard_at_its_end() {
        settings = settings.holdingBack(Duration.ofMillis(300));
        tuned.speaksEvery(Duration.ofMillis(100), "so ", "short");
        assertThat(stream(sternEar).text()).isEqualTo("so short");
        assertThat(sternEar.heard).containsExactly("so short");
    }

    @Test
    void time_holds_back_until_the_first_piece_after_it() {
        settings = settings.holdingBack(Duration.ofMillis(250));
        tuned.speaksEvery(Duration.ofMillis(100), "a", "b", "c", "d", "e");
        stream(sternEar);
        assertThat(sternEar.heard).containsExactly("abcd", "e");
    }

    @Test
    @Rule("R10")
    void a_listener_that_throws_ends_its_call_and_nothing_is_held_against_the_model() {
        tuned.speaks("one", "two");
        ChatException failure = failure(text -> {
            throw new IllegalStateException("full: " + text);
        });
        assertThat(failure).isInstanceOf(CancelledException.class).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(failure).hasMessageEndingWith("its listener failed with java.lang.IllegalStateException");
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(events.of(Event.AttemptFinished.class))
                .singleElement()
                .extracting(Event.AttemptFinished::failure)
                .isEqualTo(FailureKind.CANCELLED);
        assertThat(steady.calls()).isZero();
    }

    @Test
    @Rule("R10")
    void a_model_that_swallows_what_the_listener_threw_gets_no_further() {
        ChatModel deaf = new ChatModel() {
            @Override
            public ChatResponse chat(ChatRequest request, Deadline deadline) {
                throw new AssertionError("A stream was asked for");
            }

            @Override
            public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
                int refusals = 0;
                for (int i = 0; i < 3; i++) {
                    try {
                        sink.text("piece");
                    } catch (RuntimeException ignored) {
                        refusals++;
                    }
                }
                assertThat(refusals).isEqualTo(3);
                return ChatResponse.of("piecepiecepiece");
            }

            @Override
            public boolean honoursDeadline() {
                return true;
            }
        };
        List<String> heard = new ArrayList<>();
        try (ModelRegistry registry = registry(deaf)) {
            ChatException failure = catchThrowableOfType(
                    ChatException.class,
                    () -> registry.stream("qa_agent", MESSAGES, text -> {
                        heard.add(text);
                        throw new IllegalStateException();
                    }));
            assertThat(failure.kind()).isEqualTo(FailureKind.CANCELLED);
        }
        assertThat(heard).hasSize(1);
    }

    @Test
    void a_listener_may_end_the_stream_from_inside() {
        tuned.speaks("one", "two", "three");
        List<String> heard = new ArrayList<>();
        ChatException failure = failure(new StreamListener() {
            private OpenStream stream;

            @Override
            public void onStart(OpenStream opened) {
                stream = opened;
            }

            @Override
            public void onText(String text) {
                heard.add(text);
                if (heard.size() == 2) {
                    stream.close();
                    stream.close();
                }
            }
        });
        assertThat(heard).containsExactly("one", "two");
        assertThat(failure.kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(onlyEnd().outcome()).isEqualTo(Outcome.CANCELLED);
    }

    @Test
    void an_interrupt_inside_the_listener_ends_the_stream_and_the_flag_stays() {
        tuned.speaks("one", "two");
        ChatException failure = failure(text -> Thread.currentThread().interrupt());
        assertThat(Thread.interrupted()).isTrue();
        assertThat(failure.kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(failure.partialText()).contains("one");
    }

    @Test
    @Rule("R10")
    void a_listener_that_is_busy_until_the_time_is_over_is_not_the_models_fault() {
        tuned.speaks("one", "two");
        ChatException failure = failure(text -> ticker.advance(Duration.ofSeconds(40)));
        assertThat(failure.kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(failure).hasMessageEndingWith("its listener was busy until its time was over");
    }

    @Test
    void the_time_that_a_listener_takes_is_no_silence_of_the_model() {
        settings = settings.withLimits(Duration.ofSeconds(1), Duration.ofSeconds(1));
        tuned.speaks("one", "two", "three");
        assertThat(stream(text -> ticker.advance(Duration.ofSeconds(5))).text()).isEqualTo("onetwothree");
    }

    @Test
    void a_listener_that_fails_when_asked_for_consent_ends_the_call_and_the_first_cause_is_kept() {
        tuned.speaksAndFails(FailureKind.UPSTREAM, "half");
        ChatException failure = failure(new StreamListener() {
            @Override
            public void onText(String text) {}

            @Override
            public boolean onRestart(FallbackReason reason) {
                throw new IllegalStateException();
            }
        });
        assertThat(failure.kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(failure.getSuppressed())
                .singleElement()
                .extracting(suppressed -> ((ChatException) suppressed).kind())
                .isEqualTo(FailureKind.UPSTREAM);
        assertThat(steady.calls()).isZero();
    }

    @Test
    void streams_fill_the_cache_and_are_served_from_it_as_one_piece() {
        cache = CacheSettings.DEFAULT;
        tuned.speaks("from ", "memory");
        try (ModelRegistry registry = registry()) {
            registry.stream("qa_agent", MESSAGES, text -> {});
            ChatResponse again = registry.stream("qa_agent", MESSAGES, ear);
            assertThat(again.provenance().cache()).isEqualTo(CacheStatus.HIT);
            assertThat(registry.chat("qa_agent", MESSAGES).cached()).isTrue();
        }
        assertThat(ear.heard).containsExactly("from memory");
        assertThat(tuned.calls()).isEqualTo(1);
    }

    @Test
    @Rule("R19")
    void a_stream_that_failed_half_way_is_not_remembered() {
        cache = CacheSettings.DEFAULT;
        tuned.speaksAndFails(FailureKind.CONTENT_FILTER, "half").speaks("whole");
        try (ModelRegistry registry = registry()) {
            assertThatThrownBy(() -> registry.stream("qa_agent", MESSAGES, CallOptions.DEFAULT, sternEar))
                    .isInstanceOf(ContentFilteredException.class);
            assertThat(registry.chat("qa_agent", MESSAGES).text()).isEqualTo("whole");
        }
    }

    /** Minds no deadline, so it speaks on a worker. */
    private static final class Foreigner implements ChatModel {
        private final List<String> pieces;
        private final Thread caller = Thread.currentThread();
        private volatile boolean elsewhere;
        private volatile RuntimeException told;

        Foreigner(String... pieces) {
            this.pieces = List.of(pieces);
        }

        @Override
        public ChatResponse chat(ChatRequest request, Deadline deadline) {
            throw new AssertionError("A stream was asked for");
        }

        @Override
        public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
            elsewhere = Thread.currentThread() != caller;
            try {
                pieces.forEach(sink::text);
            } catch (RuntimeException unwanted) {
                told = unwanted;
                throw unwanted;
            }
            return ChatResponse.of(String.join("", pieces));
        }

        @Override
        public boolean streams() {
            return true;
        }
    }

    private ModelRegistry onRealTime(ChatModel candidate) {
        return ModelRegistry.builder()
                .configuration(Configuration.builder()
                        .deployment(Deployment.of("foreign", candidate))
                        .agent(AgentSettings.builder("qa_agent")
                                .baseline("foreign")
                                .timeout(Duration.ofSeconds(10))
                                .build())
                        .build())
                .listener(events)
                .build();
    }

    @Test
    void what_a_worker_says_is_heard_on_the_callers_thread() {
        String[] pieces = IntStream.range(0, 1_000).mapToObj(i -> i + " ").toArray(String[]::new);
        Foreigner foreigner = new Foreigner(pieces);
        Thread me = Thread.currentThread();
        List<String> heard = new ArrayList<>();
        try (ModelRegistry registry = onRealTime(foreigner)) {
            registry.stream("qa_agent", MESSAGES, text -> {
                assertThat(Thread.currentThread()).isSameAs(me);
                heard.add(text);
            });
        }
        assertThat(foreigner.elsewhere).isTrue();
        assertThat(heard).containsExactly(pieces);
    }

    @Test
    void a_worker_whose_listener_has_left_is_told_at_its_next_piece() {
        String[] pieces = new String[10_000];
        Arrays.fill(pieces, "x");
        Foreigner foreigner = new Foreigner(pieces);
        try (ModelRegistry registry = onRealTime(foreigner)) {
            assertThatThrownBy(() -> registry.stream("qa_agent", MESSAGES, text -> {
                        throw new IllegalStateException();
                    }))
                    .isInstanceOf(CancelledException.class);
            Awaitility.await().until(() -> foreigner.told != null);
        }
        assertThat(events.of(Event.AttemptFinished.class)).hasSize(1);
    }
}
