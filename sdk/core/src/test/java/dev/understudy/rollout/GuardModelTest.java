package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.call.CallOptions;
import dev.understudy.call.ChatCall;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.evidence.Guard;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Over random calls that overlap as they please, the guard is what its naive counterpart is, at every step. */
@Rule("R24")
class GuardModelTest {

    private static final int STEPS = 12_000;
    private static final int MOST_UNDER_WAY = 24;
    private static final ChatRequest REQUEST = ChatRequest.of(List.of(Message.user("?")));
    private static final FailureKind[] KINDS = FailureKind.values();

    /** A call under way in both worlds. */
    private record Pair(ChatCall call, Trial trial, int place, NaiveGuard naive, NaiveGuard.Call known) {}

    private final FakeTicker ticker = new FakeTicker();
    private final Waiting waiting = ticker.waiting();
    private final AtomicInteger alarms = new AtomicInteger();
    private final List<Pair> underWay = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void it_agrees_with_the_naive_one(long seed) {
        Random random = new Random(seed);
        GuardSettings settings = new GuardSettings(
                true,
                random.nextBoolean() ? Duration.ofMillis(300) : null,
                random.nextBoolean() ? 0.05 : 0.2,
                random.nextBoolean() ? 0 : 0.02,
                random.nextBoolean() ? 0 : 0.25);
        ShareInForce share = new ShareInForce(new Share(1 + random.nextInt(99_999)));
        RolloutGuard guard = new RolloutGuard(settings, share, waiting, alarms::incrementAndGet);
        Rollout rollout = new Rollout("agent", "tuned", true, RolloutSettings.DEFAULT, share);
        NaiveGuard.Trail trail = new NaiveGuard.Trail();
        NaiveGuard naive = new NaiveGuard(settings, trail);
        double trouble = random.nextDouble() * 0.1;
        int given = 0;
        for (int step = 0; step < STEPS; step++) {
            ticker.advance(
                    Duration.ofNanos(random.nextInt(1_000_000, 11_000_000))); // the pause between two rounds is over
            int action = random.nextInt(10);
            if (action == 0) {
                guard.lookForSlow(waiting.nanoTime());
                naive.look(waiting.nanoTime());
            } else if (underWay.size() < MOST_UNDER_WAY && !share.isClosed() && action < 6) {
                underWay.add(begin(guard, rollout, naive, "user-" + random.nextInt(3_000)));
            } else if (!underWay.isEmpty()) {
                end(underWay.remove(random.nextInt(underWay.size())), random, trouble);
            }
            assertAgreement(guard, naive, settings);
            assertThat(alarms.get()).isEqualTo(given + (naive.alarmed ? 1 : 0));
            assertThat(share.isClosed()).isEqualTo(naive.alarmed);
            if (naive.alarmed && underWay.isEmpty()) {
                given++;
                guard.reset();
                naive = new NaiveGuard(settings, trail);
                share.open(new Share(1 + random.nextInt(99_999)));
            }
        }
        assertThat(trail.tau).isPositive();
    }

    private Pair begin(RolloutGuard guard, Rollout rollout, NaiveGuard naive, String unit) {
        ChatCall call = new ChatCall(
                "agent",
                REQUEST,
                CallOptions.builder().unit(unit).build(),
                Duration.ofSeconds(5).toNanos(),
                waiting,
                new RecordedEvents().asEvents());
        rollout.assign(call);
        NaiveGuard.Call known = new NaiveGuard.Call();
        known.candidate = call.variant() == Variant.CANDIDATE;
        known.unit = call.unit();
        known.share = call.share();
        known.start = call.startNanos();
        Trial trial = guard.trial();
        int place = trial.begin(call);
        naive.begin(known);
        return new Pair(call, trial, place, naive, known);
    }

    private void end(Pair pair, Random random, double trouble) {
        ChatCall call = pair.call();
        long now = waiting.nanoTime();
        if (random.nextDouble() < 0.05) {
            call.cacheLookedUp(CacheStatus.HIT);
            pair.trial().answered(call, pair.place());
            pair.naive().end(pair.known(), now, true, false, null);
            return;
        }
        call.countAttempt();
        if (random.nextDouble() >= trouble) {
            call.answered(now);
            pair.trial().answered(call, pair.place());
            pair.naive().end(pair.known(), now, false, false, null);
            return;
        }
        FailureKind kind = KINDS[random.nextInt(KINDS.length)];
        if (pair.known().candidate && random.nextBoolean()) {
            call.degrade(kind);
            call.answered(now);
            pair.trial().answered(call, pair.place());
        } else {
            pair.trial().failed(call, pair.place(), kind);
        }
        boolean neutral = List.of(
                        FailureKind.CANCELLED,
                        FailureKind.OUTRUN,
                        FailureKind.INVALID_REQUEST,
                        FailureKind.CONTEXT_LENGTH,
                        FailureKind.CONTENT_FILTER,
                        FailureKind.OVERLOADED,
                        FailureKind.CIRCUIT_OPEN,
                        FailureKind.BUDGET_EXCEEDED,
                        FailureKind.RATE_LIMITED,
                        FailureKind.QUOTA)
                .contains(kind);
        pair.naive().end(pair.known(), now, false, neutral, kind);
    }

    private static void assertAgreement(RolloutGuard guard, NaiveGuard naive, GuardSettings settings) {
        assertThat(guard.candidate()).isEqualTo(naive.candidate());
        assertThat(guard.baseline()).isEqualTo(naive.baseline());
        assertThat(guard.exposures()).isEqualTo(naive.exposed.size());
        assertThat(guard.candidateExposures()).isEqualTo(naive.exposedCandidates);
        Map<Guard, Double> logs = naive.logs();
        assertThat(guard.evidence()).hasSize(settings.p95() == null ? 3 : 4).allSatisfy(one -> assertThat(
                        one.logWealth())
                .as(one.guard().name())
                .isCloseTo(logs.get(one.guard()), within(1e-9)));
        assertThat(guard.logWealth()).isCloseTo(naive.logWealth(), within(1e-9));
    }
}
