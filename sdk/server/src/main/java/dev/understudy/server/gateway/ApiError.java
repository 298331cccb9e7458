package dev.understudy.server.gateway;

import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Json;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An error as OpenAI's clients expect it: a status, by which they choose the exception's class, and an object with message,
 * type, parameter and code. It shows nothing of the request but the names of its fields.
 *
 * <p>Those clients try again by themselves after 408, 409, 429 and all from 500 on. Retries have one owner, the SDK, which has
 * done what can be done when an error comes here, save for one thing: to come back later, when asked to. So {@code
 * x-should-retry} is true exactly where the error says when.
 */
final class ApiError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    static final String INVALID_REQUEST = "invalid_request_error";
    static final String RATE_LIMIT = "rate_limit_error";
    static final String QUOTA = "insufficient_quota";
    static final String SERVER = "server_error";

    /** Clients take no longer wait from a server, and come back at once instead. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    private final int status;
    private final String type;
    private final @Nullable String code;
    private final @Nullable String parameter;
    private final @Nullable Duration retryAfter;

    private ApiError(
            int status,
            String type,
            @Nullable String code,
            @Nullable String parameter,
            String message,
            @Nullable Duration retryAfter) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.code = code;
        this.parameter = parameter;
        this.retryAfter = retryAfter;
    }

    /** The request is wrong. */
    static ApiError wrong(int status, @Nullable String code, @Nullable String parameter, String message) {
        return new ApiError(status, INVALID_REQUEST, code, parameter, message, null);
    }

    /** The request could not be answered; where it is known how long to wait, it may come again. */
    static ApiError failed(int status, String type, String code, String message, @Nullable Duration retryAfter) {
        return new ApiError(status, type, code, null, message, retryAfter);
    }

    int status() {
        return status;
    }

    @Nullable
    String code() {
        return code;
    }

    @Nullable
    String parameter() {
        return parameter;
    }

    boolean mayComeAgain() {
        return retryAfter != null && retryAfter.compareTo(LONGEST_WAIT) < 0;
    }

    /** The error as an answer of its own. */
    Answer.Whole answer() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("x-should-retry", String.valueOf(mayComeAgain()));
        if (retryAfter != null) {
            headers.put(
                    "Retry-After",
                    String.valueOf(Math.max(1, retryAfter.plusMillis(999).toSeconds())));
            headers.put("retry-after-ms", String.valueOf(Math.max(1, retryAfter.toMillis())));
        }
        return new Answer.Whole(status, headers, json());
    }

    /** The error as an event in a stream that has begun. */
    byte[] json() {
        return Json.write(tree());
    }

    private Map<String, Object> tree() {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("message", getMessage());
        error.put("type", type);
        error.put("param", parameter);
        error.put("code", code);
        return Map.of("error", error);
    }
}
