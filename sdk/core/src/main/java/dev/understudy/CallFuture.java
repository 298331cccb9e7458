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

    CallFuture(Pipeline pipeline, ChatCall call) {
        this.pipeline = pipeline;
        this.call = call;
        whenComplete((answer, failure) -> call.cancel());
    }

    @Override
    public void run() {
        call.runsHere();
        ChatResponse answer;
        try {
            answer = pipeline.run(call);
        } catch (Throwable failure) { // whoever asks the future is told
            completeExceptionally(failure);
            return;
        }
        complete(answer);
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
