package dev.understudy.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitTestTest {

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.05, 0.3, 0.9})
    void no_call_is_expected_to_gain_while_the_limit_is_kept(double p0) {
        LimitTest test = new LimitTest(p0);
        for (double p : new double[] {0, p0 / 10, p0 / 2, p0}) {
            assertNobodyGains(test::logWealth, p);
            assertThat(expectation(test::logWealth, p, 14)).isLessThanOrEqualTo(1 + 1e-12);
        }
        assertThat(expectation(test::logWealth, p0, 14)).isCloseTo(1, within(1e-10));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.05, 0.3, 0.9})
    void no_call_is_expected_to_pass_while_the_limit_is_broken(double p0) {
        LimitTest test = new LimitTest(p0);
        for (double p : new double[] {p0, p0 + (1 - p0) / 10, 1}) {
            assertNobodyGains(test::logPassWealth, p);
            assertThat(expectation(test::logPassWealth, p, 14)).isLessThanOrEqualTo(1 + 1e-12);
        }
        assertThat(expectation(test::logPassWealth, p0, 14)).isCloseTo(1, within(1e-10));
    }

    private interface Wealth {
        double log(long bad, long total);
    }

    private static void assertNobodyGains(Wealth wealth, double p) {
        for (int total = 0; total < 60; total++) {
            for (int bad = 0; bad <= total; bad++) {
                double now = wealth.log(bad, total);
                double next = p * Math.exp(wealth.log(bad + 1, total + 1) - now)
                        + (1 - p) * Math.exp(wealth.log(bad, total + 1) - now);
                assertThat(next).as("%d of %d", bad, total).isLessThanOrEqualTo(1 + 1e-12);
            }
        }
    }

    /** Over all paths of a length: probability times wealth. */
    private static double expectation(Wealth wealth, double p, int length) {
        double sum = 0;
        for (int path = 0; path < 1 << length; path++) {
            int bad = Integer.bitCount(path);
            sum += Math.pow(p, bad) * Math.pow(1 - p, length - bad) * Math.exp(wealth.log(bad, length));
        }
        return sum;
    }

    @Test
    void looking_after_every_call_seldom_deceives() {
        LimitTest test = new LimitTest(0.05);
        Random random = new Random(20261121);
        int runs = 4_000;
        int deceived = 0;
        int passed = 0;
        for (int run = 0; run < runs; run++) {
            int bad = 0;
            boolean harm = false;
            boolean pass = false;
            for (int total = 1; total <= 2_000; total++) {
                bad += random.nextDouble() < 0.05 ? 1 : 0;
                harm |= test.logWealth(bad, total) >= Math.log(20);
                pass |= test.logPassWealth(bad, total) >= Math.log(20);
            }
            deceived += harm ? 1 : 0;
            passed += pass ? 1 : 0;
        }
        // Ville: at most 1 in 20, here plus three standard deviations of the count; but not never, or it is no test.
        assertThat(deceived).isBetween(runs / 200, runs / 20 + 42);
        assertThat(passed).isBetween(runs / 200, runs / 20 + 42);
    }

    @Test
    void three_bad_calls_of_three_are_enough_at_a_limit_of_5_per_cent() {
        LimitTest test = new LimitTest(0.05);
        assertThat(test.logWealth(2, 2)).isLessThan(Math.log(100));
        // Also as one guard of four, whose mean must reach 100.
        assertThat(test.logWealth(3, 3) - Math.log(4)).isGreaterThan(Math.log(100));
    }

    @Test
    void bad_calls_are_evidence_and_good_ones_against_it() {
        for (double p0 : new double[] {0.001, 0.05, 0.5}) {
            LimitTest test = new LimitTest(p0);
            for (int total = 1; total < 200; total++) {
                for (int bad = 0; bad < total; bad++) {
                    assertThat(test.logWealth(bad + 1, total)).isGreaterThan(test.logWealth(bad, total));
                    assertThat(test.logPassWealth(bad + 1, total)).isLessThan(test.logPassWealth(bad, total));
                    assertThat(test.logWealth(bad, total + 1)).isLessThan(test.logWealth(bad, total));
                    assertThat(test.logPassWealth(bad, total + 1)).isGreaterThan(test.logPassWealth(bad, total));
                }
            }
        }
    }

    @Test
    void any_number_of_calls_is_a_number() {
        long billion = 1_000_000_000L;
        for (double p0 : new double[] {1e-9, 0.05, 0.5, 0.949}) {
            LimitTest test = new LimitTest(p0);
            assertThat(test.logWealth(0, 0)).isZero();
            assertThat(test.logPassWealth(0, 0)).isZero();
            for (long bad : new long[] {0, 1, billion / 2, billion}) {
                assertThat(test.logWealth(bad, billion)).isFinite();
                assertThat(test.logPassWealth(bad, billion)).isFinite();
            }
            assertThat(test.logWealth(billion, billion)).isGreaterThan(1e6);
        }
    }

    @Test
    void impossible_limits_and_counts_are_refused() {
        for (double p0 : new double[] {0, -1, 0.95, 1, Double.NaN}) {
            assertThatIllegalArgumentException().isThrownBy(() -> new LimitTest(p0));
        }
        assertThat(new LimitTest(0.05).limit()).isEqualTo(0.05);
        assertThatIllegalArgumentException().isThrownBy(() -> new LimitTest(0.05).logWealth(2, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new LimitTest(0.05).logPassWealth(-1, 1));
    }
}
