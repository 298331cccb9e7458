package dev.understudy.micrometer;

import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;

/** What handlers are told of a failure. */
final class SpanFailure {

    private static final StackTraceElement[] NO_STACK = {};

    private SpanFailure() {}

    /**
     * An exception of the same class as the real one, and nothing else of it: handlers write messages and stack traces of
     * whole chains of causes into spans, and a foreign cause might quote the prompt.
     */
    static ChatException of(FailureKind kind) {
        ChatException told = kind.exception(kind.tag(), Origin.NONE, null);
        told.setStackTrace(NO_STACK);
        return told;
    }
}
