package dev.understudy.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.Variant;
import dev.understudy.server.http.Request;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallHeadersTest {

    @Test
    void without_headers_everything_is_as_configured() {
        CallOptions options = options();

        assertThat(options.unit()).isNull();
        assertThat(options.scope()).isEmpty();
        assertThat(options.variant()).isNull();
        assertThat(options.timeout()).isNull();
    }

    @Test
    void the_user_is_the_unit_and_the_header_comes_before_the_body() {
        assertThat(options("X-User", "u-1").unit()).isEqualTo("u-1");
        assertThat(CallHeaders.options(request(), "u-2", "", Duration.ofMinutes(1))
                        .unit())
                .isEqualTo("u-2");
        assertThat(CallHeaders.options(request("x-user", "u-1"), "u-2", "", Duration.ofMinutes(1))
                        .unit())
                .isEqualTo("u-1");
        assertThat(options("X-User", "").unit()).isNull();
    }

    @Test
    void a_user_is_the_same_whose_name_came_as_utf_8_or_as_latin() {
        String wire = new String("Zoë".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);

        assertThat(options("X-User", wire).unit()).isEqualTo("Zoë");
        assertThat(options("X-User", "Zoë").unit()).isEqualTo("Zoë");
    }

    @ParameterizedTest
    @CsvSource({"canary, CANDIDATE", "Candidate, CANDIDATE", "baseline, BASELINE"})
    void an_experiment_asks_for_a_variant(String said, Variant variant) {
        assertThat(options("X-Experiment", said).variant()).isEqualTo(variant);
    }

    @Test
    void the_scope_is_the_tenant_of_the_client() {
        Duration minute = Duration.ofMinutes(1);

        assertThat(options("X-Tenant", "acme").scope()).isEqualTo("/acme");
        assertThat(CallHeaders.options(request("X-Tenant", "acme"), null, "shop", minute)
                        .scope())
                .isEqualTo("shop/acme");
        assertThat(CallHeaders.options(request(), null, "shop", minute).scope()).isEqualTo("shop/");
    }

    @ParameterizedTest
    @CsvSource({"800ms, 800", "5s, 5000", "5 s, 5000"})
    void a_timeout_has_a_unit(String said, long millis) {
        assertThat(options("X-Timeout", said).timeout()).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void the_shortest_of_all_time_outs_counts() {
        assertThat(options("X-Timeout", "5s", "X-Stainless-Timeout", "3").timeout())
                .isEqualTo(Duration.ofSeconds(3));
        assertThat(options("X-Timeout", "5s", "X-Stainless-Timeout", "600").timeout())
                .isEqualTo(Duration.ofSeconds(5));
        assertThat(options("X-Timeout", "2h").timeout()).isNull();
        assertThat(options("X-Stainless-Timeout", "NaN").timeout()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "0s", "-1s", "soon", "5s5s", "99999999999s"})
    void a_timeout_that_is_none_is_refused(String said) {
        ApiError error = catchThrowableOfType(ApiError.class, () -> options("X-Timeout", said));

        assertThat(error.status()).isEqualTo(400);
        assertThat(error.parameter()).isEqualTo("X-Timeout");
    }

    @Test
    void an_experiment_that_nobody_knows_is_refused() {
        ApiError error = catchThrowableOfType(ApiError.class, () -> options("X-Experiment", "purple"));

        assertThat(error.parameter()).isEqualTo("X-Experiment");
        assertThat(error).hasMessageNotContaining("purple");
    }

    private static CallOptions options(String... headers) {
        return CallHeaders.options(request(headers), null, "", Duration.ofMinutes(1));
    }

    private static Request request(String... headers) {
        Map<String, List<String>> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        return new Request("POST", "/v1/chat/completions", Map.of(), all, new byte[0]);
    }
}
