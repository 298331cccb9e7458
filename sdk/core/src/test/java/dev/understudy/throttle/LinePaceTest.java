package dev.understudy.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.Rule;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Hardly anybody is refused who would have been served, and many who would not are spared the wait. */
@Rule("R7")
class LinePaceTest {

    private static final long MILLI = 1_000_000;
    private static final int SEEDS = 150;
    private static final int CALLERS = 2000;

    /** How long the model takes. */
    enum Latencies {
        STEADY,
        EXPONENTIAL,
        LOGNORMAL,
        TWO_KINDS,
        IN_BATCHES,
        HEALS_AND_FALLS_ILL;

        LongUnaryOperator service(SplittableRandom chance, long mean) {
            return now -> (long) (mean
                    * switch (this) {
                        case STEADY -> 0.95 + 0.1 * chance.nextDouble();
                        case EXPONENTIAL -> -Math.log(1 - chance.nextDouble());
                        case LOGNORMAL -> Math.exp(gaussian(chance) - 0.5);
                        case TWO_KINDS -> chance.nextInt(10) == 0 ? 6.0 : 0.44;
                        case IN_BATCHES -> 1;
                        case HEALS_AND_FALLS_ILL -> (now / (20 * mean)) % 2 == 0 ? 1.75 : 0.25;
                    });
        }

        private static double gaussian(SplittableRandom chance) {
            return Math.sqrt(-2 * Math.log(1 - chance.nextDouble())) * Math.cos(2 * Math.PI * chance.nextDouble());
        }
    }

    /** What 150 lines came to, each with a load, a patience and a number of permits of its own. */
    private static final class Tally {
        private int refused;
        private int letIn;
        private int wronged;
        private int inVain;
        private int served;

        Tally(Latencies latencies, boolean estimates) {
            for (int seed = 0; seed < SEEDS; seed++) {
                var chance = new SplittableRandom(seed);
                int permits = 1 + chance.nextInt(20);
                long mean = (50 + chance.nextInt(5000)) * MILLI;
                double load = 0.5 + 5 * chance.nextDouble() * chance.nextDouble();
                long patience = (long) (mean * (0.2 + 3 * chance.nextDouble()));
                LongUnaryOperator service = latencies.service(chance.split(), mean);
                double gap = mean / load / permits;
                WaitingRoom room = new WaitingRoom(chance.split(), permits, service, gap, patience, estimates);
                room.run(CALLERS);
                refused += room.refused;
                letIn += room.letIn;
                wronged += room.wronged;
                inVain += room.inVain;
                served += room.served;
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HEALS_AND_FALLS_ILL")
    void of_a_hundred_who_are_refused_about_five_at_most_would_have_been_served(Latencies latencies) {
        Tally with = new Tally(latencies, true);
        assertThat(with.letIn).isGreaterThan(300);
        assertThat((double) with.wronged / with.letIn).isLessThan(0.06);
    }

    @ParameterizedTest
    @EnumSource
    void of_a_hundred_callers_not_one_is_refused_wrongly(Latencies latencies) {
        Tally with = new Tally(latencies, true);
        double wronglyRefused = (double) with.wronged / with.letIn * with.refused;
        assertThat(wronglyRefused / (SEEDS * CALLERS)).isLessThan(0.01);
    }

    @ParameterizedTest
    @EnumSource
    void as_many_are_served_as_without_and_fewer_wait_in_vain(Latencies latencies) {
        Tally with = new Tally(latencies, true);
        Tally without = new Tally(latencies, false);
        assertThat((double) with.served).isGreaterThan(0.99 * without.served);
        assertThat(with.inVain).isLessThan(without.inVain);
        if (latencies == Latencies.LOGNORMAL) { // as models answer
            assertThat(with.inVain).isLessThan(without.inVain * 4 / 5);
        }
    }

    @Test
    void with_too_little_known_nobody_is_hopeless() {
        var pace = new LinePace();
        for (int i = 0; i < LinePace.ENOUGH - 1; i++) {
            pace.stepped(i * 1000 * MILLI);
            assertThat(pace.isHopeless(100_000, MILLI, 0)).isFalse();
            assertThat(pace.expectedNanos(100)).isZero();
        }
        pace.stepped(LinePace.ENOUGH * 1000 * MILLI);
        assertThat(pace.isHopeless(100_000, MILLI, 0)).isTrue();
    }

    @Test
    void what_is_known_of_a_line_is_forgotten_when_nobody_stands_in_it() {
        LinePace pace = oneEach(1000);
        assertThat(pace.isHopeless(100, MILLI, 0)).isTrue();
        pace.restart();
        assertThat(pace.isHopeless(100, MILLI, 0)).isFalse();
    }

    @Test
    void the_wait_is_what_it_takes_those_ahead_and_oneself() {
        assertThat(oneEach(500).expectedNanos(9)).isEqualTo(5000 * MILLI);
    }

    @Test
    void who_may_wait_longer_than_the_last_in_line_is_not_hopeless() {
        LinePace pace = oneEach(100);
        assertThat(pace.isHopeless(100, 1000 * MILLI, 0)).isTrue();
        assertThat(pace.isHopeless(100, 1000 * MILLI, 500 * MILLI)).isFalse();
    }

    @Test
    void who_may_wait_as_long_as_it_takes_is_not_hopeless() {
        LinePace pace = oneEach(100);
        assertThat(pace.isHopeless(19, 2000 * MILLI, 0)).isFalse();
        assertThat(pace.isHopeless(60, 2000 * MILLI, 0)).isTrue();
    }

    @Test
    void steps_that_all_came_at_one_instant_say_nothing() {
        assertThat(oneEach(0).isHopeless(100_000, MILLI, 0)).isFalse();
    }

    private static LinePace oneEach(long millis) {
        var pace = new LinePace();
        for (int i = 0; i < 50; i++) {
            pace.stepped(i * millis * MILLI);
        }
        return pace;
    }
}
