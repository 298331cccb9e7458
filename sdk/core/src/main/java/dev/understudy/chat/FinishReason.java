package dev.understudy.chat;

/** Why the model stopped. */
public enum FinishReason {
    /** It was done, or met a stop sequence. */
    STOP,
    /** It reached a token limit: the answer is cut short (see {@link ChatResponse#truncated()}). */
    LENGTH,
    /** It wants tools called. */
    TOOL_CALLS,
    /** The provider's filter cut the answer. */
    CONTENT_FILTER,
    /** The provider said something else, or nothing. */
    OTHER
}
