package dev.understudy.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetStatusTest {

    @ParameterizedTest
    @CsvSource({
        "HOUR,  2026-11-21T12:34:56.789Z, 2026-11-21T12:00:00Z, 2026-11-21T13:00:00Z",
        "HOUR,  2026-11-21T23:59:59.999Z, 2026-11-21T23:00:00Z, 2026-11-22T00:00:00Z",
        "DAY,   2026-11-21T00:00:00Z,     2026-11-21T00:00:00Z, 2026-11-22T00:00:00Z",
        "DAY,   2026-12-31T23:59:59Z,     2026-12-31T00:00:00Z, 2027-01-01T00:00:00Z",
        "MONTH, 2026-12-31T23:59:59Z,     2026-12-01T00:00:00Z, 2027-01-01T00:00:00Z",
        "MONTH, 2028-02-29T12:00:00Z,     2028-02-01T00:00:00Z, 2028-03-01T00:00:00Z",
        // When clocks change somewhere, this one does not.
        "DAY,   2026-03-29T01:30:00Z,     2026-03-29T00:00:00Z, 2026-03-30T00:00:00Z",
    })
    void a_period_lasts_from_one_beginning_to_the_next(BudgetPeriod per, Instant now, Instant from, Instant until) {
        assertThat(per.beginOf(now)).isEqualTo(from);
        assertThat(per.endOf(now)).isEqualTo(until);
        assertThat(per.beginOf(until)).isEqualTo(until);
        assertThat(per.beginOf(until.minusNanos(1))).isEqualTo(from);
    }

    @ParameterizedTest
    @CsvSource({
        "20,    20.0251,    20.03 of 20",
        "20,    0,          0 of 20",
        "0.01,  0.0099,     0.0099 of 0.01",
        "0.5,   0.00012345, 0.000123 of 0.5",
        "1500,  1234.5,     1234.5 of 1500",
    })
    void it_says_as_much_as_anybody_wants_to_know(double limit, double spent, String words) {
        assertThat(status(limit, spent).words())
                .isEqualTo(words + " per day are spent, and the next day begins at 2026-11-22T00:00:00Z");
    }

    @Test
    void it_knows_the_part_that_is_used() {
        assertThat(status(20, 15).used()).isEqualTo(0.75);
        assertThat(status(20, 15))
                .hasToString("BudgetStatus[qa_agent, " + status(20, 15).words() + ", then refuse]");
    }

    private static BudgetStatus status(double limit, double spent) {
        return new BudgetStatus(
                "qa_agent",
                limit,
                spent,
                BudgetPeriod.DAY,
                Instant.parse("2026-11-21T00:00:00Z"),
                Instant.parse("2026-11-22T00:00:00Z"),
                BudgetPolicy.REFUSE,
                BudgetState.WITHIN);
    }
}
