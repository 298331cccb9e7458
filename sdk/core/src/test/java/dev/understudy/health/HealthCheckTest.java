package dev.understudy.health;

import static dev.understudy.event.CircuitState.CLOSED;
import static dev.understudy.event.CircuitState.HALF_OPEN;
import static dev.understudy.event.CircuitState.LATCHED;
import static dev.understudy.event.CircuitState.OPEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Variant;
import dev.understudy.event.CircuitState;
import dev.understudy.health.Health.Status;
import dev.understudy.insight.RecentOutcomes;
import dev.understudy.rollout.Share;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class HealthCheckTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CLOSED    | UP: baseline 'proven' answers
            HALF_OPEN | DEGRADED: baseline 'proven' is HALF_OPEN, only probes pass
            OPEN      | DOWN: baseline 'proven' is OPEN, and no other model stands in
            LATCHED   | DOWN: baseline 'proven' is LATCHED, and no other model stands in
            """)
    void without_a_candidate_the_baseline_decides(CircuitState baseline, String expected) {
        assertThat(HealthCheck.of("qa_agent", "proven", baseline).judge()).hasToString(expected);
    }

    /** Share, fallback, candidate, baseline: every combination with a candidate in use. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            25  | on  | CLOSED    | CLOSED    | UP: candidate 'new' answers 25% of the units, baseline 'proven' the others
            25  | on  | CLOSED    | HALF_OPEN | DEGRADED: baseline 'proven' is HALF_OPEN, only the candidate's 25% of the units are answered
            25  | on  | CLOSED    | OPEN      | DEGRADED: baseline 'proven' is OPEN, only the candidate's 25% of the units are answered
            25  | on  | CLOSED    | LATCHED   | DEGRADED: baseline 'proven' is LATCHED, only the candidate's 25% of the units are answered
            25  | on  | HALF_OPEN | CLOSED    | DEGRADED: candidate 'new' is HALF_OPEN, the baseline answers
            25  | on  | HALF_OPEN | HALF_OPEN | DEGRADED: candidate 'new' is HALF_OPEN and baseline 'proven' is HALF_OPEN, only probes pass
            25  | on  | HALF_OPEN | OPEN      | DEGRADED: candidate 'new' is HALF_OPEN and baseline 'proven' is OPEN, only probes pass
            25  | on  | HALF_OPEN | LATCHED   | DEGRADED: candidate 'new' is HALF_OPEN and baseline 'proven' is LATCHED, only probes pass
            25  | on  | OPEN      | CLOSED    | DEGRADED: candidate 'new' is OPEN, the baseline answers
            25  | on  | OPEN      | HALF_OPEN | DEGRADED: candidate 'new' is OPEN and baseline 'proven' is HALF_OPEN, only probes pass
            25  | on  | OPEN      | OPEN      | DOWN: candidate 'new' is OPEN and baseline 'proven' is OPEN
            25  | on  | OPEN      | LATCHED   | DOWN: candidate 'new' is OPEN and baseline 'proven' is LATCHED
            25  | on  | LATCHED   | CLOSED    | DEGRADED: candidate 'new' is LATCHED, the baseline answers
            25  | on  | LATCHED   | HALF_OPEN | DEGRADED: candidate 'new' is LATCHED and baseline 'proven' is HALF_OPEN, only probes pass
            25  | on  | LATCHED   | OPEN      | DOWN: candidate 'new' is LATCHED and baseline 'proven' is OPEN
            25  | on  | LATCHED   | LATCHED   | DOWN: candidate 'new' is LATCHED and baseline 'proven' is LATCHED
            25  | off | CLOSED    | CLOSED    | UP: candidate 'new' answers 25% of the units, baseline 'proven' the others
            25  | off | CLOSED    | OPEN      | DEGRADED: baseline 'proven' is OPEN, only the candidate's 25% of the units are answered
            25  | off | OPEN      | CLOSED    | DEGRADED: candidate 'new' is OPEN, and 25% of the units get errors, for fallback is off
            25  | off | LATCHED   | OPEN      | DOWN: candidate 'new' is LATCHED and baseline 'proven' is OPEN
            100 | on  | CLOSED    | CLOSED    | UP: candidate 'new' answers 100% of the units, baseline 'proven' stands by
            100 | on  | CLOSED    | OPEN      | DEGRADED: baseline 'proven' is OPEN, the candidate answers without a safety net
            100 | on  | OPEN      | CLOSED    | DEGRADED: candidate 'new' is OPEN, the baseline answers
            100 | on  | OPEN      | OPEN      | DOWN: candidate 'new' is OPEN and baseline 'proven' is OPEN
            100 | off | CLOSED    | OPEN      | UP: candidate 'new' answers
            100 | off | HALF_OPEN | CLOSED    | DEGRADED: candidate 'new' is HALF_OPEN, only probes pass
            100 | off | OPEN      | CLOSED    | DOWN: candidate 'new' is OPEN, and no other model stands in
            """)
    void with_a_candidate_in_use_both_decide(
            double share, String fallback, CircuitState candidate, CircuitState baseline, String expected) {
        Health health = HealthCheck.of("qa_agent", "proven", baseline)
                .candidate("new", candidate, Share.percent(share))
                .useFallback(fallback.equals("on"))
                .judge();

        assertThat(health).hasToString(expected);
    }

    @ParameterizedTest
    @EnumSource(CircuitState.class)
    void a_candidate_that_is_switched_off_says_nothing(CircuitState candidate) {
        Health health = HealthCheck.of("qa_agent", "proven", CLOSED)
                .candidate("new", candidate, Share.NONE)
                .judge();

        assertThat(health).hasToString("UP: baseline 'proven' answers");
        assertThat(health.models())
                .containsExactly(
                        new Health.Model("proven", Variant.BASELINE, CLOSED, true),
                        new Health.Model("new", Variant.CANDIDATE, candidate, false));
    }

    @Test
    void a_candidate_that_is_switched_off_does_not_help_either() {
        Health health = HealthCheck.of("qa_agent", "proven", OPEN)
                .candidate("new", CLOSED, Share.NONE)
                .judge();

        assertThat(health.status()).isEqualTo(Status.DOWN);
    }

    @Test
    void fallbacks_are_told_while_the_breaker_has_not_opened_yet() {
        HealthCheck check = HealthCheck.of("qa_agent", "proven", CLOSED).candidate("new", CLOSED, Share.percent(25));

        assertThat(check.recent(new RecentOutcomes(951, 49, 0)).judge().status())
                .isEqualTo(Status.UP);
        assertThat(check.recent(new RecentOutcomes(875, 125, 0)).judge())
                .hasToString("DEGRADED: 12.5 % of the last minute's calls were degraded");
    }

    @Test
    void errors_are_told_too() {
        Health health = HealthCheck.of("qa_agent", "proven", CLOSED)
                .candidate("new", CLOSED, Share.ALL)
                .recent(new RecentOutcomes(80, 12, 8))
                .judge();

        assertThat(health)
                .hasToString("DEGRADED: 12.0 % of the last minute's calls were degraded, "
                        + "8.0 % of the last minute's calls failed");
    }

    @Test
    void after_a_kill_switch_the_fallbacks_before_it_are_history() {
        Health health = HealthCheck.of("qa_agent", "proven", CLOSED)
                .candidate("new", LATCHED, Share.NONE)
                .recent(new RecentOutcomes(50, 50, 0))
                .judge();

        assertThat(health.status()).isEqualTo(Status.UP);
    }

    @Test
    void the_breakers_say_more_than_the_last_minute() {
        Health health = HealthCheck.of("qa_agent", "proven", OPEN)
                .recent(new RecentOutcomes(0, 0, 100))
                .judge();

        assertThat(health.reason()).isEqualTo("baseline 'proven' is OPEN, and no other model stands in");
    }

    @Test
    void what_the_judgement_did_not_see_can_make_it_worse_but_not_better() {
        Health up = HealthCheck.of("qa_agent", "proven", CLOSED).judge();
        Health down = HealthCheck.of("qa_agent", "proven", OPEN).judge();

        assertThat(up.and(Status.DEGRADED, "the configuration file was refused"))
                .hasToString("DEGRADED: baseline 'proven' answers; the configuration file was refused");
        assertThat(down.and(Status.DEGRADED, "the configuration file was refused")
                        .status())
                .isEqualTo(Status.DOWN);
        assertThat(HealthCheck.of("qa_agent", "proven", HALF_OPEN)
                        .judge()
                        .and(Status.UP, "a note")
                        .status())
                .isEqualTo(Status.DEGRADED);
    }
}
