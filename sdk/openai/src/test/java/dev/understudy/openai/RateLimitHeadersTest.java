package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Quota;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Headers;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Rule("R12")
class RateLimitHeadersTest {

    private record Told(Quota requests, Quota tokens, Duration age) {}

    private static List<Told> told(String... headers) {
        List<Told> told = new ArrayList<>();
        Response response = new Response.Builder()
                .request(new Request.Builder().url("http://localhost/").build())
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("OK")
                .headers(Headers.of(headers))
                .sentRequestAtMillis(1_000)
                .receivedResponseAtMillis(3_500)
                .build();
        RateLimitHeaders.tell(
                response, (requests, tokens, age) -> told.add(new Told(requests, tokens, Duration.ofNanos(age))));
        return told;
    }

    @Test
    void openai_says_all_six() {
        assertThat(told(
                        "x-ratelimit-limit-requests", "60",
                        "x-ratelimit-remaining-requests", "59",
                        "x-ratelimit-reset-requests", "1s",
                        "x-ratelimit-limit-tokens", "150000",
                        "x-ratelimit-remaining-tokens", "149984",
                        "x-ratelimit-reset-tokens", "6m0s"))
                .containsExactly(new Told(
                        new Quota(60, 59, Duration.ofSeconds(1)),
                        new Quota(150_000, 149_984, Duration.ofMinutes(6)),
                        Duration.ofMillis(2_500)));
    }

    @Test
    void mistral_says_no_reset_and_what_is_missing_of_a_minute_comes_back_in_that_part_of_it() {
        assertThat(told(
                        "x-ratelimit-limit-req-minute", "720",
                        "x-ratelimit-remaining-req-minute", "0",
                        "x-ratelimit-limit-tokens-minute", "5000000",
                        "x-ratelimit-remaining-tokens-minute", "4000000",
                        "x-ratelimit-tokens-query-cost", "52"))
                .extracting(Told::requests, Told::tokens)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(
                        new Quota(720, 0, Duration.ofMinutes(1)),
                        new Quota(5_000_000, 4_000_000, Duration.ofSeconds(12))));
    }

    @Test
    void mistral_used_to_say_tokens_by_another_name() {
        assertThat(told(
                        "RateLimitBySize-Limit",
                        "500000",
                        "RateLimitBySize-Remaining",
                        "0",
                        "RateLimitBySize-Reset",
                        "49"))
                .extracting(Told::tokens)
                .containsExactly(new Quota(500_000, 0, Duration.ofSeconds(49)));
    }

    @Test
    void one_of_the_two_may_be_missing_and_so_may_the_limit() {
        assertThat(told("x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "7.66s"))
                .containsExactly(new Told(null, new Quota(0, 0, Duration.ofMillis(7_660)), Duration.ofMillis(2_500)));
    }

    @Test
    void a_response_without_such_headers_tells_nothing() {
        assertThat(told()).isEmpty();
        assertThat(told("x-request-id", "r1", "x-ratelimit", "5", "retry-after", "2"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1s, 1000",
        "20ms, 20",
        "6m0s, 360000",
        "2m59.56s, 179560",
        "1h2m3s, 3723000",
        "1d, 86400000",
        "17, 17000",
        "0.5, 500",
        "1500us, 1.5",
        "1500µs, 1.5",
        "800ns, 0.0008",
        "24h0m0s, 86400000",
        " 3s , 3000"
    })
    void resets_are_durations_as_go_writes_them_or_seconds(String value, double millis) {
        assertThat(RateLimitHeaders.reset(value.strip())).isEqualTo(Duration.ofNanos(Math.round(millis * 1e6)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "0s",
                "-1s",
                "soon",
                "1 s",
                "s",
                "5x",
                "NaN",
                "1e3",
                "24h0m0.001s",
                "1722556800",
                "2d",
                "999999999999h",
                "2026-11-30T18:00:00Z",
                "1s1s1s1s1s1s1s1s"
            })
    void absurd_resets_are_as_good_as_none(String value) {
        assertThat(RateLimitHeaders.reset(value)).isNull();
        assertThat(told("x-ratelimit-remaining-requests", "0", "x-ratelimit-reset-requests", value))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "", "many", "1.5", "1e9", "99999999999999999999", "0x10", "+5"})
    void absurd_counts_are_as_good_as_none(String value) {
        assertThat(told("x-ratelimit-remaining-requests", value, "x-ratelimit-reset-requests", "1s"))
                .isEmpty();
        assertThat(told(
                        "x-ratelimit-limit-requests",
                        value,
                        "x-ratelimit-remaining-requests",
                        "5",
                        "x-ratelimit-reset-requests",
                        "1s"))
                .extracting(Told::requests)
                .containsExactly(new Quota(0, 5, Duration.ofSeconds(1)));
    }

    @Test
    void more_left_than_there_is_says_nothing() {
        assertThat(told(
                        "x-ratelimit-limit-tokens",
                        "5",
                        "x-ratelimit-remaining-tokens",
                        "6",
                        "x-ratelimit-reset-tokens",
                        "1s"))
                .isEmpty();
    }
}
