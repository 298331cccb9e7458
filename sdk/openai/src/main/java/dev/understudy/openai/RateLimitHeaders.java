package dev.understudy.openai;

import dev.understudy.chat.Quota;
import dev.understudy.chat.QuotaListener;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Headers;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * What a response's headers say is left of the provider's rate limits:
 *
 * <ul>
 *   <li>{@code x-ratelimit-limit-requests}, {@code -remaining-requests}, {@code -reset-requests}, and the same of {@code
 *       -tokens}: OpenAI, Groq and many others, with resets such as {@code 6m0s}, {@code 20ms} or a number of seconds
 *   <li>{@code x-ratelimit-limit-req-minute}, {@code -remaining-req-minute}, {@code -limit-tokens-minute}, {@code
 *       -remaining-tokens-minute}: Mistral, which says no reset; what is missing of a minute's limit comes back in that part of a
 *       minute
 *   <li>{@code ratelimitbysize-limit}, {@code -remaining}, {@code -reset}: tokens, as Mistral said them before
 * </ul>
 *
 * <p>Half of such a word, or one that is no number, negative, or resets after more than a day, is as good as none.
 */
final class RateLimitHeaders {

    private static final String OPENAI = "x-ratelimit-";
    private static final String BY_SIZE = "ratelimitbysize-";
    private static final Pattern COUNT = Pattern.compile("\\d{1,15}");
    private static final Pattern RESET = Pattern.compile("(?:\\d{1,12}(?:\\.\\d{1,12})?(?:ns|us|µs|ms|s|m|h|d)){1,7}");
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h|d)");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,12}(?:\\.\\d{1,12})?");
    private static final long MINUTE = 60_000_000_000L;

    private RateLimitHeaders() {}

    /** Tells what a response says, if it says anything; of another it only looks at the headers' names. */
    static void tell(Response response, QuotaListener listener) {
        Headers headers = response.headers();
        Words requests = null;
        Words tokens = null;
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            if (!name.regionMatches(true, 0, OPENAI, 0, OPENAI.length())
                    && !name.regionMatches(true, 0, BY_SIZE, 0, BY_SIZE.length())) {
                continue;
            }
            requests = requests == null ? new Words() : requests;
            tokens = tokens == null ? new Words() : tokens;
            String value = headers.value(i).strip();
            switch (name.toLowerCase(Locale.ROOT)) {
                case "x-ratelimit-limit-requests" -> requests.limit = count(value);
                case "x-ratelimit-remaining-requests" -> requests.remaining = count(value);
                case "x-ratelimit-reset-requests" -> requests.reset = reset(value);
                case "x-ratelimit-limit-req-minute" -> requests.limitOfMinute(count(value));
                case "x-ratelimit-remaining-req-minute" -> requests.remaining = count(value);
                case "x-ratelimit-limit-tokens", BY_SIZE + "limit" -> tokens.limit = count(value);
                case "x-ratelimit-remaining-tokens", BY_SIZE + "remaining" -> tokens.remaining = count(value);
                case "x-ratelimit-reset-tokens", BY_SIZE + "reset" -> tokens.reset = reset(value);
                case "x-ratelimit-limit-tokens-minute" -> tokens.limitOfMinute(count(value));
                case "x-ratelimit-remaining-tokens-minute" -> tokens.remaining = count(value);
                default -> {} // of an hour, a day, a month, a project: shorter ones close first, and a 429 says the
                // rest
            }
        }
        Quota ofRequests = requests == null ? null : requests.quota();
        Quota ofTokens = tokens == null ? null : tokens.quota();
        if (ofRequests != null || ofTokens != null) {
            long ageMillis = response.receivedResponseAtMillis() - response.sentRequestAtMillis();
            listener.told(ofRequests, ofTokens, Math.max(0, ageMillis) * 1_000_000);
        }
    }

    private static long count(String value) {
        return COUNT.matcher(value).matches() ? Long.parseLong(value) : -1;
    }

    /** Go's way of writing a duration, or seconds. */
    static @Nullable Duration reset(String value) {
        BigDecimal nanos;
        if (SECONDS.matcher(value).matches()) {
            nanos = new BigDecimal(value).movePointRight(9);
        } else if (RESET.matcher(value).matches()) {
            nanos = BigDecimal.ZERO;
            for (Matcher part = PART.matcher(value); part.find(); ) {
                nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit(part.group(2)))));
            }
        } else {
            return null;
        }
        boolean believable =
                nanos.signum() > 0 && nanos.compareTo(BigDecimal.valueOf(RetryAfter.LONGEST.toNanos())) <= 0;
        // Rounded up: never a moment too early.
        return believable
                ? Duration.ofNanos(nanos.setScale(0, RoundingMode.CEILING).longValue())
                : null;
    }

    private static long unit(String name) {
        return switch (name) {
            case "ns" -> 1;
            case "us", "µs" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000;
            case "m" -> MINUTE;
            case "h" -> 60 * MINUTE;
            default -> 24 * 60 * MINUTE;
        };
    }

    /** What was said of one limit; below zero is what was not, or makes no sense. */
    private static final class Words {
        long limit = -1;
        long remaining = -1;

        @Nullable
        Duration reset;

        private boolean ofMinute;

        void limitOfMinute(long count) {
            limit = count;
            ofMinute = true;
        }

        @Nullable
        Quota quota() {
            if (remaining < 0 || (limit >= 0 && remaining > limit)) {
                return null;
            }
            Duration until = reset;
            if (until == null && ofMinute && limit > remaining) {
                until = Duration.ofNanos((long) Math.ceil((double) MINUTE * (limit - remaining) / limit));
            }
            return until == null ? null : new Quota(Math.max(0, limit), remaining, until);
        }
    }
}
