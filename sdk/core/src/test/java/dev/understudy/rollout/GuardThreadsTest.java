package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.call.ChatCall;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.ArmCounts;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Many threads at once: at rest every count is exact. The clock stands still meanwhile, and slow calls began long ago, so that
 * which of them are slow does not depend on who comes first; who counts them does.
 */
class GuardThreadsTest {

    private static final int THREADS = 8;
    private static final int CALLS = 10_000;
    private static final ChatRequest REQUEST = ChatRequest.of(List.of(Message.user("?")));

    private final FakeTicker ticker = new FakeTicker();
    private final Waiting waiting = ticker.waiting();
    private final AtomicInteger alarms = new AtomicInteger();
    private final ShareInForce share = new ShareInForce(Share.percent(30));
    private final RolloutGuard guard = new RolloutGuard(
            GuardSettings.DEFAULT.withP95(Duration.ofMillis(400)), share, waiting, alarms::incrementAndGet);
    private final Rollout rollout = new Rollout("agent", "tuned", true, RolloutSettings.DEFAULT, share);

    private ChatCall call(String unit) {
        ChatCall call = new ChatCall(
                "agent",
                REQUEST,
                CallOptions.builder().unit(unit).build(),
                Duration.ofSeconds(5).toNanos(),
                waiting,
                new RecordedEvents().asEvents());
        rollout.assign(call);
        call.countAttempt();
        return call;
    }

    private static boolean isLate(int i) {
        return i % 7 == 0;
    }

    private static boolean isBad(int i) {
        return i % 11 == 0;
    }

    /** The calls of one thread, some of which began a second ago. */
    private List<List<ChatCall>> prepare() {
        Random random = new Random(21);
        List<List<ChatCall>> all = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            List<ChatCall> calls = new ArrayList<>(Collections.nCopies(CALLS, null));
            all.add(calls);
            for (int i = 0; i < CALLS; i++) {
                if (isLate(i)) {
                    calls.set(i, call("user-" + random.nextInt(2_000)));
                }
            }
        }
        ticker.advance(Duration.ofSeconds(1));
        for (List<ChatCall> calls : all) {
            for (int i = 0; i < CALLS; i++) {
                if (!isLate(i)) {
                    calls.set(i, call("user-" + random.nextInt(2_000)));
                }
            }
        }
        return all;
    }

    @Test
    @Rule("R24")
    void at_rest_every_count_is_exact_and_the_alarm_was_given_once() throws Exception {
        List<List<ChatCall>> all = prepare();
        List<Callable<Void>> work = new ArrayList<>();
        for (List<ChatCall> calls : all) {
            work.add(() -> {
                runAll(calls);
                return null;
            });
        }
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS + 1);
        try {
            Future<Void> reader = threads.submit(() -> readMeanwhile(over));
            for (Future<Void> one : threads.invokeAll(work)) {
                one.get();
            }
            over.set(true);
            reader.get();
        } finally {
            threads.shutdownNow();
        }

        assertThat(guard.candidate()).isEqualTo(expected(all, Variant.CANDIDATE));
        assertThat(guard.baseline()).isEqualTo(expected(all, Variant.BASELINE));
        assertThat(alarms).hasValue(1);
        Set<Integer> units = new HashSet<>();
        Set<Integer> failed = new HashSet<>();
        for (List<ChatCall> calls : all) {
            for (int i = 0; i < CALLS; i++) {
                units.add(calls.get(i).unit());
                if (isBad(i)) {
                    failed.add(calls.get(i).unit());
                }
            }
        }
        assertThat(guard.exposures()).isEqualTo(units.size());
        assertThat(evidence(Guard.ERROR_INCREASE).total()).isEqualTo(failed.size());
        assertThat(evidence(Guard.LATENCY_LIMIT).total())
                .isEqualTo(guard.candidate().calls());
        assertThat(evidence(Guard.ERROR_CAP).total())
                .isEqualTo(guard.candidate().calls());
    }

    private void runAll(List<ChatCall> calls) {
        for (int i = 0; i < CALLS; i++) {
            ChatCall call = calls.get(i);
            Trial trial = guard.trial();
            int place = trial.begin(call);
            if (i % 13 == 0) {
                guard.lookForSlow(waiting.nanoTime());
            }
            if (isBad(i)) {
                trial.failed(call, place, FailureKind.UPSTREAM);
            } else {
                call.answered(waiting.nanoTime());
                trial.answered(call, place);
            }
        }
    }

    /** Whoever reads meanwhile never sees more bad calls than calls, and gets what can be restored. */
    private Void readMeanwhile(AtomicBoolean over) {
        while (!over.get()) {
            for (GuardEvidence one : guard.evidence()) {
                assertThat(one.bad()).isLessThanOrEqualTo(one.total());
            }
            ArmCounts candidate = guard.candidate();
            assertThat(candidate.errors()).isLessThanOrEqualTo(candidate.calls());
            assertThat(candidate.slow()).isLessThanOrEqualTo(candidate.calls());
            new RolloutGuard(GuardSettings.DEFAULT, new ShareInForce(Share.NONE), waiting, () -> {})
                    .restore(guard.save());
        }
        return null;
    }

    private GuardEvidence evidence(Guard which) {
        return guard.evidence().stream()
                .filter(one -> one.guard() == which)
                .findFirst()
                .orElseThrow();
    }

    private static ArmCounts expected(List<List<ChatCall>> all, Variant variant) {
        long count = 0;
        long errors = 0;
        long late = 0;
        for (List<ChatCall> calls : all) {
            for (int i = 0; i < CALLS; i++) {
                if (calls.get(i).variant() == variant) {
                    count++;
                    errors += isBad(i) ? 1 : 0;
                    late += isLate(i) ? 1 : 0;
                }
            }
        }
        return new ArmCounts(count, errors, late);
    }
}
