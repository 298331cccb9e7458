package dev.understudy.server.gateway;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.Variant;
import dev.understudy.server.http.Request;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a request says in headers, because OpenAI's format has no words for it. */
final class CallHeaders {

    static final String USER = "X-User";
    static final String TENANT = "X-Tenant";
    static final String EXPERIMENT = "X-Experiment";
    static final String TIMEOUT = "X-Timeout";
    /** How long the official clients wait, in seconds: they say so in each request, 600 unless told otherwise. */
    static final String CLIENT_TIMEOUT = "X-Stainless-Timeout";

    private static final Pattern DURATION = Pattern.compile("([1-9]\\d{0,8})\\s*(ms|s|m|h)");

    private static final Duration FOR_EVER = Duration.ofDays(365_000);

    private CallHeaders() {}

    /**
     * Reads the headers.
     *
     * @param request the request
     * @param user who asks, as the body says it; a header comes before it
     * @param client who is allowed to ask; empty where nobody needs to be
     * @param longest the agent's own time-out: a caller waits no longer than it, but may wait less
     */
    static CallOptions options(Request request, @Nullable String user, String client, Duration longest) {
        CallOptions.Builder options = CallOptions.builder();
        String unit = value(request, USER).orElse(user);
        if (unit != null && !unit.isEmpty()) {
            options.unit(unit);
        }
        String tenant = value(request, TENANT).orElse("");
        if (!client.isEmpty() || !tenant.isEmpty()) {
            options.scope(client + "/" + tenant); // no client's answers are another's, whatever tenant they name
        }
        value(request, EXPERIMENT).ifPresent(name -> options.variant(variant(name)));
        Duration timeout = timeout(request);
        if (timeout.compareTo(longest) < 0) {
            options.timeout(timeout);
        }
        return options.build();
    }

    /** The caller's patience: nobody is asked for somebody who has gone. */
    private static Duration timeout(Request request) {
        Duration asked = value(request, TIMEOUT).map(CallHeaders::timeout).orElse(FOR_EVER);
        Duration client = value(request, CLIENT_TIMEOUT)
                .filter(text -> text.matches("[1-9]\\d{0,8}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(FOR_EVER);
        return asked.compareTo(client) < 0 ? asked : client;
    }

    private static Variant variant(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "canary", "candidate" -> Variant.CANDIDATE;
            case "baseline" -> Variant.BASELINE;
            default -> throw wrong(EXPERIMENT, "is one of canary, candidate, baseline");
        };
    }

    private static Duration timeout(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw wrong(TIMEOUT, "is a number with its unit, such as 800ms or 5s");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    private static ApiError wrong(String header, String right) {
        return ApiError.wrong(400, "invalid_value", header, "The header '" + header + "' " + right);
    }

    private static Optional<String> value(Request request, String header) {
        return request.header(header).map(CallHeaders::decoded);
    }

    /**
     * The server reads a byte as a character. Most clients that send anything but ASCII send UTF-8, and a unit that was
     * garbled would not be the unit that the same user has elsewhere.
     */
    private static String decoded(String value) {
        boolean plain = value.chars().allMatch(c -> c < 0x80);
        if (plain) {
            return value.strip();
        }
        try {
            byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()
                    .strip();
        } catch (CharacterCodingException latin) {
            return value.strip();
        }
    }
}
