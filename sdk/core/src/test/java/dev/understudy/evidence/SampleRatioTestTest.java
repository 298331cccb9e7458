package dev.understudy.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleRatioTestTest {

    /** By log-gammas of 50 digits (mpmath). */
    @ParameterizedTest
    @CsvSource({
        "0,          0,          0.1,     0",
        "1,          1,          0.1,     0",
        "100,        1000,       0.1,     -1.2066048002142976",
        "0,          1000,       0.01,    7.6432997492324099",
        "1000,       1000,       0.01,    4275.6430836193369",
        "100500,     1000000,    0.1,     -3.2291601843859966",
        "250000,     1000000,    0.25,    -4.608830752021431",
        "3,          7,          0.99999, 22.341019666755992",
        "100000000,  1000000000, 0.1,     -8.0674710296299584",
        "100100000,  1000000000, 0.1,     47.471182216592159",
        "10000,      1000000000, 0.00001, -10.601310018447087",
        "0,          1000000000, 0.00001, 10000.033877224228",
        "1000000000, 1000000000, 0.5,     693146358.96511116",
    })
    void it_is_exact_from_no_unit_to_a_billion(long candidates, long units, double rho, double expected) {
        assertThat(SampleRatioTest.logWealth(candidates, units, rho))
                .isCloseTo(expected, within(1e-9 * Math.max(1, Math.abs(expected) / 1_000)));
    }

    @Test
    void no_unit_is_expected_to_gain_while_they_are_dealt_as_intended() {
        for (double rho : new double[] {0.00001, 0.01, 0.1, 0.5, 0.9}) {
            for (int units = 0; units < 100; units++) {
                for (int candidates = 0; candidates <= units; candidates++) {
                    double now = SampleRatioTest.logWealth(candidates, units, rho);
                    double next = rho * Math.exp(SampleRatioTest.logWealth(candidates + 1, units + 1, rho) - now)
                            + (1 - rho) * Math.exp(SampleRatioTest.logWealth(candidates, units + 1, rho) - now);
                    assertThat(next).isCloseTo(1, within(1e-11));
                }
            }
        }
    }

    @Test
    void looking_after_every_unit_of_a_ramp_seldom_deceives() {
        Random random = new Random(20261121);
        int runs = 2_000;
        int deceived = 0;
        for (int run = 0; run < runs; run++) {
            double before = 0;
            boolean alarm = false;
            for (double rho : new double[] {0.01, 0.05, 0.25}) {
                int candidates = 0;
                for (int units = 1; units <= 500; units++) {
                    candidates += random.nextDouble() < rho ? 1 : 0;
                    alarm |= before + SampleRatioTest.logWealth(candidates, units, rho) >= Math.log(10);
                }
                before += SampleRatioTest.logWealth(candidates, 500, rho);
            }
            deceived += alarm ? 1 : 0;
        }
        assertThat(deceived).isBetween(1, runs / 10 + 41);
    }

    @Test
    void a_loss_of_units_on_one_side_is_found() {
        // 10 % were intended, every fifth of the candidate's units is lost.
        assertThat(SampleRatioTest.logWealth(800, 9_800, 0.1)).isGreaterThan(Math.log(1_000));
        assertThat(SampleRatioTest.logWealth(1_000, 10_000, 0.1)).isNegative();
        // And as far away on the other side.
        assertThat(SampleRatioTest.logWealth(1_200, 10_200, 0.1)).isGreaterThan(Math.log(1_000));
    }

    @Test
    void nothing_is_random_at_nobody_and_everybody() {
        assertThat(SampleRatioTest.logWealth(0, 1_000, 0)).isZero();
        assertThat(SampleRatioTest.logWealth(7, 1_000, 1)).isZero();
    }

    @Test
    void impossible_counts_and_shares_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> SampleRatioTest.logWealth(2, 1, 0.5));
        assertThatIllegalArgumentException().isThrownBy(() -> SampleRatioTest.logWealth(-1, 1, 0.5));
        assertThatIllegalArgumentException().isThrownBy(() -> SampleRatioTest.logWealth(1, 1, 1.5));
        assertThatIllegalArgumentException().isThrownBy(() -> SampleRatioTest.logWealth(1, 1, Double.NaN));
    }

    @ParameterizedTest
    @CsvSource({
        "0.001, 2.5422704679670945",
        "0.5,   0.15342640972002735",
        "1,     0.081061466795327258",
        "2,     0.041340695955409294",
        "7.25,  0.011487002684428697",
        "11.9,  0.0070011560515342099",
        "12,    0.0069428401072095299",
        "100,   0.00083333055563491468",
        "1e9,   8.3333333333333333e-11",
    })
    void binets_function_is_exact_to_the_last_digits(double x, double expected) {
        assertThat(BetaBinomial.binet(x)).isCloseTo(expected, within(2e-15));
    }
}
