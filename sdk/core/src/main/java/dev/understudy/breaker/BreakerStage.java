package dev.understudy.breaker;

import dev.understudy.call.Chain;
import dev.understudy.call.ChatCall;
import dev.understudy.call.Stage;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.ChatException;
import dev.understudy.error.CircuitOpenException;
import dev.understudy.event.Event;

/** Lets a call pass only if the model's breaker does, and tells the breaker what became of it. */
public final class BreakerStage implements Stage {

    private final ModelBreaker breaker;

    /**
     * Guards a model.
     *
     * @param breaker the model's breaker, shared by all who call the model
     */
    public BreakerStage(ModelBreaker breaker) {
        this.breaker = breaker;
    }

    @Override
    public ChatResponse handle(ChatCall call, Chain next) {
        Permission permission = acquire(call);
        int sent = call.attempts();
        try {
            ChatResponse response = next.proceed(call);
            permission.succeeded(call.answeredNanos());
            return response;
        } catch (ChatException failure) {
            // What was never sent is not the model's fault: time may have run out in our own queue.
            if (call.attempts() > sent) {
                permission.failed(failure.kind());
            }
            throw failure;
        } finally {
            permission.release();
        }
    }

    private Permission acquire(ChatCall call) {
        try {
            return breaker.acquire();
        } catch (CircuitOpenException refusal) {
            call.emit(new Event.Rejected(call.agent(), call.model(), ModelBreaker.GUARD));
            throw refusal;
        }
    }
}
