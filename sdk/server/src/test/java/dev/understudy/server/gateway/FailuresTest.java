package dev.understudy.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.server.http.Answer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients hear of a failed call, and whether they come again by themselves. */
class FailuresTest {

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void a_client_comes_again_only_where_it_is_told_when(FailureKind kind) {
        Answer answer = told(kind, null);

        boolean guard = kind == FailureKind.OVERLOADED || kind == FailureKind.CIRCUIT_OPEN;
        assertThat(answer.headers()).containsEntry("x-should-retry", String.valueOf(guard));
        assertThat(answer.headers().containsKey("Retry-After")).isEqualTo(guard);
        assertThat(answer.headers()).containsEntry("Content-Type", "application/json");
    }

    @Test
    void a_wait_that_is_known_is_told_in_whole_seconds_and_exactly() {
        Answer answer = told(FailureKind.CIRCUIT_OPEN, Duration.ofMillis(4_200));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.headers())
                .containsEntry("Retry-After", "5")
                .containsEntry("retry-after-ms", "4200")
                .containsEntry("x-should-retry", "true");
    }

    @Test
    void a_wait_that_no_client_takes_is_told_and_nobody_comes_again() {
        Answer answer = told(FailureKind.RATE_LIMITED, Duration.ofSeconds(60));

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.headers()).containsEntry("Retry-After", "60").containsEntry("x-should-retry", "false");
    }

    @Test
    void no_two_clients_need_to_come_back_in_the_same_moment() {
        assertThat(java.util.stream.Stream.generate(() ->
                                told(FailureKind.OVERLOADED, null).headers().get("retry-after-ms"))
                        .limit(50)
                        .distinct())
                .hasSizeGreaterThan(10);
    }

    private static Answer told(FailureKind kind, @Nullable Duration wait) {
        Origin origin = new Origin("m", null, 0, null, wait, null);
        return Failures.of(kind.exception("It failed", origin, null)).answer();
    }
}
