package dev.understudy.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfidenceSequenceTest {

    private static final ConfidenceSequence BOUNDS = new ConfidenceSequence(0.05);

    @ParameterizedTest
    @CsvSource({"100, 0.852, 1", "500, 0.917, 0.977", "1000, 0.927, 0.969", "7000, 0.941, 0.958"})
    void the_published_bounds_of_a_p95_come_out(long calls, double low, double high) {
        Estimate ranks = BOUNDS.ranks(0.95, calls);
        assertThat(ranks.value()).isEqualTo(0.95);
        assertThat(ranks.low()).isCloseTo(low, within(0.0005));
        assertThat(ranks.high()).isCloseTo(high, within(0.0005));
    }

    /** By an independent implementation of the paper's equation. */
    @ParameterizedTest
    @CsvSource({"0.95, 1000, 0.927419, 0.969209", "0.5, 1000, 0.452050, 0.547950", "0.99, 100000, 0.988848, 0.991101"})
    void ranks_have_the_width_that_the_paper_promises(double p, long calls, double low, double high) {
        Estimate ranks = BOUNDS.ranks(p, calls);
        assertThat(ranks.low()).isCloseTo(low, within(1e-6));
        assertThat(ranks.high()).isCloseTo(high, within(1e-6));
    }

    @Test
    void the_bounds_hold_at_all_times_at_once() {
        Random random = new Random(20261121);
        for (double p : new double[] {0.02, 0.5, 0.95}) {
            int runs = 200;
            int outside = 0;
            int ranksOutside = 0;
            for (int run = 0; run < runs; run++) {
                int hits = 0;
                boolean missed = false;
                boolean ranksMissed = false;
                for (int total = 1; total <= 1_000; total++) {
                    hits += random.nextDouble() < p ? 1 : 0;
                    if (total < 50 || total % 10 == 0) {
                        Estimate rate = BOUNDS.rate(hits, total);
                        missed |= p < rate.low() || p > rate.high();
                        // The p-quantile of a uniform variable is p: hits is the rank of the truth among what was seen.
                        Estimate ranks = BOUNDS.ranks(p, total);
                        ranksMissed |= hits < ranks.low() * total - 1e-9 || hits > ranks.high() * total + 1e-9;
                    }
                }
                outside += missed ? 1 : 0;
                ranksOutside += ranksMissed ? 1 : 0;
            }
            assertThat(outside).as("rate %s", p).isLessThanOrEqualTo(10 + 9);
            assertThat(ranksOutside).as("quantile %s", p).isLessThanOrEqualTo(10 + 9);
        }
    }

    @Test
    void more_calls_give_narrower_bounds() {
        double rates = 1;
        double ranks = 1;
        for (long total = 20; total <= 20_000_000L; total *= 10) {
            Estimate rate = BOUNDS.rate(total / 20, total);
            Estimate rank = BOUNDS.ranks(0.95, total);
            assertThat(rate.high() - rate.low()).isLessThan(rates);
            assertThat(rank.high() - rank.low()).isLessThan(ranks);
            rates = rate.high() - rate.low();
            ranks = rank.high() - rank.low();
        }
    }

    @Test
    void everything_outside_the_bounds_is_spoken_against() {
        // What is found by halving is a bound only if the evidence grows away from what was seen.
        for (int total : new int[] {1, 2, 10, 100, 1_000, 100_000}) {
            for (int hits : new int[] {0, 1, total / 100, total / 20, total / 2, total}) {
                Estimate rate = BOUNDS.rate(hits, total);
                for (int i = 1; i < 2_000; i++) {
                    double p = i / 2_000.0;
                    double tuned = BetaBinomial.logWealth(125.0056 * p, 125.0056 * (1 - p), hits, total - hits, p);
                    double jeffreys = BetaBinomial.logWealth(0.5, 0.5, hits, total - hits, p);
                    boolean against = Wealth.logMeanExp(tuned, jeffreys) >= Math.log(20) + 1e-6;
                    if (against) {
                        assertThat(p < rate.low() || p > rate.high())
                                .as("%d of %d: %s", hits, total, p)
                                .isTrue();
                    } else if (Wealth.logMeanExp(tuned, jeffreys) < Math.log(20) - 1e-6) {
                        assertThat(p).as("%d of %d", hits, total).isBetween(rate.low(), rate.high());
                    }
                }
            }
        }
    }

    @Test
    void few_calls_say_something_about_a_rate() {
        assertThat(BOUNDS.rate(0, 10).high()).isLessThan(0.45);
        assertThat(BOUNDS.rate(0, 100).high()).isLessThan(0.07);
        assertThat(BOUNDS.rate(10, 1_000).low()).isCloseTo(0.0026, within(0.0005));
        assertThat(BOUNDS.rate(10, 1_000).high()).isCloseTo(0.0235, within(0.0015));
    }

    @Test
    void nothing_seen_is_nothing_known() {
        assertThat(BOUNDS.rate(0, 0)).isEqualTo(Estimate.NONE);
        assertThat(BOUNDS.ranks(0.95, 0)).isEqualTo(new Estimate(0.95, 0, 1));
        assertThat(BOUNDS.ranks(0.95, 1)).isEqualTo(new Estimate(0.95, 0, 1));
    }

    @Test
    void any_number_of_calls_has_bounds() {
        long billion = 1_000_000_000L;
        for (double alpha : new double[] {1e-6, 0.05, 0.5}) {
            ConfidenceSequence bounds = new ConfidenceSequence(alpha);
            for (long hits : new long[] {0, 1, billion / 20, billion - 1, billion}) {
                Estimate rate = bounds.rate(hits, billion);
                assertThat(rate.value()).isBetween(rate.low(), rate.high());
                assertThat(rate.high() - rate.low()).isLessThan(0.001);
            }
            assertThat(bounds.ranks(0.999, billion).high()).isBetween(0.999, 0.9991);
        }
    }

    @Test
    void impossible_questions_are_refused() {
        for (double alpha : new double[] {0, 0.6, Double.NaN, 1e-300}) {
            assertThatIllegalArgumentException().isThrownBy(() -> new ConfidenceSequence(alpha));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> BOUNDS.rate(2, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> BOUNDS.rate(-1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> BOUNDS.ranks(1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> BOUNDS.ranks(0.5, -1));
    }
}
