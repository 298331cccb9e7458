package dev.understudy;

import dev.understudy.call.ChatCall;
import dev.understudy.chat.ChatResponse;
import java.util.concurrent.CompletableFuture;

/**
 * The future of one call. However it is completed from outside (cancelled, timed out, obtruded), nobody waits for the
 * answer any more, and the call is cancelled down to the wire.
 */
final class CallFuture extends CompletableFuture<ChatResponse> implements Runnable {

    private final Pipeline pipeline;
    private final ChatCall call;
    /** Whether somebody outside is about to complete this: then what becomes of the call is nobody's answer. */
    private volatile boolean givenUp;

    CallFuture(Pipeline pipeline, ChatCall call) {
        this.pipeline = pipeline;
        this.call = call;
        whenComplete((answer, failure) -> call.cancel()); // also for ways of completing that are not overridden below
    }

    @Override
    public void run() {
        call.runsHere();
        ChatResponse answer;
        try {
            answer = pipeline.run(call);
        } catch (Throwable failure) { // whoever asks the future is told
            if (!givenUp) {
                super.completeExceptionally(failure);
            }
            return;
        }
        super.complete(answer);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        giveUp();
        return super.cancel(mayInterruptIfRunning);
    }

    @Override
    public boolean completeExceptionally(Throwable reason) {
        giveUp();
        return super.completeExceptionally(reason);
    }

    @Override
    public boolean complete(ChatResponse answer) {
        giveUp();
        return super.complete(answer);
    }

    /** First the wire, then whoever depends on this future: those are told the latest first, and may take their time. */
    private void giveUp() {
        if (!isDone()) {
            givenUp = true;
            call.cancel();
        }
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
