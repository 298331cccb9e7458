package dev.understudy.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100, 1_000, 5_000, 20_000, 40_000, 100_000, 300_000})
    void the_standard_error_is_little_more_than_one_per_cent_whatever_their_number(int number) {
        int runs = 40;
        double squares = 0;
        double sum = 0;
        for (int seed = 0; seed < runs; seed++) {
            Random random = new Random(seed);
            Units units = new Units();
            for (int i = 0; i < number; i++) {
                int hash = random.nextInt();
                units.add(hash);
                units.add(hash);
            }
            double error = units.estimate() / (double) number - 1;
            sum += error;
            squares += error * error;
        }
        assertThat(Math.sqrt(squares / runs)).isLessThan(0.017);
        assertThat(sum / runs).isCloseTo(0, within(0.006));
    }

    @Test
    void units_of_a_small_share_are_counted_as_well_as_others() {
        Random random = new Random(5);
        Units units = new Units();
        for (int i = 0; i < 10_000; i++) {
            units.add(random.nextInt() >>> 7); // below 1 % of all hashes
        }

        assertThat(units.estimate()).isBetween(9_600L, 10_400L);
    }

    @Test
    void merged_sets_count_what_both_have_seen_once() {
        Units left = new Units();
        Units right = new Units();
        Units all = new Units();
        Random random = new Random(1);
        for (int i = 0; i < 3_000; i++) {
            int hash = random.nextInt();
            (i % 3 == 0 ? left : right).add(hash);
            if (i % 5 == 0) {
                left.add(hash);
            }
            all.add(hash);
        }
        left.addAll(right);

        assertThat(left.estimate()).isEqualTo(all.estimate());
    }

    @Test
    void what_was_packed_comes_back_in_little_over_three_kilobytes_however_many_they_are() {
        Random random = new Random(3);
        Units units = new Units();
        for (int i = 0; i < 1_000_000; i++) {
            units.add(random.nextInt());
        }

        byte[] packed = units.pack();

        assertThat(packed).hasSizeLessThan(3_600);
        assertThat(Units.unpack(packed).estimate()).isEqualTo(units.estimate());
        assertThat(new Units().pack()).hasSizeLessThan(1_200);
    }

    @Test
    void nobody_is_nobody() {
        assertThat(new Units().estimate()).isZero();
    }

    @Test
    void foreign_bytes_are_refused() {
        assertThatThrownBy(() -> Units.unpack(new byte[] {1, 2, 3})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Units.unpack(new byte[0])).isInstanceOf(IllegalArgumentException.class);
    }
}
