package dev.understudy.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.event.ArmCounts;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.event.BudgetState;
import dev.understudy.event.BudgetStatus;
import dev.understudy.event.CircuitState;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.health.Health;
import dev.understudy.insight.Minute;
import dev.understudy.insight.RecentOutcomes;
import dev.understudy.insight.Timeline;
import dev.understudy.rollout.GuardSettings;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.rollout.Share;
import dev.understudy.server.console.Trouble.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TroublesTest {

    private static final Instant NOW = Instant.parse("2026-11-20T18:02:53Z");
    private static final Instant INCIDENT = NOW.minusSeconds(12);

    private Health.Status health = Health.Status.UP;
    private String reason = "candidate 'tuned' answers 25% of the units";
    private CircuitState circuit = CircuitState.CLOSED;
    private RecentOutcomes outcomes = new RecentOutcomes(100, 0, 0);
    private RolloutPhase phase = RolloutPhase.RUNNING;
    private RolloutReason because = RolloutReason.STARTED;
    private Share share = Share.percent(25);
    private @Nullable String candidate = "tuned";
    private List<RolloutDecision> decisions = List.of();
    private @Nullable BudgetStatus budget;

    private AgentRow row(String agent) {
        AgentSettings settings = AgentSettings.builder(agent)
                .baseline("steady")
                .candidate("tuned")
                .rollout(RolloutSettings.DEFAULT.withGuard(GuardSettings.DEFAULT.withP95(Duration.ofMillis(500))))
                .build();
        return new AgentRow(
                settings,
                new Health(agent, health, reason, List.of(new Health.Model("steady", Variant.BASELINE, circuit, true))),
                new RolloutStatus(
                        agent,
                        "steady",
                        candidate,
                        phase,
                        because,
                        share,
                        Share.percent(25),
                        List.of(),
                        0,
                        INCIDENT.plusSeconds(2),
                        "somebody decides",
                        List.of(),
                        ArmCounts.NONE,
                        ArmCounts.NONE,
                        decisions,
                        1),
                new Minute(NOW.minusSeconds(60), NOW, outcomes, Timeline.Arm.NONE, Timeline.Arm.NONE, 0, 0),
                budget);
    }

    private static RolloutDecision decision(RolloutPhase to, RolloutReason reason, String by, double after) {
        return new RolloutDecision(
                "qa_agent",
                "tuned",
                RolloutPhase.RUNNING,
                to,
                reason,
                25,
                after,
                by,
                "detail",
                List.of(new GuardEvidence(Guard.LATENCY_LIMIT, 9, 9, 6, 6)),
                ArmCounts.NONE,
                new ArmCounts(6, 0, 6),
                INCIDENT);
    }

    private List<Trouble> troubles() {
        return Troubles.of(List.of(row("qa_agent")), true, List.of(), NOW);
    }

    private void rolledBack() {
        phase = RolloutPhase.ROLLED_BACK;
        because = RolloutReason.GUARD;
        share = Share.NONE;
        decisions = List.of(decision(RolloutPhase.QUARANTINED, RolloutReason.GUARD, "guard", 0));
    }

    @Test
    void nothing_is_wrong_where_calls_are_answered_as_intended() {
        assertThat(troubles()).isEmpty();
        candidate = null;
        phase = RolloutPhase.OFF;
        because = RolloutReason.NO_CANDIDATE;
        assertThat(troubles()).isEmpty();
    }

    @Test
    void a_rollback_says_when_the_candidate_went_why_and_who_answers() {
        rolledBack();

        assertThat(troubles())
                .containsExactly(new Trouble(
                        Level.BAD,
                        "qa_agent",
                        "candidate 'tuned' was rolled back",
                        INCIDENT, // and not when the verdict came
                        false,
                        "slower than 500 ms in 6 of 6 calls",
                        "everybody is answered by 'steady'"));
    }

    @Test
    void an_old_rollback_waits_for_somebody() {
        rolledBack();

        assertThat(Troubles.of(List.of(row("qa_agent")), true, List.of(), NOW.plus(Duration.ofHours(2))))
                .extracting(Trouble::level)
                .containsExactly(Level.WAIT);
    }

    @Test
    void a_candidate_in_quarantine_was_taken_away() {
        rolledBack();
        phase = RolloutPhase.QUARANTINED;

        assertThat(troubles()).singleElement().satisfies(trouble -> {
            assertThat(trouble.what()).isEqualTo("candidate 'tuned' was taken away");
            assertThat(trouble.now()).contains("everybody is answered by 'steady'", "whose next calls tell");
        });
    }

    @Test
    void a_hold_says_whether_a_person_wants_it() {
        phase = RolloutPhase.HOLD;
        because = RolloutReason.HELD;
        decisions = List.of(decision(RolloutPhase.HOLD, RolloutReason.HELD, "jane", 25));
        assertThat(troubles()).singleElement().satisfies(trouble -> {
            assertThat(trouble.level()).isEqualTo(Level.CALM);
            assertThat(trouble.what()).isEqualTo("the rollout of 'tuned' is on hold at 25 %");
            assertThat(trouble.why()).isEqualTo("jane holds it");
            assertThat(trouble.lasting()).isTrue();
            assertThat(trouble.now()).isNull();
        });

        because = RolloutReason.SHARED_DEGRADATION;
        share = Share.NONE;
        assertThat(troubles()).singleElement().satisfies(trouble -> {
            assertThat(trouble.level()).isEqualTo(Level.WAIT);
            assertThat(trouble.why()).isEqualTo("the baseline degrades as well");
            assertThat(trouble.now()).isEqualTo("everybody is answered by 'steady'");
        });
    }

    @Test
    void a_degraded_agent_says_whether_callers_notice() {
        health = Health.Status.DEGRADED;
        reason = "candidate 'tuned' is OPEN, the baseline answers";
        assertThat(troubles()).singleElement().satisfies(trouble -> {
            assertThat(trouble.level()).isEqualTo(Level.DEGRADED);
            assertThat(trouble.why()).isEqualTo(reason);
            assertThat(trouble.now()).isEqualTo("no caller has seen an error in the last minute");
        });

        outcomes = new RecentOutcomes(900, 0, 100);
        assertThat(troubles()).singleElement().satisfies(trouble -> {
            assertThat(trouble.level()).isEqualTo(Level.FAILING);
            assertThat(trouble.now()).isEqualTo("100 of the last minute's 1,000 calls failed for the caller");
        });

        outcomes = RecentOutcomes.NONE;
        assertThat(troubles()).singleElement().satisfies(trouble -> assertThat(trouble.now())
                .isEqualTo("nobody has called in the last minute"));
    }

    @Test
    void a_budget_is_told_before_it_is_spent_and_its_end_is_told_by_the_health() {
        budget = new BudgetStatus(
                "qa_agent",
                20,
                17,
                BudgetPeriod.DAY,
                NOW,
                NOW.plusSeconds(60),
                BudgetPolicy.ALERT,
                BudgetState.NEARLY_SPENT);
        assertThat(troubles()).singleElement().satisfies(trouble -> {
            assertThat(trouble.level()).isEqualTo(Level.WAIT);
            assertThat(trouble.why()).startsWith("17 of 20 per day are spent");
        });

        budget = new BudgetStatus(
                "qa_agent", 20, 21, BudgetPeriod.DAY, NOW, NOW.plusSeconds(60), BudgetPolicy.ALERT, BudgetState.SPENT);
        assertThat(troubles()).isEmpty();
    }

    @Test
    void what_fails_comes_first_and_agents_stay_in_their_order() {
        rolledBack();
        AgentRow first = row("a");
        AgentRow second = row("b");
        health = Health.Status.DOWN;
        AgentRow down = row("c");

        assertThat(Troubles.of(List.of(first, second, down), true, List.of(), NOW))
                .extracting(Trouble::agent)
                .containsExactly("c", "a", "b", "c");
    }

    @Test
    void a_refused_file_is_said_once_and_not_for_each_sound_agent() {
        health = Health.Status.DEGRADED;
        reason = "baseline 'steady' answers; the configuration file was refused";
        List<String> problems = List.of("line 3: timeout: 5 has no unit", "line 9: unknown key");

        assertThat(Troubles.of(List.of(row("a"), row("b")), true, problems, NOW))
                .singleElement()
                .satisfies(trouble -> {
                    assertThat(trouble.agent()).isNull();
                    assertThat(trouble.what()).isEqualTo("the configuration file was refused");
                    assertThat(trouble.why()).isEqualTo("line 3: timeout: 5 has no unit (and 1 more)");
                });

        circuit = CircuitState.OPEN;
        assertThat(Troubles.of(List.of(row("a")), true, problems, NOW)).hasSize(2);
    }

    @Test
    void the_kill_switch_is_said_once() {
        phase = RolloutPhase.OFF;
        because = RolloutReason.KILL_SWITCH;
        share = Share.NONE;

        assertThat(Troubles.of(List.of(row("a"), row("b")), false, List.of(), NOW))
                .singleElement()
                .satisfies(trouble -> assertThat(trouble.what()).isEqualTo("the kill switch is on"));
        assertThat(troubles()) // the agent's own
                .singleElement()
                .satisfies(trouble -> assertThat(trouble.what()).isEqualTo("the kill switch of this agent is on"));
    }
}
