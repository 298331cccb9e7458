package dev.understudy.server.http;

import java.io.IOException;

/**
 * What answers the requests to one path and everything below it. Called on a thread of its own for each request, which may
 * be a virtual one; it may block. Thread-safe.
 */
@FunctionalInterface
public interface Route {

    /**
     * Answers a request. What it throws becomes an answer without detail: a {@link Refusal} its own, anything else 500.
     *
     * @param request what is asked; its body was read whole, within the cap
     * @return the answer
     * @throws IOException if the connection is gone
     */
    Answer answer(Request request) throws IOException;
}
