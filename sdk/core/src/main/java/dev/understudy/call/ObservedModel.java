package dev.understudy.call;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Sink;
import dev.understudy.event.CallObservation;
import dev.understudy.time.Deadline;

/** A model that is asked once, while somebody follows: on whichever thread asks it. */
final class ObservedModel implements ChatModel {

    private final ChatModel model;
    private final CallObservation.Attempt attempt;

    ObservedModel(ChatModel model, CallObservation.Attempt attempt) {
        this.model = model;
        this.attempt = attempt;
    }

    @Override
    @SuppressWarnings("unused") // the work is only held
    public ChatResponse chat(ChatRequest request, Deadline deadline) {
        try (CallObservation.Work work = attempt.enter()) {
            return model.chat(request, deadline);
        }
    }

    @Override
    @SuppressWarnings("unused") // as above
    public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
        try (CallObservation.Work work = attempt.enter()) {
            return model.stream(request, deadline, sink);
        }
    }

    @Override
    public boolean streams() {
        return model.streams();
    }

    @Override
    public boolean honoursDeadline() {
        return model.honoursDeadline();
    }
}
