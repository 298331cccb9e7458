package dev.understudy.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LabelTestTest {

    /** Shares and allowances that change from event to event. */
    private static final double[] RHO = {0.01, 0.5, 0.05, 0.999, 0.25, 0.1, 0.9, 0.00001, 0.5, 0.3, 0.02, 0.75};

    private static final double[] PSI0 = {1, 1.5, 1, 2, 4, 1.1, 1, 1, 3, 1, 100, 1};

    @Test
    void no_event_is_expected_to_gain_while_the_harm_is_allowed() {
        assertThat(expectation(0, true)).isCloseTo(1, within(1e-10));
        assertThat(expectation(0, false)).isCloseTo(1, within(1e-10));
        for (double less : new double[] {0.9, 0.5, 0.01}) {
            assertThat(expectation(less, true)).isLessThan(1);
            assertThat(expectation(less, false)).isLessThan(1);
        }
    }

    /** Over all paths: probability times wealth, when the candidate's odds are the allowed ones (times {@code less}). */
    private static double expectation(double less, boolean allowed) {
        double sum = 0;
        for (int path = 0; path < 1 << RHO.length; path++) {
            double probability = 1;
            LabelTest test = new LabelTest();
            for (int i = 0; i < RHO.length; i++) {
                double odds = RHO[i] / (1 - RHO[i]) * (allowed ? PSI0[i] : 1) * (less == 0 ? 1 : less);
                boolean candidate = (path >> i & 1) == 1;
                probability *= candidate ? odds / (1 + odds) : 1 / (1 + odds);
                test.add(candidate, RHO[i], PSI0[i]);
            }
            sum += probability * Math.exp(allowed ? test.logWealth() : test.logStrictWealth());
        }
        return sum;
    }

    @Test
    void looking_after_every_event_seldom_deceives() {
        Random random = new Random(20261121);
        int runs = 4_000;
        int deceived = 0;
        int suspected = 0;
        for (int run = 0; run < runs; run++) {
            LabelTest test = new LabelTest();
            boolean harm = false;
            boolean any = false;
            for (int i = 0; i < 400; i++) {
                double rho = i < 200 ? 0.01 : 0.1;
                test.add(random.nextDouble() < rho, rho, 1);
                harm |= test.logWealth() >= Math.log(20);
                any |= test.logStrictWealth() >= Math.log(20);
            }
            deceived += harm ? 1 : 0;
            suspected += any ? 1 : 0;
        }
        assertThat(deceived).isBetween(runs / 200, runs / 20 + 42);
        assertThat(suspected).isEqualTo(deceived);
    }

    @Test
    void an_outage_of_both_arms_says_nothing() {
        // Units go bad in the proportion in which they were dealt.
        LabelTest test = new LabelTest();
        for (int i = 0; i < 4_096; i++) {
            test.add(i % 10 == 0, 0.1, 1);
        }
        assertThat(test.logStrictWealth()).isNegative();
    }

    @Test
    void an_allowance_needs_more_evidence_and_leaves_the_suspicion() {
        LabelTest none = new LabelTest();
        LabelTest some = new LabelTest();
        for (int i = 0; i < 5; i++) {
            none.add(true, 0.1, 1);
            some.add(true, 0.1, 3);
            assertThat(none.logWealth()).isGreaterThan(some.logWealth()).isEqualTo(none.logStrictWealth());
            assertThat(some.logStrictWealth()).isEqualTo(none.logStrictWealth());
        }
    }

    @Test
    void the_candidates_events_are_evidence_and_the_baselines_against_it() {
        LabelTest test = new LabelTest();
        for (double rho : RHO) {
            double before = test.logWealth();
            test.add(true, rho, 1);
            assertThat(test.logWealth()).isGreaterThan(before);
            before = test.logWealth();
            test.add(false, rho, 1);
            assertThat(test.logWealth()).isLessThan(before);
        }
    }

    @Test
    void where_only_one_arm_is_served_its_events_say_nothing() {
        LabelTest test = new LabelTest();
        assertThat(test.add(true, 1, 1)).isFalse();
        assertThat(test.add(false, 0, 1)).isFalse();
        assertThat(test.logWealth()).isZero();
        assertThat(test.state()).containsOnly(0);
        assertThat(test.add(true, 0.5, 1)).isTrue();
    }

    @Test
    void it_goes_on_where_it_left_off() {
        LabelTest whole = new LabelTest();
        LabelTest restarted = new LabelTest();
        for (int i = 0; i < RHO.length; i++) {
            whole.add(i % 3 == 0, RHO[i], PSI0[i]);
            restarted.add(i % 3 == 0, RHO[i], PSI0[i]);
            restarted = new LabelTest(restarted.state());
        }
        assertThat(restarted.state()).isEqualTo(whole.state());
        assertThat(restarted.logWealth()).isEqualTo(whole.logWealth());
        assertThat(restarted.logStrictWealth()).isEqualTo(whole.logStrictWealth());
    }

    @Test
    void its_state_is_a_copy() {
        LabelTest test = new LabelTest();
        test.state()[0] = 17;
        assertThat(test.logWealth()).isZero();
    }

    @Test
    void any_number_of_events_is_a_number() {
        for (double rho : new double[] {1e-5, 0.5, 1 - 1e-5, Math.nextUp(0.0), Math.nextDown(1.0)}) {
            for (double psi0 : new double[] {1e-9, 1, 1e9}) {
                LabelTest all = new LabelTest();
                LabelTest none = new LabelTest();
                for (int i = 0; i < 100_000; i++) {
                    all.add(true, rho, psi0);
                    none.add(false, rho, psi0);
                }
                assertThat(all.state()).doesNotContain(Double.NaN);
                assertThat(all.logWealth()).isFinite();
                assertThat(none.logWealth()).isFinite();
                assertThat(all.logStrictWealth()).isFinite();
                assertThat(none.logStrictWealth()).isFinite();
            }
        }
    }

    @Test
    void impossible_shares_allowances_and_states_are_refused() {
        LabelTest test = new LabelTest();
        for (double rho : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException().isThrownBy(() -> test.add(true, rho, 1));
        }
        for (double psi0 : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatIllegalArgumentException().isThrownBy(() -> test.add(true, 0.5, psi0));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new LabelTest(new double[3]));
        double[] broken = new double[LabelTest.STATE_LENGTH];
        broken[3] = Double.NaN;
        assertThatIllegalArgumentException().isThrownBy(() -> new LabelTest(broken));
    }
}
