package dev.understudy.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An arm that turns bad is found out, however long it was good. */
class ChangeTestTest {

    @Test
    void it_says_nothing_at_the_start() {
        assertThat(ChangeTest.logWealth(0, 0)).isZero();
    }

    @Test
    void seven_bad_calls_suffice_after_any_number_of_good_ones() {
        ChangeTest test = new ChangeTest(0.05);
        double log = 0;
        for (int i = 0; i < 1_000_000; i++) {
            log = test.next(log, false);
        }
        assertThat(log).isZero();
        for (int i = 0; i < 7; i++) {
            log = test.next(log, true);
        }
        assertThat(ChangeTest.logWealth(log, 1_000_007)).isGreaterThan(Math.log(4_000));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.001, 0.05, 0.3, 0.5})
    void its_wealth_is_not_expected_to_grow_on_the_boundary(double p0) {
        // Exactly, over all sequences of ten calls: the sum of probability times wealth.
        ChangeTest test = new ChangeTest(p0);
        int calls = 10;
        double expected = 0;
        for (int sequence = 0; sequence < 1 << calls; sequence++) {
            double probability = 1;
            double log = 0;
            for (int i = 0; i < calls; i++) {
                boolean bad = (sequence >> i & 1) == 1;
                probability *= bad ? p0 : 1 - p0;
                log = test.next(log, bad);
            }
            expected += probability * Math.exp(ChangeTest.logWealth(log, calls));
        }
        assertThat(expected).isLessThanOrEqualTo(1 + 1e-9);
    }

    @Test
    void on_the_boundary_it_hardly_ever_reaches_a_thousand() {
        ChangeTest test = new ChangeTest(0.05);
        SplittableRandom random = new SplittableRandom(20261121);
        int reached = 0;
        for (int run = 0; run < 200; run++) {
            double log = 0;
            double most = 0;
            for (int i = 0; i < 100_000; i++) {
                log = test.next(log, random.nextDouble() < 0.05);
                most = Math.max(most, log);
            }
            reached += ChangeTest.logWealth(most, 0) >= Math.log(1_000) ? 1 : 0;
        }
        assertThat(reached).isLessThanOrEqualTo(2);
    }

    @Test
    void a_billion_bad_calls_are_a_number() {
        assertThat(ChangeTest.logWealth(1e9 * Math.log(19), 1_000_000_000))
                .isFinite()
                .isPositive();
        assertThat(ChangeTest.logWealth(0, 1_000_000_000)).isFinite().isNegative();
    }

    @Test
    void good_calls_take_it_back_step_by_step() {
        ChangeTest test = new ChangeTest(0.05);
        double once = test.next(0, true);

        assertThat(once).isCloseTo(Math.log(19), within(1e-12));
        assertThat(test.next(once, false)).isCloseTo(0, within(1e-12));
        assertThat(test.next(0, false)).isZero();
    }

    @Test
    void a_limit_that_is_none_is_refused() {
        assertThatThrownBy(() -> new ChangeTest(0)).hasMessageContaining("above 0 and below 0.95");
        assertThatThrownBy(() -> new ChangeTest(0.95)).hasMessageContaining("above 0 and below 0.95");
    }
}
