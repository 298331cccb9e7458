package dev.understudy.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.event.BudgetState;
import dev.understudy.event.Event;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.RolloutStore;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One process: what is spent, what is told, and what happens at the limit. */
class BudgetTest {

    private static final BudgetSettings TWENTY = BudgetSettings.of(20, BudgetPeriod.DAY);

    private final RolloutStore store = new InMemoryRolloutStore();

    private Process process(BudgetPolicy policy) {
        return new Process(1, TWENTY.atLimit(policy), store);
    }

    @Test
    void four_fifths_and_all_of_it_are_told_once_each() {
        Process process = process(BudgetPolicy.ALERT);
        process.spend(15.99);
        process.budget.round();
        assertThat(process.told()).isEmpty();

        process.spend(0.01);
        process.budget.round();
        process.budget.round();
        assertThat(process.told()).containsExactly(BudgetState.NEARLY_SPENT);

        process.spend(4);
        process.spend(7);
        process.budget.round();
        process.budget.round();
        assertThat(process.told()).containsExactly(BudgetState.NEARLY_SPENT, BudgetState.SPENT);
        Event.BudgetReached last = process.events.of(Event.BudgetReached.class).get(1);
        assertThat(last.status().spent()).isEqualTo(27);
        assertThat(last.status().used()).isEqualTo(1.35);
        assertThat(last.status().from()).isEqualTo(Instant.parse("2026-11-21T00:00:00Z"));
        assertThat(last.status().until()).isEqualTo(Instant.parse("2026-11-22T00:00:00Z"));
    }

    @Test
    void whoever_passes_a_threshold_asks_for_a_round_and_nobody_else_does() {
        Process process = process(BudgetPolicy.ALERT);
        process.spend(15);
        assertThat(process.woken).hasValue(0);
        process.spend(2);
        process.spend(2);
        assertThat(process.woken).hasValue(1);
        process.budget.round();
        process.spend(0.5);
        assertThat(process.woken).hasValue(1);
        process.spend(0.5);
        assertThat(process.woken).hasValue(2);
        process.budget.round();
        process.spend(50);
        assertThat(process.woken).hasValue(2);
    }

    @Test
    void one_that_passes_both_at_once_is_told_of_both() {
        Process process = process(BudgetPolicy.ALERT);
        process.spend(21);
        process.budget.round();
        assertThat(process.told()).containsExactly(BudgetState.NEARLY_SPENT, BudgetState.SPENT);
    }

    @ParameterizedTest
    @EnumSource(BudgetPolicy.class)
    void the_policy_is_in_force_with_the_call_that_spends_the_rest(BudgetPolicy policy) {
        Process process = process(policy);
        process.spend(19.999999999);
        assertThat(process.refuses()).isFalse();
        assertThat(process.budget.isBaselineOnly()).isFalse();

        process.spend(0.000000001);
        assertThat(process.refuses()).isEqualTo(policy == BudgetPolicy.REFUSE);
        assertThat(process.budget.isBaselineOnly()).isEqualTo(policy == BudgetPolicy.BASELINE_ONLY);
        assertThat(process.budget.status().state()).isEqualTo(BudgetState.SPENT);
    }

    @Test
    void the_next_period_begins_with_nothing_spent() {
        Process process = process(BudgetPolicy.REFUSE);
        process.spend(20);
        process.pass(Duration.ofHours(12).minusNanos(1));
        assertThat(process.refuses()).isTrue();
        process.pass(Duration.ofNanos(1));
        assertThat(process.refuses()).isFalse();
        assertThat(process.spent()).isZero();
        assertThat(process.budget.status().from()).isEqualTo(Instant.parse("2026-11-22T00:00:00Z"));

        process.spend(20);
        process.budget.round();
        assertThat(process.told()).containsExactly(BudgetState.NEARLY_SPENT, BudgetState.SPENT);
    }

    @Test
    void a_call_counts_in_the_period_in_which_it_began() {
        Process process = process(BudgetPolicy.REFUSE);
        Spending before = process.begin();
        process.pass(Duration.ofDays(1));
        process.spend(1);
        process.budget.spend(before, 30);
        process.budget.round();
        assertThat(process.spent()).isEqualTo(1);
        assertThat(process.told()).isEmpty();

        process.wall = process.wall.minus(Duration.ofDays(1));
        process.budget.round();
        assertThat(process.spent()).isEqualTo(30);
    }

    @Test
    void a_clock_that_is_set_back_or_forth_finds_what_was_spent_then() {
        Process process = process(BudgetPolicy.REFUSE);
        process.spend(20);
        process.budget.round();
        for (long hours : new long[] {-24, 60, -50, 700, -700}) {
            process.wall = process.wall.plus(Duration.ofHours(hours));
            process.budget.round();
            assertThat(process.refuses()).as("%s", process.wall).isFalse();
            assertThat(process.spent()).isZero();
        }
        process.wall = Process.NOON;
        process.budget.round();
        assertThat(process.refuses()).isTrue();
        process.budget.round();
        assertThat(process.told()).containsExactly(BudgetState.NEARLY_SPENT, BudgetState.SPENT);
    }

    @Test
    void a_clock_that_hardly_moved_ends_nothing() {
        Process process = process(BudgetPolicy.REFUSE);
        process.spend(20);
        process.wall = Instant.parse("2026-11-21T23:59:59.999Z");
        process.budget.round();
        process.ticker.advance(Duration.ofMillis(2)); // the wall clock was set back meanwhile
        assertThat(process.refuses()).isTrue();
        process.ticker.advance(Duration.ofMillis(2));
        assertThat(process.refuses()).isTrue();
    }

    @Test
    void another_limit_or_policy_is_in_force_at_once_and_what_was_spent_stays() {
        Process process = process(BudgetPolicy.ALERT);
        process.spend(18);
        process.budget.round();
        process.budget.reconfigure(BudgetSettings.of(17, BudgetPeriod.DAY).atLimit(BudgetPolicy.REFUSE));
        assertThat(process.refuses()).isTrue();
        process.budget.round();
        assertThat(process.told())
                .containsExactly(BudgetState.NEARLY_SPENT, BudgetState.NEARLY_SPENT, BudgetState.SPENT);

        process.budget.reconfigure(BudgetSettings.of(40, BudgetPeriod.DAY).atLimit(BudgetPolicy.REFUSE));
        assertThat(process.refuses()).isFalse();
        assertThat(process.spent()).isEqualTo(18);
        process.budget.round();
        process.budget.reconfigure(BudgetSettings.of(17, BudgetPeriod.DAY).atLimit(BudgetPolicy.REFUSE));
        process.budget.round();
        assertThat(process.told()).hasSize(3); // of this limit, everything was told already
    }

    @Test
    void a_raised_limit_is_told_of_again() {
        Process process = process(BudgetPolicy.ALERT);
        process.spend(20);
        process.budget.round();
        process.budget.reconfigure(BudgetSettings.of(30, BudgetPeriod.DAY));
        process.budget.round();
        assertThat(process.told()).hasSize(2);
        process.spend(4);
        process.budget.round();
        assertThat(process.told())
                .containsExactly(BudgetState.NEARLY_SPENT, BudgetState.SPENT, BudgetState.NEARLY_SPENT);
    }

    @Test
    void another_length_of_the_period_is_another_count() {
        Process process = process(BudgetPolicy.REFUSE);
        process.spend(20);
        process.budget.reconfigure(BudgetSettings.of(20, BudgetPeriod.HOUR).atLimit(BudgetPolicy.REFUSE));
        assertThat(process.refuses()).isFalse();
        assertThat(process.budget.status().until()).isEqualTo(Instant.parse("2026-11-21T13:00:00Z"));
        process.budget.reconfigure(TWENTY.atLimit(BudgetPolicy.REFUSE));
        assertThat(process.refuses()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, 4e-10})
    void what_is_no_amount_costs_nothing(double cost) {
        Process process = process(BudgetPolicy.ALERT);
        process.spend(cost);
        assertThat(process.spent()).isZero();
    }

    @Test
    void absurd_amounts_do_not_overflow() {
        Process process = process(BudgetPolicy.REFUSE);
        for (int i = 0; i < 20_000; i++) {
            process.spend(i % 2 == 0 ? Double.MAX_VALUE : Double.POSITIVE_INFINITY);
        }
        process.budget.round();
        assertThat(process.spent()).isBetween(1e9, 3e9);
        Process next = new Process(2, TWENTY.atLimit(BudgetPolicy.REFUSE), store);
        assertThat(next.spent()).isBetween(1e9, 3e9);
        next.spend(Double.MAX_VALUE);
        next.budget.round();
        assertThat(next.refuses()).isTrue();
        assertThat(next.budget.trouble()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, 0.000_000_9, 1e9, Double.POSITIVE_INFINITY})
    void a_limit_is_an_amount(double limit) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BudgetSettings.of(limit, BudgetPeriod.DAY))
                .withMessageStartingWith("limit is between ");
    }
}
