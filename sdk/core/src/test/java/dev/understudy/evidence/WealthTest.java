package dev.understudy.evidence;

import static java.lang.Double.NEGATIVE_INFINITY;
import static java.lang.Double.POSITIVE_INFINITY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WealthTest {

    @Test
    void it_is_the_mean() {
        assertThat(Math.exp(Wealth.logMeanExp(Math.log(1), Math.log(2), Math.log(6))))
                .isCloseTo(3, within(1e-12));
        assertThat(Wealth.logMeanExp(-7)).isEqualTo(-7);
        assertThat(Wealth.logMeanExp(0, 0, 0, 0)).isZero();
    }

    @Test
    void no_size_overflows() {
        assertThat(Wealth.logMeanExp(1e9, -1e9)).isEqualTo(1e9 - Math.log(2));
        assertThat(Wealth.logMeanExp(-1e9, -1e9)).isEqualTo(-1e9);
        assertThat(Wealth.logMeanExp(NEGATIVE_INFINITY, 0)).isCloseTo(-Math.log(2), within(1e-15));
        assertThat(Wealth.logMeanExp(NEGATIVE_INFINITY, NEGATIVE_INFINITY)).isEqualTo(NEGATIVE_INFINITY);
        assertThat(Wealth.logMeanExp(POSITIVE_INFINITY, 0)).isEqualTo(POSITIVE_INFINITY);
    }

    @Test
    void nothing_has_no_mean() {
        assertThatIllegalArgumentException().isThrownBy(Wealth::logMeanExp);
    }
}
