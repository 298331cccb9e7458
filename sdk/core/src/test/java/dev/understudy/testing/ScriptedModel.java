package dev.understudy.testing;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Sink;
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

        /** What is not said to stream comes as a whole. */
        default ChatResponse speak(ChatRequest request, Deadline deadline, Sink sink) {
            ChatResponse whole = play(request, deadline);
            sink.text(whole.text());
            return whole;
        }
    }

    /** Pieces with a pause before each, and what comes after the last of them. */
    private record Speech(Waiting waiting, Duration pause, List<String> pieces, Step end) implements Step {
        @Override
        public ChatResponse play(ChatRequest request, Deadline deadline) {
            return speak(request, deadline, piece -> {});
        }

        @Override
        public ChatResponse speak(ChatRequest request, Deadline deadline, Sink sink) {
            for (String piece : pieces) {
                if (!waiting.sleep(pause.toNanos(), deadline)) {
                    throw silence(deadline);
                }
                sink.text(piece);
            }
            return end.play(request, deadline);
        }
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
        return failsAfter(Duration.ZERO, kind, origin);
    }

    public ScriptedModel failsAfter(Duration time, FailureKind kind) {
        return failsAfter(time, kind, Origin.of("scripted"));
    }

    private ScriptedModel failsAfter(Duration time, FailureKind kind, Origin origin) {
        script.add((request, deadline) -> {
            if (!waiting.sleep(time.toNanos(), deadline)) {
                throw silence(deadline);
            }
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

    /** Says these pieces, and has answered. */
    public ScriptedModel speaks(String... pieces) {
        return speaksEvery(Duration.ZERO, pieces);
    }

    /** Says these pieces with a pause before each, and has answered. */
    public ScriptedModel speaksEvery(Duration pause, String... pieces) {
        String whole = String.join("", pieces);
        script.add(new Speech(waiting, pause, List.of(pieces), (request, deadline) -> ChatResponse.of(whole)));
        return this;
    }

    /** Says these pieces, and fails. */
    public ScriptedModel speaksAndFails(FailureKind kind, String... pieces) {
        script.add(new Speech(waiting, Duration.ZERO, List.of(pieces), (request, deadline) -> {
            throw kind.exception("scripted " + kind.tag(), Origin.of("scripted"), null);
        }));
        return this;
    }

    /** Says these pieces, and nothing more. */
    public ScriptedModel speaksAndHangs(String... pieces) {
        script.add(new Speech(waiting, Duration.ZERO, List.of(pieces), (request, deadline) -> {
            waiting.sleep(Duration.ofDays(1).toNanos(), deadline);
            throw silence(deadline);
        }));
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
    public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
        int step = Math.min(calls.getAndIncrement(), script.size() - 1);
        return script.get(step).speak(request, deadline, sink);
    }

    @Override
    public boolean streams() {
        return true;
    }

    @Override
    public boolean honoursDeadline() {
        return true;
    }
}
