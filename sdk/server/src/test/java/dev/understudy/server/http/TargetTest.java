package dev.understudy.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/health, /health",
        "/health/qa_agent, /health/qa_agent",
        "/health/team/qa:v1.3, /health/team/qa:v1.3",
        "/health/a%20b, /health/a b",
        "/health/a+b, /health/a+b",
        "/health/%C3%A4, /health/ä",
        "/health/..., /health/...",
        "/%252e%252e, /%2e%2e",
    })
    void a_path_is_decoded_once(String raw, String path) {
        assertThat(Target.of(URI.create(raw)).path()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example/health",
                "//evil.example/health",
                "//health",
                "/health//qa_agent",
                "/health/",
                "/../health",
                "/health/..",
                "/health/./qa_agent",
                "/%2e%2e/health",
                "/health/%2E%2E/%2E%2E/etc/passwd",
                "/..%2fhealth",
                "/health%2Fqa_agent",
                "/health%5Cqa_agent",
                "/health;jsessionid=1",
                "/health%00",
                "/health%0d%0aX:1",
                "/%C0%AE%C0%AE/health",
                "/%ff",
                "mailto:somebody",
                "*",
                "/health?a=%ff",
            })
    void what_could_be_read_in_two_ways_is_refused(String raw) {
        URI uri = URI.create(raw.replace(" ", "%20"));
        assertThatThrownBy(() -> Target.of(uri))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(400));
    }

    @Test
    void of_a_parameter_that_comes_twice_the_first_counts() {
        assertThat(Target.of(URI.create("/a?x=1&y=a%26b&x=2&z")).query())
                .isEqualTo(Map.of("x", "1", "y", "a&b", "z", ""));
    }
}
