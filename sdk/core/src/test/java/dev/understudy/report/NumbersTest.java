package dev.understudy.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.evidence.Estimate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0 ms",
        "0.004, 0 ms",
        "0.31, 0.31 ms",
        "8.44, 8.4 ms",
        "98.6, 99 ms",
        "999.4, 999 ms",
        "999.9, 1 s",
        "1240, 1.24 s",
        "60000, 60 s",
        "4000000, 4_000 s",
        "1e300, 1×10²⁹⁷ s",
        "NaN, –",
        "Infinity, ∞",
    })
    void a_latency_has_three_digits_that_matter(double millis, String shown) {
        assertThat(Numbers.millis(millis)).isEqualTo(thin(shown));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 %",
        "0.00001, < 0.01 %",
        "0.0012, 0.12 %",
        "0.05, 5 %",
        "0.3333, 33.3 %",
        "0.99999, > 99.9 %",
        "1, 100 %",
        "NaN, –",
    })
    void a_rate_is_never_rounded_to_none_or_to_all(double rate, String shown) {
        assertThat(Numbers.rate(rate)).isEqualTo(thin(shown));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "999, 999",
        "1000, 1_000",
        "-1234567, -1_234_567",
        "9223372036854775807, 9_223_372_036_854_775_807"
    })
    void thousands_stand_apart(long count, String shown) {
        assertThat(Numbers.count(count)).isEqualTo(thin(shown));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "-9, < 0.01", "0.8, 2.23", "7.5, 1_808", "100, 2.7×10⁴³", "-Infinity, < 0.01", "Infinity, ∞"})
    void evidence_may_be_larger_than_any_number(double log, String shown) {
        assertThat(Numbers.wealth(log)).isEqualTo(thin(shown));
    }

    @ParameterizedTest
    @CsvSource({
        "100, 112, +12 %",
        "100, 97, −3 %",
        "100, 100.2, ±0 %",
        "100, 700, 7 ×",
        "0, 5, –",
        "NaN, 5, –",
        "5, Infinity, –"
    })
    void a_change_is_against_the_baseline(double baseline, double candidate, String shown) {
        assertThat(Numbers.change(baseline, candidate)).isEqualTo(thin(shown));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "9999, 9_999", "10400, 10.4 k", "7878160, 7.88 M", "1e12, 1 T"})
    void where_there_is_little_room_a_letter_stands_for_thousands(double count, String shown) {
        assertThat(Numbers.compact(count)).isEqualTo(thin(shown));
    }

    @Test
    void bounds_say_their_unit_once_if_it_is_the_same() {
        assertThat(Numbers.millisBounds(new Estimate(310, 298, 331))).isEqualTo("298 to 331\u202Fms");
        assertThat(Numbers.millisBounds(new Estimate(990, 900, 1_200))).isEqualTo("900\u202Fms to 1.2\u202Fs");
        assertThat(Numbers.millisBounds(new Estimate(990, 900, Double.POSITIVE_INFINITY)))
                .isEqualTo("900\u202Fms to ∞");
        assertThat(Numbers.millisBounds(Estimate.NONE)).isEmpty();
    }

    private static String thin(String shown) {
        return shown.replace(' ', '\u202F').replace('_', '\u202F');
    }
}
