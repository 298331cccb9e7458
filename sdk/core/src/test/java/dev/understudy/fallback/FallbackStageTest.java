package dev.understudy.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.call.ModelStage;
import dev.understudy.call.RecentLatency;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
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

class FallbackStageTest {

    private final FakeTicker ticker = new FakeTicker();
    private final Waiting waiting = ticker.waiting();
    private final RecordedEvents events = new RecordedEvents();
    private final ScriptedModel baseline = ScriptedModel.on(waiting);
    private final ScriptedModel candidate = ScriptedModel.on(waiting);
    private FallbackSettings settings = FallbackSettings.DEFAULT;
    private RecentLatency baselineLatency = RecentLatency.UNKNOWN;
    private int baselineWindow;
    private int candidateWindow;

    private Leg leg(Variant variant, ScriptedModel model, int window) {
        Deployment deployment = Deployment.builder(variant.tag())
                .upstream(model)
                .contextWindow(window)
                .build();
        ModelStage end = new ModelStage(model, nanos -> {}, nanos -> {}, waiting, Runnable::run);
        return new Leg(variant, deployment, Chain.of(List.of(end)));
    }

    private ChatCall call(CallOptions options) {
        ChatRequest request = ChatRequest.of(List.of(Message.user("?")));
        ChatCall call =
                new ChatCall("agent", request, options, Duration.ofSeconds(1).toNanos(), waiting, events.asEvents());
        call.assign(Variant.CANDIDATE, false);
        return call;
    }

    private ChatResponse run(ChatCall call) {
        FallbackStage stage = new FallbackStage(
                leg(Variant.BASELINE, baseline, baselineWindow),
                leg(Variant.CANDIDATE, candidate, candidateWindow),
                true,
                settings,
                baselineLatency,
                null);
        return Chain.of(List.of(stage)).proceed(call);
    }

    private ChatException failureOf(ChatCall call) {
        return catchThrowableOfType(ChatException.class, () -> run(call));
    }

    @Test
    @Rule("R3")
    void a_silent_candidate_gets_one_attempt_and_leaves_the_baseline_its_reserve() {
        candidate.hangs();
        baseline.answersAfter(Duration.ofMillis(399), "understudy");
        ChatCall call = call(CallOptions.DEFAULT);
        assertThat(run(call).text()).isEqualTo("understudy");
        assertThat(candidate.calls()).isEqualTo(1);
        assertThat(call.degradedBecause()).isEqualTo(FailureKind.TIMEOUT);
        assertThat(waiting.nanoTime() - call.startNanos())
                .isEqualTo(Duration.ofMillis(999).toNanos());
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    @Rule("R14")
    void fallback_happens_as_the_failure_table_says(FailureKind kind) {
        candidate.fails(kind);
        baseline.answers("understudy");
        ChatCall call = call(CallOptions.DEFAULT);
        if (kind.fallback() == FailureKind.Fallback.ALWAYS) {
            assertThat(run(call).text()).isEqualTo("understudy");
            assertThat(events.of(Event.FellBack.class))
                    .containsExactly(new Event.FellBack("agent", "candidate", "baseline", kind));
        } else {
            assertThat(failureOf(call).kind()).isEqualTo(kind);
            assertThat(baseline.calls()).isZero();
            assertThat(events.of(Event.FellBack.class)).isEmpty();
        }
    }

    @Test
    void a_context_that_is_too_long_goes_only_to_a_larger_declared_window() {
        candidate.fails(FailureKind.CONTEXT_LENGTH);
        baseline.answers("understudy");
        candidateWindow = 8_000;
        baselineWindow = 8_000;
        assertThat(failureOf(call(CallOptions.DEFAULT)).kind()).isEqualTo(FailureKind.CONTEXT_LENGTH);
        baselineWindow = 32_000;
        assertThat(run(call(CallOptions.DEFAULT)).text()).isEqualTo("understudy");
        candidateWindow = 0;
        assertThat(failureOf(call(CallOptions.DEFAULT)).kind()).isEqualTo(FailureKind.CONTEXT_LENGTH);
    }

    @Test
    void what_a_content_filter_refused_is_answered_only_where_that_is_configured() {
        candidate.fails(FailureKind.CONTENT_FILTER);
        baseline.answers("understudy");
        settings = new FallbackSettings(null, 0.4, true);
        assertThat(run(call(CallOptions.DEFAULT)).text()).isEqualTo("understudy");
    }

    @Test
    @Rule("R14")
    void a_call_that_wants_no_fallback_gives_the_candidate_the_whole_time_and_the_baseline_nothing() {
        candidate.answersAfter(Duration.ofMillis(950), "own").thenFails(FailureKind.UPSTREAM);
        CallOptions alone = CallOptions.builder().useFallback(false).build();
        assertThat(run(call(alone)).text()).isEqualTo("own");
        assertThat(failureOf(call(alone)).kind()).isEqualTo(FailureKind.UPSTREAM);
        assertThat(baseline.calls()).isZero();
    }

    @Test
    @Rule("R16")
    void when_both_fail_the_first_cause_is_told_and_carries_the_second() {
        candidate.fails(FailureKind.MALFORMED);
        baseline.fails(FailureKind.QUOTA);
        ChatException told = failureOf(call(CallOptions.DEFAULT));
        assertThat(told.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(told.getSuppressed()).hasSize(1);
        assertThat(((ChatException) told.getSuppressed()[0]).kind()).isEqualTo(FailureKind.QUOTA);
    }

    @Test
    void a_cancel_during_the_fallback_is_told_as_a_cancel() {
        candidate.fails(FailureKind.UPSTREAM);
        baseline.fails(FailureKind.CANCELLED);
        ChatException told = failureOf(call(CallOptions.DEFAULT));
        assertThat(told.kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(((ChatException) told.getSuppressed()[0]).kind()).isEqualTo(FailureKind.UPSTREAM);
    }

    @Test
    void the_reserve_follows_a_slower_baseline_up_to_three_fifths_and_never_shrinks() {
        long second = Duration.ofSeconds(1).toNanos();
        assertThat(new Reserve(settings, RecentLatency.UNKNOWN).nanos(second)).isEqualTo(400_000_000);
        assertThat(new Reserve(settings, () -> 450_000_000).nanos(second)).isEqualTo(540_000_000);
        assertThat(new Reserve(settings, () -> 10_000_000).nanos(second)).isEqualTo(400_000_000);
        assertThat(new Reserve(settings, () -> 900_000_000).nanos(second)).isEqualTo(600_000_000);
    }

    @Test
    void a_fixed_reserve_holds_unless_the_call_is_too_short_for_it() {
        FallbackSettings fixed = new FallbackSettings(Duration.ofMillis(700), 0.4, false);
        assertThat(new Reserve(fixed, () -> 1).nanos(1_000_000_000)).isEqualTo(700_000_000);
        assertThat(new Reserve(fixed, () -> 1).nanos(500_000_000)).isEqualTo(300_000_000);
    }
}
