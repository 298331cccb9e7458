package dev.understudy.call;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.Event;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The end of the way: asks the model, once. Every request that is sent is one attempt, counted and reported exactly once,
 * whatever the model does.
 */
public final class ModelStage implements Stage {

    private final ChatModel upstream;
    private final LatencyRecorder latency;
    private final LatencyRecorder firstContent;
    private final Waiting waiting;
    private final Executor workers;

    /**
     * Leads to a model.
     *
     * @param upstream the model
     * @param latency learns how long successful attempts take; of one that was outrun, how long it had taken by then
     * @param firstContent learns how long streams take to begin, likewise
     * @param waiting the clock, and where the caller waits for a worker
     * @param workers runs models that do not {@linkplain ChatModel#honoursDeadline() honour their deadline}
     */
    public ModelStage(
            ChatModel upstream,
            LatencyRecorder latency,
            LatencyRecorder firstContent,
            Waiting waiting,
            Executor workers) {
        this.upstream = upstream;
        this.latency = latency;
        this.firstContent = firstContent;
        this.waiting = waiting;
        this.workers = workers;
    }

    @Override
    public ChatResponse handle(ChatCall call, Chain next) {
        long start = call.ensureLive();
        call.sentAt(start);
        ChatModel asked = call.observed(upstream);
        Delivery delivery = call.delivery();
        Deadline deadline = delivery == null ? call.deadline() : delivery.begin(upstream.streams(), start);
        WorkerTask task = upstream.honoursDeadline() ? null : handOver(call, asked, deadline);
        if (task == null || !call.isHedge()) { // a hedge's is counted in the moment in which its work begins
            call.countAttempt();
        }
        try {
            ChatResponse response = task == null ? ask(call, asked, deadline, delivery) : task.result(call);
            if (response == null) { // a foreign model may break its contract
                throw FailureKind.MALFORMED.exception(
                        "Model '" + call.model() + "' returned null", Origin.of(call.model()), null);
            }
            report(call, null, start, response.usage(), response.requestId());
            return response;
        } catch (ChatException failure) {
            throw reported(call, delivery == null ? failure : delivery.told(failure), start);
        } catch (RuntimeException foreign) {
            ChatException failure = classify(call, deadline, foreign);
            throw reported(call, delivery == null ? failure : delivery.told(failure), start);
        } catch (Error fatal) {
            report(call, FailureKind.OTHER, start, Usage.NONE, null);
            throw fatal;
        }
    }

    private static ChatResponse ask(ChatCall call, ChatModel asked, Deadline deadline, @Nullable Delivery delivery) {
        if (delivery == null) {
            return asked.chat(call.request(), deadline);
        }
        ChatResponse response = asked.stream(call.request(), deadline, delivery);
        delivery.ensureOpen(); // a foreign model may swallow what it was told
        return response;
    }

    private ChatException reported(ChatCall call, ChatException failure, long start) {
        boolean outrun = failure.kind() == FailureKind.CANCELLED && call.isOutrun();
        report(
                call,
                outrun ? FailureKind.OUTRUN : failure.kind(),
                start,
                usage(failure),
                failure.origin().requestId());
        return failure;
    }

    /** What was billed without an answer. */
    private static Usage usage(ChatException failure) {
        long input = failure.inputTokens();
        long output = failure.outputTokens();
        return input == 0 && output == 0 ? Usage.NONE : new Usage(input, output);
    }

    /** Lets a worker ask, and waits until that is over or left behind. A request that never began is no attempt. */
    private WorkerTask handOver(ChatCall call, ChatModel asked, Deadline deadline) {
        BooleanSupplier mayBegin = call.isHedge() ? call::tryCountAttempt : () -> true;
        WorkerTask task = new WorkerTask(asked, call.request(), deadline, waiting, mayBegin, call.delivery());
        RejectedExecutionException full = null;
        try {
            workers.execute(task);
        } catch (RejectedExecutionException refusal) {
            full = refusal;
        }
        if (full != null || !task.await(call, waiting)) {
            throw noWorker(call, full);
        }
        return task;
    }

    private static ChatException noWorker(ChatCall call, @Nullable RejectedExecutionException full) {
        if (Thread.currentThread().isInterrupted() || call.deadline().isCancelled()) {
            call.ensureLive();
        }
        call.emit(new Event.Rejected(call.agent(), call.model(), "workers"));
        return FailureKind.OVERLOADED.exception(
                "No worker is free to call model '" + call.model() + "'",
                Origin.guard(call.model(), "workers", null),
                full);
    }

    /** What a foreign exception means: its class is shown, its message is not, for it might quote the prompt. */
    private static ChatException classify(ChatCall call, Deadline deadline, RuntimeException foreign) {
        FailureKind kind = FailureKind.OTHER;
        if (Thread.currentThread().isInterrupted() || deadline.isCancelled()) {
            kind = FailureKind.CANCELLED;
        } else if (deadline.isOver()) {
            kind = FailureKind.TIMEOUT;
        }
        return kind.exception(
                "Model '" + call.model() + "' failed with " + foreign.getClass().getName(),
                Origin.of(call.model()),
                foreign);
    }

    private void report(
            ChatCall call, @Nullable FailureKind failure, long start, Usage usage, @Nullable String requestId) {
        long now = waiting.nanoTime();
        long took = now - start;
        if (failure == null) {
            call.answered(now);
            latency.record(took, now);
        } else if (failure == FailureKind.OUTRUN && !call.isHedge()) {
            // At least so long. Without it, the slow ones would be missing, and what is usual would shrink from hedge
            // to hedge.
            (call.delivery() == null ? latency : firstContent).record(took, now);
        } else if (failure.alerting()) {
            call.emit(new Event.Alert(call.agent(), call.model(), failure));
        }
        Delivery delivery = call.delivery();
        if (delivery != null && delivery.firstContentNanos() != Delivery.NEVER) {
            firstContent.record(delivery.firstContentNanos() - start, now);
        }
        Price price = call.deployment().price();
        call.spent(usage, price);
        call.emit(new Event.AttemptFinished(
                call.agent(),
                call.variant(),
                call.model(),
                failure,
                took,
                usage,
                price,
                call.attemptNumber(),
                requestId));
    }
}
