package dev.understudy.tests.simulation;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.Sink;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.time.Deadline;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * The scripted transport: a model that does as its mood of the moment says. An answer names the attempt that it answers, so
 * that nobody can get another's unnoticed.
 */
final class MoodyModel implements ChatModel {

    /** How a model treats those who wait for it no longer. */
    enum Manners {
        /** Minds its deadline. */
        HONOURS,
        /** Runs on a worker; gives up when that is interrupted. */
        INTERRUPTIBLE,
        /** Runs on a worker, and does not stop before it is done. */
        STUBBORN
    }

    private static final long LONG_SILENCE = 30_000_000_000L;
    private static final String ANSWER = "answer to attempt ";
    private static final int PIECE = 4;

    private final Simulation simulation;
    private final String name;
    private final Manners manners;
    private final SplittableRandom chance;
    private final TreeMap<Long, Mood> moods;
    private final long usualNanos;
    private boolean healed;

    MoodyModel(
            Simulation simulation,
            String name,
            Manners manners,
            SplittableRandom chance,
            TreeMap<Long, Mood> moods,
            long usualNanos) {
        this.simulation = simulation;
        this.name = name;
        this.manners = manners;
        this.chance = chance;
        this.moods = moods;
        this.usualNanos = usualNanos;
    }

    String name() {
        return name;
    }

    boolean isInterruptible() {
        return manners != Manners.STUBBORN;
    }

    /** From now on it answers whatever it is asked. */
    void heal() {
        healed = true;
    }

    /** Returns the attempt that a text answers. */
    static Attempt answered(String text, List<Attempt> attempts) {
        return attempts.get(Integer.parseInt(text.substring(ANSWER.length())));
    }

    @Override
    public boolean honoursDeadline() {
        return manners == Manners.HONOURS;
    }

    @Override
    public boolean streams() {
        return true;
    }

    @Override
    public ChatResponse chat(ChatRequest request, Deadline deadline) {
        return stream(request, deadline, null);
    }

    /** The same with its text in pieces, where somebody listens: some come before it fails, or falls silent. */
    @Override
    public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
        Attempt attempt = simulation.sent(this, request, deadline, draw());
        try {
            simulation.world.pause();
            return act(attempt, deadline, sink);
        } finally {
            simulation.over(attempt);
        }
    }

    private Act draw() {
        if (healed) {
            return Act.answer(1_000_000, FinishReason.STOP);
        }
        Mood mood = moods.floorEntry(simulation.world.elapsedNanos()).getValue();
        return mood.draw(chance, name, usualNanos);
    }

    private ChatResponse act(Attempt attempt, Deadline deadline, Sink sink) {
        Act act = attempt.act;
        simulation.sabotage.beforeAnswer(attempt, simulation.world);
        String text = ANSWER + simulation.sabotage.answered(attempt);
        boolean answers = act.how() == Act.How.ANSWER || act.how() == Act.How.SILENCE;
        int early = sink == null ? 0 : attempt.id % 3; // pieces of four letters before the rest of its time
        speak(text, early, act.latencyNanos() / 4, deadline, sink);
        wait(act.how() == Act.How.SILENCE ? LONG_SILENCE : act.latencyNanos(), deadline);
        if (sink != null && answers) {
            sink.progress();
            sink.text(text.substring(early * PIECE));
        }
        return switch (act.how()) {
            case ANSWER, SILENCE -> // after all
                new ChatResponse(
                        text, List.of(), act.finish(), attempt.usage, "request-" + attempt.id, Provenance.NONE);
            case FAIL -> throw act.failure().exception("scripted", simulation.sabotage.told(act.origin()), null);
            case FOREIGN -> throw new ForeignException();
            case NOTHING -> null;
            case FATAL -> throw new FatalError();
        };
    }

    private void speak(String text, int pieces, long nanos, Deadline deadline, Sink sink) {
        for (int piece = 0; piece < pieces; piece++) {
            wait(nanos, deadline);
            sink.text(text.substring(piece * PIECE, (piece + 1) * PIECE));
        }
    }

    private void wait(long nanos, Deadline deadline) {
        switch (manners) {
            case HONOURS -> {
                if (!simulation.waiting.sleep(nanos, deadline)) {
                    throw ended(deadline);
                }
            }
            case INTERRUPTIBLE -> {
                long until = simulation.world.elapsedNanos() + nanos;
                while (simulation.world.elapsedNanos() < until) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw new ForeignException();
                    }
                    simulation.world.park(this, until - simulation.world.elapsedNanos());
                }
            }
            case STUBBORN -> simulation.world.sleep(nanos);
        }
    }

    /** As a client that minds its deadline would say it, or as one that leaves it to the SDK. */
    private RuntimeException ended(Deadline deadline) {
        if (chance.nextInt(4) == 0) {
            return new ForeignException();
        }
        boolean cancelled = Thread.currentThread().isInterrupted() || deadline.isCancelled();
        FailureKind kind = cancelled ? FailureKind.CANCELLED : FailureKind.TIMEOUT;
        return kind.exception("scripted silence", Origin.of(name), null);
    }

    /** What the SDK has never heard of. */
    static final class ForeignException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** What nobody should catch. */
    static final class FatalError extends Error {
        private static final long serialVersionUID = 1L;
    }
}
