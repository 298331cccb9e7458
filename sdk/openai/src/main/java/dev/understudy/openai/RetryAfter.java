package dev.understudy.openai;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Date;
import java.util.regex.Pattern;
import okhttp3.Headers;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * How long a provider wants us to wait: {@code retry-after-ms}, else {@code Retry-After} in seconds or as a date. Values
 * that are negative, past, longer than a day or no number at all are as good as none.
 */
final class RetryAfter {

    /** A day is still believed, and is too long for anybody to wait: the call fails or falls back now. */
    static final Duration LONGEST = Duration.ofHours(24);

    private static final BigDecimal LONGEST_MILLIS = BigDecimal.valueOf(LONGEST.toMillis());

    /** Digits only: no sign, exponent, hexadecimal or NaN. */
    private static final Pattern NUMBER = Pattern.compile("\\d{1,12}(\\.\\d{1,12})?");

    private RetryAfter() {}

    /** Reads a response's headers. */
    static @Nullable Duration of(Response response) {
        return of(response.headers(), response.receivedResponseAtMillis());
    }

    /**
     * Reads headers.
     *
     * @param headers the response's
     * @param receivedAtMillis when it came, by the wall clock; the response's own {@code Date} is preferred
     */
    static @Nullable Duration of(Headers headers, long receivedAtMillis) {
        Duration precise = amount(headers.get("retry-after-ms"), 1);
        if (precise != null) {
            return precise;
        }
        String value = headers.get("Retry-After");
        if (value == null) {
            return null;
        }
        Duration seconds = amount(value, 1_000);
        if (seconds != null) {
            return seconds;
        }
        Date until = headers.getDate("Retry-After");
        if (until == null) {
            return null;
        }
        Date sent = headers.getDate("Date");
        return believable(Duration.ofMillis(until.getTime() - (sent == null ? receivedAtMillis : sent.getTime())));
    }

    private static @Nullable Duration amount(@Nullable String value, int millisPerUnit) {
        if (value == null || !NUMBER.matcher(value.strip()).matches()) {
            return null;
        }
        BigDecimal millis = new BigDecimal(value.strip()).multiply(BigDecimal.valueOf(millisPerUnit));
        if (millis.compareTo(LONGEST_MILLIS) > 0) {
            return null;
        }
        // Rounded up: never a moment too early.
        return Duration.ofNanos(
                millis.movePointRight(6).setScale(0, RoundingMode.CEILING).longValue());
    }

    private static @Nullable Duration believable(Duration wait) {
        return wait.isNegative() || wait.compareTo(LONGEST) > 0 ? null : wait;
    }
}
