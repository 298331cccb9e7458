package dev.understudy.rollout;

import dev.understudy.call.CallOptions;
import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** A rollout whose calls go as a script says: through the real stage, before the real guard. */
final class Watched {

    /** What happens to a call behind the stage. */
    interface Script {
        ChatResponse play(ChatCall call);
    }

    private static final String AGENT = "qa_agent";
    private static final String CANDIDATE = "tuned";
    private static final Buckets BUCKETS = new Buckets(AGENT + "/" + CANDIDATE);
    private static final ChatResponse ANSWER = ChatResponse.of("Here.");

    final FakeTicker ticker = new FakeTicker();
    final Waiting waiting = ticker.waiting();
    final AtomicInteger alarms = new AtomicInteger();
    final ShareInForce inForce;
    final RolloutGuard guard;
    private final RolloutStage stage;
    private final Iterator<String> candidateUnits;
    private final Iterator<String> baselineUnits;

    Watched(GuardSettings settings, double percent) {
        inForce = new ShareInForce(Share.percent(percent));
        guard = new RolloutGuard(settings, inForce, waiting, alarms::incrementAndGet);
        Rollout rollout =
                new Rollout(AGENT, CANDIDATE, true, new RolloutSettings(Share.percent(percent), null, true), inForce);
        stage = new RolloutStage(rollout, guard);
        int limit = Share.percent(percent).thousandths();
        candidateUnits = units(limit, true);
        baselineUnits = units(limit, false);
    }

    private static Iterator<String> units(int limit, boolean candidate) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "user-" + i)
                .filter(unit -> (BUCKETS.of(unit) < limit) == candidate)
                .iterator();
    }

    /** A unit on the candidate that nobody had before. */
    String onCandidate() {
        return candidateUnits.next();
    }

    /** A unit on the baseline that nobody had before. */
    String onBaseline() {
        return baselineUnits.next();
    }

    void run(String unit, Script script) {
        run(CallOptions.builder().unit(unit).build(), script);
    }

    void run(CallOptions options, Script script) {
        ChatRequest request = ChatRequest.of(List.of(Message.system("Nobody asks.")));
        ChatCall call = new ChatCall(
                AGENT, request, options, Duration.ofSeconds(60).toNanos(), waiting, new RecordedEvents().asEvents());
        try {
            Chain.of(List.of(stage, (travelling, next) -> script.play(travelling)))
                    .proceed(call);
        } catch (ChatException told) {
            // The caller is told; what the guard makes of it is the question here.
        }
    }

    /** Calls of new units of an arm, one after the other. */
    void run(int times, Variant variant, Script script) {
        for (int i = 0; i < times; i++) {
            run(variant == Variant.CANDIDATE ? onCandidate() : onBaseline(), script);
        }
    }

    Script answers(long millis) {
        return call -> {
            ask(call, millis);
            call.answered(waiting.nanoTime());
            return ANSWER;
        };
    }

    Script fails(FailureKind kind, long millis) {
        return call -> {
            ask(call, millis);
            throw failure(kind);
        };
    }

    /** Fails before anything is sent. */
    Script isRefused(FailureKind kind) {
        return call -> {
            throw failure(kind);
        };
    }

    /** The baseline answers for the candidate. */
    Script isRescued(FailureKind kind, long millis) {
        return call -> {
            ask(call, millis);
            call.degrade(kind);
            call.countAttempt();
            call.answered(waiting.nanoTime());
            return ANSWER;
        };
    }

    Script isRemembered(CacheStatus status, long millis) {
        return call -> {
            ticker.advance(Duration.ofMillis(millis));
            call.cacheLookedUp(status);
            return ANSWER;
        };
    }

    private void ask(ChatCall call, long millis) {
        call.countAttempt();
        ticker.advance(Duration.ofMillis(millis));
    }

    private static ChatException failure(FailureKind kind) {
        return kind.exception(kind.tag(), Origin.NONE, null);
    }

    GuardEvidence evidence(Guard guardedBy) {
        return guard.evidence().stream()
                .filter(one -> one.guard() == guardedBy)
                .findFirst()
                .orElseThrow();
    }
}
