package dev.understudy.server.http;

import java.util.Map;
import java.util.TreeMap;

/** A request that is not done: which status it gets, and what would be right. Its message goes to whoever asked. */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Map<String, String> headers;

    /**
     * Refuses.
     *
     * @param status the HTTP status, 400 to 599
     * @param message what is wrong and what would be right, without anything secret
     */
    public Refusal(int status, String message) {
        this(status, message, Map.of());
    }

    /**
     * Refuses, with headers.
     *
     * @param status the HTTP status, 400 to 599
     * @param message what is wrong and what would be right, without anything secret
     * @param headers such as {@code Allow} or {@code Retry-After}
     */
    public Refusal(int status, String message, Map<String, String> headers) {
        super(message, null, false, false);
        this.status = status;
        this.headers = Map.copyOf(headers);
    }

    /**
     * Returns the answer that says so: {@code {"error": {"status": 404, "message": "..."}}}.
     *
     * @return an answer in JSON
     */
    public Answer answer() {
        Answer answer =
                Answer.json(status, Map.of("error", new TreeMap<>(Map.of("status", status, "message", getMessage()))));
        for (Map.Entry<String, String> header : headers.entrySet()) {
            answer = answer.with(header.getKey(), header.getValue());
        }
        return answer;
    }

    /**
     * Returns the status.
     *
     * @return such as 404
     */
    public int status() {
        return status;
    }
}
