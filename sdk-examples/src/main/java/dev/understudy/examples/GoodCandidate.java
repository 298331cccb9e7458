package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.CancelledException;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.rollout.RampSettings;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.RolloutStatus;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The other story: a good candidate climbs from 1 % to everybody, on a clock that makes a second of what would be minutes,
 * hours and a day. Run it with {@code mvn -q -Pquickstart -Dexample=GoodCandidate}.
 */
public final class GoodCandidate {

    private static final String AGENT = "qa_agent";
    private static final int CALLERS = 8;
    private static final int USERS = 2_000;
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** Models that take 10 ms sharp differ by this machine's microseconds, and a guard without allowance would find that out. */
    private static final GuardSettings PATIENT = new GuardSettings(true, Duration.ofMillis(400), 0.05, 0, 1);

    private GoodCandidate() {}

    /**
     * Plays it; the exit code is 1 if the candidate has not reached everybody within two minutes.
     *
     * @param args none
     */
    public static void main(String[] args) {
        RolloutStatus end = play(System.out);
        if (end.phase() != RolloutPhase.COMPLETED) {
            System.exit(1);
        }
    }

    static RolloutStatus play(PrintStream out) {
        RampSettings ramp = RampSettings.builder()
                .stages(1, 5, 25, 100)
                .hold(List.of(Duration.ofSeconds(1))) // instead of 10 minutes, an hour, a day
                .minCalls(List.of(10, 50, 100))
                .build();
        RolloutSettings rollout = RolloutSettings.DEFAULT.withRamp(ramp).withGuard(PATIENT);
        Configuration configuration = Configuration.builder()
                .deployment(Deployment.of("qa-tuned-v1.2", model()))
                .deployment(Deployment.of("qa-tuned-v1.3", model()))
                .agent(AgentSettings.builder(AGENT)
                        .baseline("qa-tuned-v1.2")
                        .candidate("qa-tuned-v1.3")
                        .timeout(Duration.ofSeconds(5))
                        .rollout(rollout)
                        .build())
                .build();
        try (ModelRegistry registry =
                ModelRegistry.builder().configuration(configuration).build()) {
            return climb(registry, out);
        }
    }

    /** Calls until the ramp has come to its end, and tells what it decided. */
    private static RolloutStatus climb(ModelRegistry registry, PrintStream out) {
        long start = System.nanoTime();
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        for (int i = 0; i < CALLERS; i++) {
            Random users = new Random(i);
            callers.execute(() -> callUntilInterrupted(registry, users));
        }
        RolloutStatus status = registry.rollout(AGENT);
        int told = 0;
        while (status.phase() != RolloutPhase.COMPLETED
                && status.phase() != RolloutPhase.ROLLED_BACK
                && System.nanoTime() - start < PATIENCE_NANOS) {
            pause(100);
            status = registry.rollout(AGENT);
            for (RolloutDecision decision :
                    status.decisions().subList(told, status.decisions().size())) {
                out.println(Summary.words(decision));
                told++;
            }
        }
        callers.shutdownNow();
        out.println("'" + status.candidate() + "' serves " + status.share() + " of the users; "
                + status.candidateSeen().calls() + " calls of it were watched, "
                + status.candidateSeen().errors() + " failed.");
        return status;
    }

    private static void callUntilInterrupted(ModelRegistry registry, Random users) {
        while (!Thread.currentThread().isInterrupted()) {
            CallOptions user =
                    CallOptions.builder().unit("user-" + users.nextInt(USERS)).build();
            try {
                registry.chat(AGENT, List.of(Message.user("Where is my parcel?")), user);
            } catch (CancelledException interrupted) {
                return;
            }
        }
    }

    /** Takes 10 ms, as no model does; that is the fast clock, too. */
    private static ChatModel model() {
        return (request, deadline) -> {
            pause(10);
            return ChatResponse.of("It is on its way.");
        };
    }

    private static void pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
