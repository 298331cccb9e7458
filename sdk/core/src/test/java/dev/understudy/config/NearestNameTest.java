package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What somebody meant by a name that does not exist. */
class NearestNameTest {

    private static final List<String> KEYS = List.of("timeout", "max_wait", "max_concurrent", "retries", "queue");

    @ParameterizedTest
    @CsvSource({
        "timout, timeout",
        "tiemout, timeout",
        "time-out, timeout",
        "TIMEOUT, timeout",
        "maxWait, max_wait",
        "max_concurency, max_concurrent",
        "retrys, retries",
        "queu, queue",
    })
    void a_slip_is_recognised(String written, String meant) {
        assertThat(NearestName.nearest(written, KEYS)).hasValue(meant);
    }

    @ParameterizedTest
    @CsvSource({"flavour", "x", "''", "wait", "out"})
    void another_word_is_not(String written) {
        assertThat(NearestName.nearest(written, KEYS)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', 0",
        "abc, '', 3",
        "abc, abc, 0",
        "abc, acb, 1",
        "kitten, sitting, 3",
        "a_b, ab, 0",
        "ca, abc, 3"
    })
    void the_distance_counts_slips(String a, String b, int slips) {
        assertThat(NearestName.distance(a, b)).isEqualTo(slips);
        assertThat(NearestName.distance(b, a)).isEqualTo(slips);
    }

    @Test
    void the_advice_is_short_whatever_is_known() {
        List<String> many = IntStream.range(0, 1000).mapToObj(i -> "model-" + i).toList();

        assertThat(NearestName.advice("gpt", List.of(), "define it")).isEqualTo("define it");
        assertThat(NearestName.advice("gpt", List.of("a", "b"), "")).isEqualTo("known: a, b");
        assertThat(NearestName.advice("gpt", many, "")).isEqualTo("none of 1000 others is like it");
        assertThat(NearestName.advice("modl-7", many, "")).isEqualTo("did you mean 'model-7'?");
    }
}
