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
import dev.understudy.event.Events;
import dev.understudy.time.Parking;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The SDK's own stage and guard, on a virtual clock: calls are made and answered one after the other, and a candidate that
 * fails is rescued by the baseline in no time.
 */
abstract class SimulatedCalls implements Subject {

    static final String AGENT = "simulated";
    static final String CANDIDATE = "candidate";
    static final double SUSPICIOUS = Math.log(20);

    private static final double NANOS_PER_MILLI = 1_000_000;
    private static final ChatRequest REQUEST = ChatRequest.of(List.of(Message.user("?")));
    private static final ChatResponse ANSWER = ChatResponse.of("!");
    private static final CallOptions[] OPTIONS = IntStream.range(0, Users.MOST)
            .mapToObj(user -> CallOptions.builder().unit(Users.unit(user)).build())
            .toArray(CallOptions[]::new);

    final Waiting waiting = new Waiting(() -> nowNanos(), Parking.system());
    final Events events = new Events(List.of(), Runnable::run);

    private final ChatException timeout = FailureKind.TIMEOUT.exception("", Origin.NONE, null);
    private final ChatException error = FailureKind.UPSTREAM.exception("", Origin.NONE, null);

    private long nowNanos;
    private @Nullable Upstream upstream;
    private boolean candidateFailed;
    private boolean suspects;

    abstract Chain chain();

    abstract RolloutGuard guard();

    /** What time brings, after a call. */
    abstract void afterwards();

    static GuardSettings limit(double millis) {
        return Double.isInfinite(millis)
                ? GuardSettings.DEFAULT
                : GuardSettings.DEFAULT.withP95(Duration.ofNanos((long) (millis * NANOS_PER_MILLI)));
    }

    Chain chain(String salt, ShareInForce inForce, RolloutGuard guard) {
        Rollout rollout = new Rollout(AGENT, CANDIDATE, true, new RolloutSettings(Share.ALL, salt, false), inForce);
        return Chain.of(List.of(new RolloutStage(rollout, guard), (call, next) -> answer(call)));
    }

    long nowNanos() {
        return nowNanos;
    }

    @Override
    public void call(int user, Upstream who) {
        upstream = who;
        try {
            chain().proceed(new ChatCall(AGENT, REQUEST, OPTIONS[user], Long.MAX_VALUE / 4, waiting, events));
        } catch (ChatException failed) {
            // told to nobody
        }
        afterwards();
    }

    private ChatResponse answer(ChatCall call) {
        boolean candidate = call.variant() == Variant.CANDIDATE;
        double latency = upstream.answer(candidate);
        nowNanos += (long) (Math.abs(latency) * NANOS_PER_MILLI);
        candidateFailed = candidate && latency < 0;
        call.countAttempt();
        if (latency < 0) {
            boolean timedOut = -latency >= Arm.TIMEOUT_MILLIS;
            if (!candidate) {
                throw timedOut ? timeout : error;
            }
            call.degrade(timedOut ? FailureKind.TIMEOUT : FailureKind.UPSTREAM);
        }
        call.answered(nowNanos);
        return ANSWER;
    }

    @Override
    public boolean suspects() {
        // As the ramp does at each look; here after each call that can have raised it in the case that asks.
        suspects = suspects || (candidateFailed && guard().logStrictWealth() >= SUSPICIOUS);
        return suspects;
    }
}
