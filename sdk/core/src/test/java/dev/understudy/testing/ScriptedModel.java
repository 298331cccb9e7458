package dev.understudy.testing;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model that does what its script says, one step a call; the last step repeats. It honours its deadline.
 *
 * <pre>{@code ScriptedModel.on(waiting).answers("a").thenFails(FailureKind.UPSTREAM).thenHangs()}</pre>
 */
public final class ScriptedModel implements ChatModel {

    private interface Step {
        ChatResponse play(ChatRequest request, Deadline deadline);
    }

    private final Waiting waiting;
    private final List<Step> script = new ArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();

    private ScriptedModel(Waiting waiting) {
        this.waiting = waiting;
    }

    public static ScriptedModel on(Waiting waiting) {
        return new ScriptedModel(waiting);
    }

    public ScriptedModel answers(String text) {
        return answersAfter(Duration.ZERO, text);
    }

    public ScriptedModel answersAfter(Duration time, String text) {
        script.add((request, deadline) -> {
            if (!waiting.sleep(time.toNanos(), deadline)) {
                throw silence(deadline);
            }
            return ChatResponse.of(text);
        });
        return this;
    }

    public ScriptedModel fails(FailureKind kind) {
        return fails(kind, Origin.of("scripted"));
    }

    public ScriptedModel fails(FailureKind kind, Origin origin) {
        script.add((request, deadline) -> {
            throw kind.exception("scripted " + kind.tag(), origin, null);
        });
        return this;
    }

    public ScriptedModel throwsForeign(RuntimeException exception) {
        script.add((request, deadline) -> {
            throw exception;
        });
        return this;
    }

    public ScriptedModel hangs() {
        return answersAfter(Duration.ofDays(1), "too late");
    }

    public ScriptedModel thenAnswers(String text) {
        return answers(text);
    }

    public ScriptedModel thenFails(FailureKind kind) {
        return fails(kind);
    }

    public ScriptedModel thenHangs() {
        return hangs();
    }

    /** How often it was asked. */
    public int calls() {
        return calls.get();
    }

    private static RuntimeException silence(Deadline deadline) {
        boolean cancelled = deadline.isCancelled() || Thread.currentThread().isInterrupted();
        FailureKind kind = cancelled ? FailureKind.CANCELLED : FailureKind.TIMEOUT;
        return kind.exception("scripted silence", Origin.of("scripted"), null);
    }

    @Override
    public ChatResponse chat(ChatRequest request, Deadline deadline) {
        int step = Math.min(calls.getAndIncrement(), script.size() - 1);
        return script.get(step).play(request, deadline);
    }

    @Override
    public boolean honoursDeadline() {
        return true;
    }
}
