package dev.understudy.rollout;

import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.Event;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A ramp with its real guard, on a clock of its own, and users who call through the real stage. */
final class Ramped {

    static final String AGENT = "qa_agent";
    static final String CANDIDATE = "tuned";
    static final RolloutSettings CLIMBING = RolloutSettings.DEFAULT
            .withRamp(RampSettings.builder().stages(1, 5, 25, 100).build())
            .withGuard(GuardSettings.DEFAULT.withP95(Duration.ofMillis(400)));

    private static final Instant BEGIN = Instant.parse("2026-11-20T17:00:00Z");
    private static final ChatResponse ANSWER = ChatResponse.of("Here.");

    final FakeTicker ticker = new FakeTicker();
    final Waiting waiting = ticker.waiting();
    final long originNanos = ticker.nanoTime();
    final FaultyStore store;
    final RecordedEvents events = new RecordedEvents();
    final AtomicInteger wakes = new AtomicInteger();
    RolloutSettings settings;
    Ramp ramp;
    private RolloutStage stage;
    private int user;

    Ramped(RolloutSettings settings) {
        this(settings, new FaultyStore(), CANDIDATE);
    }

    Ramped(RolloutSettings settings, FaultyStore store, String candidate) {
        this.settings = settings;
        this.store = store;
        open(candidate);
    }

    /** What a restart does: another ramp, the same store. */
    void open(String candidate) {
        ramp = new Ramp(
                AGENT, candidate, settings, true, store, waiting, this::now, events.asEvents(), wakes::incrementAndGet);
        RolloutSettings frozen = settings.withSalt(ramp.salt());
        stage = new RolloutStage(new Rollout(AGENT, candidate, true, frozen, ramp.inForce()), ramp.guard());
        ramp.look();
    }

    void restart() {
        open(ramp.candidate());
    }

    Instant now() {
        return BEGIN.plusNanos(ticker.nanoTime() - originNanos);
    }

    void reconfigure(RolloutSettings changed, boolean allowed) {
        settings = changed;
        ramp.reconfigure(changed, allowed);
        ramp.look();
    }

    Steering steering() {
        return new Steering(store, AGENT, this::now, ramp::look);
    }

    Share share() {
        return ramp.inForce().share();
    }

    RolloutPhase phase() {
        return ramp.state().phase();
    }

    /** Time passes, with a look each second at first, and then no more than fifty. */
    void pass(Duration time) {
        Duration each = time.dividedBy(50);
        for (int i = 0; i < 50; i++) {
            ticker.advance(each);
            ramp.look();
        }
    }

    /** A call of another user; returns who it was assigned to. */
    Variant call(Script candidate, Script baseline) {
        return call(CallOptions.builder().unit("user-" + user++).build(), candidate, baseline);
    }

    Variant call(CallOptions options, Script candidate, Script baseline) {
        ChatRequest request = ChatRequest.of(List.of(Message.user("Anybody?")));
        ChatCall call =
                new ChatCall(AGENT, request, options, Duration.ofSeconds(60).toNanos(), waiting, events.asEvents());
        try {
            Chain.of(List.of(stage, (travelling, next) -> {
                        travelling.countAttempt();
                        return (travelling.variant() == Variant.CANDIDATE ? candidate : baseline)
                                .play(this, travelling);
                    }))
                    .proceed(call);
        } catch (ChatException told) {
            // the caller is told; here it is the ramp that counts
        }
        return call.variant();
    }

    /** So many calls of each kind, as the share deals them, until the candidate had enough. */
    void callsOfCandidate(int enough, Script candidate, Script baseline) {
        for (int seen = 0, all = 0; seen < enough && all < 1_000_000; all++) {
            seen += call(candidate, baseline) == Variant.CANDIDATE ? 1 : 0;
        }
    }

    List<RolloutDecision> decisions() {
        return events.of(Event.RolloutChanged.class).stream()
                .map(Event.RolloutChanged::decision)
                .toList();
    }

    RolloutDecision lastDecision() {
        List<RolloutDecision> all = decisions();
        return all.get(all.size() - 1);
    }

    /** What a model does with a call. */
    interface Script {
        ChatResponse play(Ramped ramped, ChatCall call);

        Script GOOD = answers(1);
        Script SLOW = answers(700);
        Script BROKEN = (ramped, call) -> {
            throw FailureKind.UPSTREAM.exception("down", Origin.NONE, null);
        };

        static Script answers(long millis) {
            return (ramped, call) -> {
                ramped.ticker.advance(Duration.ofMillis(millis));
                call.answered(ramped.waiting.nanoTime());
                return ANSWER;
            };
        }
    }
}
