package dev.understudy.tests.state;

import dev.understudy.FastRegistry;
import dev.understudy.ModelRegistry;
import dev.understudy.breaker.BreakerSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ModelSettings;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.RolloutPhase;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.rollout.RampSettings;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.RolloutState;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.rollout.Share;
import dev.understudy.store.FileRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * A small service with one agent and a ramp: a process of its own that is under traffic from its first moment, and says on its
 * standard output, line by line, what it writes down and what is in force. Arguments: the directory of its state, and {@code good}
 * or {@code bad}, which is how the candidate behaves.
 */
final class Service {

    static final String AGENT = "qa_agent";
    static final String BASELINE = "qa-v1.2";
    static final String CANDIDATE = "qa-v1.3";

    /** From 5 % to 100 %, in steps of 2.5. */
    static final List<Share> STAGES =
            IntStream.rangeClosed(2, 40).mapToObj(i -> Share.percent(2.5 * i)).toList();

    /** The guard is to judge, and not the breaker to hide the candidate from it. */
    private static final BreakerSettings OUT_OF_THE_WAY = new BreakerSettings(
            Duration.ofSeconds(30),
            10_000,
            1,
            1000,
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1));

    /** Between two calls, so that a long good life does not outweigh all that is bad later. */
    private static final long PAUSE_NANOS = 500_000;

    private Service() {}

    public static void main(String[] arguments) {
        boolean bad = arguments[1].equals("bad");
        AtomicLong candidateCalls = new AtomicLong();
        ChatModel candidate = ChatModel.honouringDeadline((request, deadline) -> {
            candidateCalls.incrementAndGet();
            if (bad) {
                throw FailureKind.UNSUPPORTED.exception("scripted", Origin.of(CANDIDATE), null);
            }
            return ChatResponse.of("from the candidate");
        });
        RolloutStore store = new Telling(new FileRolloutStore(Path.of(arguments[0])));
        try (ModelRegistry registry = FastRegistry.open(configuration(candidate), store)) {
            say("force " + spell(registry.rollout(AGENT)) + " after 0");
            AtomicBoolean over = new AtomicBoolean();
            Thread traffic = new Thread(() -> {
                for (long unit = 0; !over.get(); unit++) {
                    registry.chat(
                            AGENT,
                            List.of(Message.user("Where is my parcel?")),
                            CallOptions.builder().unit("unit-" + unit).build());
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            });
            traffic.setDaemon(true);
            traffic.start();
            while (!System.out.checkError()) { // or nobody listens any more
                FastRegistry.round(registry);
                // In this order: a candidate that is called after its share was seen to be none is counted in the next
                // line.
                RolloutStatus status = registry.rollout(AGENT);
                say("force " + spell(status) + " after " + candidateCalls.get());
                if (status.phase() == RolloutPhase.HOLD) {
                    registry.steer(AGENT).resume("test"); // chance, or a start that took too long for it
                }
            }
            over.set(true);
        }
    }

    static Configuration configuration(ChatModel candidate) {
        return Configuration.builder()
                .model(ModelSettings.of(Deployment.builder(BASELINE)
                        .upstream(ChatModel.honouringDeadline(
                                (request, deadline) -> ChatResponse.of("from the baseline")))
                        .build()))
                .model(new ModelSettings(
                        Deployment.builder(CANDIDATE).upstream(candidate).build(), OUT_OF_THE_WAY, null))
                .agent(AgentSettings.builder(AGENT)
                        .baseline(BASELINE)
                        .candidate(CANDIDATE)
                        .timeout(Duration.ofHours(1))
                        .rollout(RolloutSettings.DEFAULT
                                .withRamp(RampSettings.builder()
                                        .stages(STAGES)
                                        .hold(List.of(Duration.ofSeconds(1)))
                                        .minCalls(List.of(3))
                                        .gates(Set.of())
                                        .build())
                                .withGuard(new GuardSettings(true, null, 0.05, 0, 10)))
                        .build())
                .build();
    }

    private static String spell(RolloutStatus status) {
        return status.phase() + " " + status.step() + " " + status.share().thousandths();
    }

    private static synchronized void say(String line) {
        System.out.println(line);
    }

    /** A store that says what it writes, before and after. */
    private record Telling(RolloutStore store) implements RolloutStore {
        @Override
        public Optional<StoredRecord> read(String key) {
            return store.read(key);
        }

        @Override
        public boolean write(String key, long expectedEpoch, StoredRecord record) {
            if (!key.equals(AGENT)) {
                return store.write(key, expectedEpoch, record);
            }
            RolloutState state = RolloutState.read(key, record);
            String what =
                    state.phase() + " " + state.step() + " " + state.share().thousandths();
            say("writes " + what);
            boolean written = store.write(key, expectedEpoch, record);
            say((written ? "wrote " : "lost ") + what);
            return written;
        }

        @Override
        public Optional<String> setAside(String key) {
            return store.setAside(key);
        }
    }
}
