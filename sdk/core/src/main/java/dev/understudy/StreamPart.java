package dev.understudy;

import dev.understudy.call.FallbackReason;
import dev.understudy.chat.ChatResponse;

/** Something that happens to a streamed answer, for {@linkplain ModelRegistry#parts reactive callers}. Immutable. */
public sealed interface StreamPart {

    /**
     * The answer goes on.
     *
     * @param text the next piece
     */
    record Text(String text) implements StreamPart {
        @Override
        public String toString() {
            return "Text[" + text.length() + " characters]";
        }
    }

    /**
     * All text so far is void; a whole new answer follows.
     *
     * @param reason what happened, and who is asked now
     */
    record Restart(FallbackReason reason) implements StreamPart {}

    /**
     * The answer is complete; the last element.
     *
     * @param response the whole answer
     */
    record Answer(ChatResponse response) implements StreamPart {}
}
