package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.Rule;
import java.time.Duration;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Rule("R12")
class RetryAfterTest {

    /** 2015-10-21T07:28:00Z. */
    private static final long NOW = 1_445_412_480_000L;

    private static Duration waitOf(String... headers) {
        return RetryAfter.of(Headers.of(headers), NOW);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1000", "20, 20000", "1.5, 1500", " 2 , 2000", "86400, 86400000", "0.0001, 0.1"})
    void seconds_may_have_fractions(String value, double millis) {
        assertThat(waitOf("Retry-After", value.strip())).isEqualTo(Duration.ofNanos((long) (millis * 1_000_000)));
    }

    @Test
    void a_fraction_of_a_nanosecond_is_rounded_up() {
        assertThat(waitOf("Retry-After", "0.0000000001")).isEqualTo(Duration.ofNanos(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "soon",
                "",
                "NaN",
                "Infinity",
                "1e3",
                "0x10",
                "1,5",
                "86400.001",
                "86401",
                "999999999999",
                "99999999999999999999",
                "+5",
                "Wed, 21 Oct 2015",
                "Wed, 99 Foo 2015 07:28:00 GMT"
            })
    void what_cannot_be_meant_is_as_good_as_nothing(String value) {
        assertThat(waitOf("Retry-After", value)).isNull();
    }

    @Test
    void nothing_is_nothing() {
        assertThat(waitOf()).isNull();
    }

    @Test
    void milliseconds_come_first_where_they_make_sense() {
        assertThat(waitOf("retry-after-ms", "1250", "Retry-After", "2")).isEqualTo(Duration.ofMillis(1250));
        assertThat(waitOf("retry-after-ms", "oops", "Retry-After", "2")).isEqualTo(Duration.ofSeconds(2));
        assertThat(waitOf("retry-after-ms", "-3", "Retry-After", "2")).isEqualTo(Duration.ofSeconds(2));
        assertThat(waitOf("retry-after-ms", "0.5")).isEqualTo(Duration.ofNanos(500_000));
    }

    @Test
    void a_date_counts_from_the_servers_own_clock() {
        assertThat(waitOf("Retry-After", "Wed, 21 Oct 2015 07:28:30 GMT", "Date", "Wed, 21 Oct 2015 07:28:20 GMT"))
                .isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void a_date_counts_from_ours_where_the_server_has_none() {
        assertThat(waitOf("Retry-After", "Wed, 21 Oct 2015 07:28:30 GMT")).isEqualTo(Duration.ofSeconds(30));
        assertThat(waitOf("Retry-After", "Wed, 21 Oct 2015 07:28:30 GMT", "Date", "yesterday"))
                .isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void a_date_that_is_past_or_more_than_a_day_away_is_as_good_as_nothing() {
        assertThat(waitOf("Retry-After", "Wed, 21 Oct 2015 07:27:59 GMT")).isNull();
        assertThat(waitOf("Retry-After", "Fri, 23 Oct 2015 07:28:00 GMT")).isNull();
        assertThat(waitOf("Retry-After", "Thu, 22 Oct 2015 07:28:00 GMT")).isEqualTo(Duration.ofDays(1));
    }
}
