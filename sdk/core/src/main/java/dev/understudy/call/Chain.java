package dev.understudy.call;

import dev.understudy.chat.ChatResponse;
import java.util.List;

/** The rest of a call's way: stages in order, the last of which answers. Immutable, composed once per configuration. */
public final class Chain {

    private static final Chain END = new Chain((call, next) -> {
        throw new IllegalStateException("The last stage of a chain must answer");
    });

    private final Stage stage;
    private final Chain next;

    private Chain(Stage stage) {
        this.stage = stage;
        this.next = this;
    }

    private Chain(Stage stage, Chain next) {
        this.stage = stage;
        this.next = next;
    }

    /**
     * Composes a chain.
     *
     * @param stages in the order in which a call meets them
     * @return a new chain
     */
    public static Chain of(List<Stage> stages) {
        Chain chain = END;
        for (int i = stages.size() - 1; i >= 0; i--) {
            chain = new Chain(stages.get(i), chain);
        }
        return chain;
    }

    /**
     * Lets a call go on.
     *
     * @param call the call
     * @return the answer
     */
    public ChatResponse proceed(ChatCall call) {
        return stage.handle(call, next);
    }
}
