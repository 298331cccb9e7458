package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.understudy.call.CallOptions;
import dev.understudy.call.ChatCall;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.time.Waiting;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A good call costs the guard no object, on either arm, known unit or new. */
class GuardAllocationTest {

    private static final int CALLS = 4_000;

    private final FakeTicker ticker = new FakeTicker();
    private final Waiting waiting = ticker.waiting();
    private final ShareInForce share = new ShareInForce(Share.percent(50));
    private final RolloutGuard guard =
            new RolloutGuard(GuardSettings.DEFAULT.withP95(Duration.ofMillis(400)), share, waiting, () -> {});
    private final Rollout rollout = new Rollout("agent", "tuned", true, RolloutSettings.DEFAULT, share);

    private List<ChatCall> calls(String prefix) {
        ChatRequest request = ChatRequest.of(List.of(Message.user("?")));
        List<ChatCall> calls = new ArrayList<>();
        for (int i = 0; i < CALLS; i++) {
            ChatCall call = new ChatCall(
                    "agent",
                    request,
                    CallOptions.builder().unit(prefix + i).build(),
                    Duration.ofSeconds(5).toNanos(),
                    waiting,
                    new RecordedEvents().asEvents());
            rollout.assign(call);
            call.countAttempt();
            call.answered(waiting.nanoTime());
            calls.add(call);
        }
        return calls;
    }

    private void run(List<ChatCall> calls) {
        for (int i = 0; i < CALLS; i++) {
            ChatCall call = calls.get(i);
            Trial trial = guard.trial();
            trial.answered(call, trial.begin(call));
        }
    }

    @Test
    void a_good_call_makes_no_object() {
        run(calls("warm-up-"));
        List<ChatCall> fresh = calls("user-");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        threads.getCurrentThreadAllocatedBytes();
        long before = threads.getCurrentThreadAllocatedBytes();
        run(fresh);
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        // The smallest object is 16 bytes; the baseline may come to its next estimate meanwhile, which costs a few
        // kilobytes.
        assertThat(bytes).isLessThan(CALLS * 8L);
    }
}
