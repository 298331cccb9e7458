package dev.understudy.tests.faults;

import dev.understudy.chat.ChatResponse;
import dev.understudy.error.ChatException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a call ended, and how long it took the caller: exactly one of answer and failure. */
record Result(@Nullable ChatResponse answer, @Nullable Throwable failure, Duration took) {

    boolean answered() {
        return answer != null;
    }

    ChatResponse response() {
        if (answer == null) {
            throw new AssertionError("The call failed", failure);
        }
        return answer;
    }

    ChatException exception() {
        if (failure instanceof ChatException exception) {
            return exception;
        }
        throw new AssertionError(answer != null ? "The call was answered: " + answer : "A stray exception", failure);
    }
}
