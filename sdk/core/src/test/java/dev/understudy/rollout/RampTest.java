package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.Variant;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.rollout.Ramped.Script;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.StoredRecord;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A rollout from its first look to its end, with the guard, the store and restarts. */
class RampTest {

    private static final RolloutSettings FIXED = RolloutSettings.DEFAULT
            .withShare(Share.percent(25))
            .withGuard(GuardSettings.DEFAULT.withP95(Duration.ofMillis(400)));

    private final Ramped ramped = new Ramped(Ramped.CLIMBING);

    // Up

    @Test
    void a_good_candidate_climbs_from_1_to_5_to_25_to_100_percent() {
        assertThat(ramped.share()).isEqualTo(Share.percent(1));
        ramped.callsOfCandidate(100, Script.GOOD, Script.GOOD);
        ramped.pass(Duration.ofMinutes(11));
        assertThat(ramped.share()).isEqualTo(Share.percent(5));
        ramped.callsOfCandidate(300, Script.GOOD, Script.GOOD);
        ramped.pass(Duration.ofMinutes(61));
        assertThat(ramped.share()).isEqualTo(Share.percent(25));
        ramped.callsOfCandidate(1000, Script.GOOD, Script.GOOD);
        for (int hour = 0; hour < 25; hour++) { // one call an hour, or it holds for lack of data
            ramped.callsOfCandidate(1, Script.GOOD, Script.GOOD);
            ramped.ticker.advance(Duration.ofMinutes(59));
            ramped.ramp.look();
        }

        assertThat(ramped.share()).isEqualTo(Share.ALL);
        assertThat(ramped.decisions()).extracting(RolloutDecision::sharePercent).containsExactly(1.0, 5.0, 25.0, 100.0);
    }

    @Test
    void it_reaches_its_end_and_says_so() {
        Ramped quick = new Ramped(RolloutSettings.DEFAULT.withRamp(RampSettings.builder()
                .stages(50, 100)
                .hold(List.of(Duration.ofSeconds(10)))
                .minCalls(List.of(150))
                .build()));
        quick.callsOfCandidate(150, Script.GOOD, Script.GOOD);
        quick.pass(Duration.ofSeconds(11));
        assertThat(quick.share()).isEqualTo(Share.ALL);
        quick.callsOfCandidate(150, Script.GOOD, Script.GOOD);
        quick.pass(Duration.ofSeconds(11));

        assertThat(quick.phase()).isEqualTo(RolloutPhase.COMPLETED);
        assertThat(quick.decisions())
                .extracting(RolloutDecision::reason)
                .containsExactly(RolloutReason.STARTED, RolloutReason.PASSED, RolloutReason.PASSED);
        assertThat(quick.store.written).startsWith(Share.percent(50)).contains(Share.ALL);
    }

    // Down

    @Test
    @Rule("R24")
    void a_slow_candidate_is_taken_away_within_three_calls_and_stays_so() {
        Ramped fixed = new Ramped(FIXED);
        fixed.callsOfCandidate(3, Script.SLOW, Script.GOOD);
        assertThat(fixed.share()).as("before anybody looked").isEqualTo(Share.NONE);
        assertThat(fixed.wakes).hasPositiveValue();
        fixed.ramp.look();
        assertThat(fixed.phase()).isEqualTo(RolloutPhase.QUARANTINED);
        for (int i = 0; i < 200; i++) {
            assertThat(fixed.call(Script.SLOW, Script.GOOD)).isEqualTo(Variant.BASELINE);
        }
        fixed.ramp.look();

        assertThat(fixed.phase()).isEqualTo(RolloutPhase.ROLLED_BACK);
        fixed.pass(Duration.ofDays(30));
        assertThat(fixed.share()).isEqualTo(Share.NONE);
        assertThat(fixed.decisions())
                .extracting(RolloutDecision::to)
                .containsExactly(RolloutPhase.RUNNING, RolloutPhase.QUARANTINED, RolloutPhase.ROLLED_BACK);
        assertThat(fixed.lastDecision().detail()).contains("0 of the baseline's 10 calls since then were bad");
    }

    @Test
    @Rule("R24")
    void nobody_overrules_a_rollback_by_asking_for_the_candidate() {
        Ramped fixed = new Ramped(new RolloutSettings(Share.percent(25), null, true, RampSettings.NONE, FIXED.guard()));
        fixed.callsOfCandidate(3, Script.SLOW, Script.GOOD);
        CallOptions wish =
                CallOptions.builder().unit("u").variant(Variant.CANDIDATE).build();

        assertThat(fixed.call(wish, Script.SLOW, Script.GOOD)).isEqualTo(Variant.BASELINE);
        fixed.ramp.look();
        assertThat(fixed.call(wish, Script.SLOW, Script.GOOD)).isEqualTo(Variant.BASELINE);
        assertThat(fixed.ramp.status("steady").decides()).contains("nobody is on 'tuned'");
    }

    @Test
    void an_outage_of_both_holds_and_the_candidate_begins_again_when_the_baseline_is_well() {
        Ramped fixed = new Ramped(FIXED);
        fixed.callsOfCandidate(5, Script.BROKEN, Script.BROKEN);
        fixed.ramp.look();
        assertThat(fixed.phase()).isEqualTo(RolloutPhase.QUARANTINED);
        for (int i = 0; i < 10; i++) {
            fixed.call(Script.BROKEN, Script.BROKEN);
        }
        fixed.ramp.look();
        assertThat(fixed.ramp.state().reason()).isEqualTo(RolloutReason.SHARED_DEGRADATION);
        for (int i = 0; i < 40; i++) {
            fixed.call(Script.BROKEN, Script.BROKEN);
            fixed.ramp.look();
        }
        assertThat(fixed.phase()).as("still not well").isEqualTo(RolloutPhase.HOLD);
        for (int i = 0; i < 60; i++) {
            fixed.call(Script.GOOD, Script.GOOD);
            fixed.ramp.look();
        }

        assertThat(fixed.phase()).isEqualTo(RolloutPhase.RUNNING);
        assertThat(fixed.ramp.state().reason()).isEqualTo(RolloutReason.RECOVERED);
        assertThat(fixed.share()).isEqualTo(Share.percent(25));
        assertThat(fixed.ramp.guard().alarmed()).isFalse();
    }

    // Restarts

    @Test
    void a_restart_resumes_step_share_and_evidence_but_not_the_time_of_the_step() {
        ramped.callsOfCandidate(100, Script.GOOD, Script.GOOD);
        ramped.ticker.advance(Duration.ofMinutes(9));
        ramped.ramp.look();
        ramped.restart();
        assertThat(ramped.share()).isEqualTo(Share.percent(1));
        assertThat(ramped.ramp.guard().candidate().calls()).isEqualTo(100);

        ramped.ticker.advance(Duration.ofMinutes(9));
        ramped.ramp.look();
        assertThat(ramped.share()).isEqualTo(Share.percent(1));
        ramped.ticker.advance(Duration.ofMinutes(2));
        ramped.ramp.look();
        assertThat(ramped.share()).isEqualTo(Share.percent(5));
        assertThat(ramped.decisions()).hasSize(2);
    }

    @Test
    @Rule("R24")
    void a_restart_keeps_a_rollback_and_tells_nothing_twice() {
        Ramped fixed = new Ramped(FIXED);
        fixed.callsOfCandidate(3, Script.SLOW, Script.GOOD);
        fixed.ramp.look();
        fixed.restart();
        assertThat(fixed.phase()).isEqualTo(RolloutPhase.QUARANTINED);
        for (int i = 0; i < 10; i++) {
            fixed.call(Script.SLOW, Script.GOOD);
        }
        fixed.ramp.look();
        fixed.restart();

        assertThat(fixed.phase()).isEqualTo(RolloutPhase.ROLLED_BACK);
        assertThat(fixed.share()).isEqualTo(Share.NONE);
        assertThat(fixed.decisions()).filteredOn(RolloutDecision::isRollback).hasSize(2);
    }

    @Test
    void another_candidate_gets_fresh_users_and_the_old_one_stays_rolled_back() {
        Ramped fixed = new Ramped(FIXED);
        fixed.callsOfCandidate(3, Script.SLOW, Script.GOOD);
        fixed.ramp.look();
        fixed.open("tuned-2");
        assertThat(fixed.share()).isEqualTo(Share.percent(25));
        assertThat(fixed.ramp.salt()).isEqualTo("qa_agent/tuned-2");
        fixed.open(Ramped.CANDIDATE);

        assertThat(fixed.phase()).isEqualTo(RolloutPhase.ROLLED_BACK);
        assertThat(fixed.share()).isEqualTo(Share.NONE);
    }

    @Test
    @Rule("R23")
    void the_salt_is_frozen_as_long_as_the_candidate_stays() {
        Ramped fixed = new Ramped(FIXED);
        fixed.settings = FIXED.withSalt("another");
        fixed.restart();

        assertThat(fixed.ramp.salt()).isEqualTo("qa_agent/tuned");
    }

    // What operators set

    @Test
    void a_percentage_set_by_hand_holds_the_ramp_until_it_is_resumed() {
        ramped.reconfigure(Ramped.CLIMBING.withShare(Share.percent(0.5)), true);
        assertThat(ramped.share()).isEqualTo(Share.percent(0.5));
        assertThat(ramped.ramp.state().reason()).isEqualTo(RolloutReason.MANUAL);
        ramped.reconfigure(Ramped.CLIMBING, true);
        assertThat(ramped.share()).isEqualTo(Share.percent(1));
        assertThat(ramped.phase()).isEqualTo(RolloutPhase.HOLD);

        ramped.steering().resume("ann");
        assertThat(ramped.phase()).isEqualTo(RolloutPhase.RUNNING);
    }

    @Test
    void a_lower_percentage_holds_before_anybody_looks() {
        Ramped fixed = new Ramped(FIXED);
        fixed.ramp.reconfigure(FIXED.withShare(Share.NONE), true);

        assertThat(fixed.share()).isEqualTo(Share.NONE);
    }

    @Test
    void the_kill_switch_keeps_the_evidence_and_what_was_reached() {
        ramped.callsOfCandidate(100, Script.GOOD, Script.GOOD);
        ramped.reconfigure(Ramped.CLIMBING, false);
        assertThat(ramped.phase()).isEqualTo(RolloutPhase.OFF);
        assertThat(ramped.ramp.status("steady").decides()).startsWith("The kill switch decides");
        ramped.restart(); // opened as allowed: the switch is off again

        assertThat(ramped.phase()).isEqualTo(RolloutPhase.RUNNING);
        assertThat(ramped.share()).isEqualTo(Share.percent(1));
        assertThat(ramped.ramp.guard().candidate().calls()).isEqualTo(100);
    }

    // A store that fails

    @Test
    void a_share_does_not_rise_without_being_written() {
        ramped.callsOfCandidate(100, Script.GOOD, Script.GOOD);
        ramped.store.writesFail = true;
        ramped.pass(Duration.ofMinutes(15));
        assertThat(ramped.share()).isEqualTo(Share.percent(1));
        assertThat(ramped.ramp.trouble()).hasValueSatisfying(told -> assertThat(told)
                .isEqualTo("State of the test cannot be written: disk full; make room"));

        ramped.store.writesFail = false;
        ramped.ramp.look();
        assertThat(ramped.share()).isEqualTo(Share.percent(5));
        assertThat(ramped.ramp.trouble()).isEmpty();
    }

    @Test
    @Rule("R24")
    void a_share_falls_even_where_it_cannot_be_written_and_that_is_tried_again() {
        Ramped fixed = new Ramped(FIXED);
        fixed.store.writesFail = true;
        fixed.callsOfCandidate(3, Script.SLOW, Script.GOOD);
        fixed.ramp.look();
        assertThat(fixed.phase()).isEqualTo(RolloutPhase.QUARANTINED);
        assertThat(fixed.share()).isEqualTo(Share.NONE);
        assertThat(new Steering(fixed.store, Ramped.AGENT, fixed::now).state())
                .hasValueSatisfying(stored -> assertThat(stored.phase()).isEqualTo(RolloutPhase.RUNNING));

        fixed.store.writesFail = false;
        fixed.ramp.look();
        assertThat(new Steering(fixed.store, Ramped.AGENT, fixed::now).state())
                .hasValueSatisfying(stored -> assertThat(stored.phase()).isEqualTo(RolloutPhase.QUARANTINED));
        assertThat(fixed.decisions()).hasSize(2);
    }

    @Test
    void a_state_that_cannot_be_read_gives_nobody_the_candidate_and_is_told_once() {
        ramped.store.readsFail = true;
        ramped.restart();
        ramped.ramp.look();
        assertThat(ramped.share()).isEqualTo(Share.NONE);
        assertThat(ramped.ramp.state().reason()).isEqualTo(RolloutReason.STATE_REFUSED);
        assertThat(ramped.decisions())
                .extracting(RolloutDecision::reason)
                .containsExactly(RolloutReason.STARTED, RolloutReason.STATE_REFUSED);
        assertThat(ramped.call(Script.GOOD, Script.GOOD)).isEqualTo(Variant.BASELINE);

        ramped.steering().reset(Ramped.CANDIDATE, "ann"); // sets the damaged one aside
        assertThat(ramped.share()).isEqualTo(Share.percent(1));
    }

    @Test
    void a_state_of_another_format_is_refused_until_a_person_resets_it() {
        long epoch = ramped.store.inner.read(Ramped.AGENT).orElseThrow().epoch();
        ramped.store.inner.write(
                Ramped.AGENT, epoch, new StoredRecord(epoch + 1, new TreeMap<>(Map.of("format", "2"))));
        ramped.ramp.look();
        assertThat(ramped.share()).isEqualTo(Share.NONE);
        assertThat(ramped.ramp.trouble()).hasValueSatisfying(told -> assertThat(told)
                .contains("has a format that this version does not know (format 2)"));

        ramped.steering().reset(Ramped.CANDIDATE, "ann");
        assertThat(ramped.share()).isEqualTo(Share.percent(1));
        assertThat(ramped.ramp.trouble()).isEmpty();
    }

    // Others

    @Test
    void a_persons_hold_that_comes_in_between_is_not_overwritten() {
        ramped.callsOfCandidate(100, Script.GOOD, Script.GOOD);
        ramped.ticker.advance(Duration.ofMinutes(11));
        Steering elsewhere = new Steering(ramped.store.inner, Ramped.AGENT, ramped::now);
        ramped.store.meanwhile = () -> elsewhere.hold("ann");
        ramped.ramp.look();

        assertThat(ramped.phase()).isEqualTo(RolloutPhase.HOLD);
        assertThat(ramped.ramp.state().reason()).isEqualTo(RolloutReason.HELD);
        assertThat(ramped.share()).isEqualTo(Share.percent(1));
        assertThat(ramped.lastDecision().by()).isEqualTo("ann");
    }

    @Test
    @Rule("R24")
    void a_rollback_that_meets_a_persons_hold_is_decided_on_top_of_it() {
        Ramped fixed = new Ramped(FIXED);
        Steering elsewhere = new Steering(fixed.store.inner, Ramped.AGENT, fixed::now);
        fixed.callsOfCandidate(3, Script.SLOW, Script.GOOD);
        fixed.store.meanwhile = () -> elsewhere.hold("ann");
        fixed.ramp.look();

        assertThat(fixed.phase()).isEqualTo(RolloutPhase.QUARANTINED);
        assertThat(fixed.share()).isEqualTo(Share.NONE);
        assertThat(fixed.decisions())
                .extracting(RolloutDecision::reason)
                .containsExactly(RolloutReason.STARTED, RolloutReason.HELD, RolloutReason.GUARD);
    }

    @Test
    void a_command_in_another_process_is_seen_with_the_next_look() {
        new Steering(ramped.store.inner, Ramped.AGENT, ramped::now).hold("ann");
        ramped.ramp.look();

        assertThat(ramped.phase()).isEqualTo(RolloutPhase.HOLD);
        assertThat(ramped.lastDecision().by()).isEqualTo("ann");
    }

    @Test
    @Rule("R24")
    void a_reset_by_name_re_arms_a_rolled_back_candidate_without_evidence() {
        Ramped fixed = new Ramped(FIXED);
        fixed.callsOfCandidate(3, Script.SLOW, Script.GOOD);
        fixed.ramp.look();
        for (int i = 0; i < 10; i++) {
            fixed.call(Script.SLOW, Script.GOOD);
        }
        fixed.ramp.look();
        assertThatIllegalStateException().isThrownBy(() -> fixed.steering().reset("other", "ann"));
        assertThatIllegalStateException()
                .isThrownBy(() -> fixed.steering().resume("ann"))
                .withMessageContaining("reset it by name");
        fixed.steering().reset(Ramped.CANDIDATE, "ann");

        assertThat(fixed.phase()).isEqualTo(RolloutPhase.RUNNING);
        assertThat(fixed.share()).isEqualTo(Share.percent(25));
        assertThat(fixed.ramp.guard().candidate().calls()).isZero();
        fixed.callsOfCandidate(3, Script.SLOW, Script.GOOD);
        assertThat(fixed.share()).as("it is guarded as before").isEqualTo(Share.NONE);
    }

    @Test
    void of_two_registries_that_begin_at_once_one_begins_and_the_other_goes_on() {
        FaultyStore shared = new FaultyStore();
        shared.meanwhile = () -> new Ramped(Ramped.CLIMBING, shared, Ramped.CANDIDATE);
        Ramped second = new Ramped(Ramped.CLIMBING, shared, Ramped.CANDIDATE);
        assertThat(second.wakes).hasPositiveValue();
        second.ramp.look();

        assertThat(second.share()).isEqualTo(Share.percent(1));
        assertThat(second.decisions()).isEmpty();
        assertThat(shared.written).hasSize(1);
    }

    @Test
    void a_state_that_was_thrown_away_and_cannot_be_begun_again_gives_nobody_the_candidate() {
        long epoch = ramped.store.inner.read(Ramped.AGENT).orElseThrow().epoch();
        ramped.store.inner.write(Ramped.AGENT, epoch, new StoredRecord(epoch + 1, new TreeMap<>()));
        ramped.store.writesFail = true;
        ramped.ramp.look();
        assertThat(ramped.share()).isEqualTo(Share.NONE);

        ramped.store.writesFail = false;
        ramped.ramp.look();
        assertThat(ramped.share()).isEqualTo(Share.percent(1));
    }

    @Test
    void where_another_registry_rolls_out_another_candidate_nobody_here_gets_ours() {
        Ramped other = new Ramped(Ramped.CLIMBING, ramped.store, "tuned-2");
        ramped.ramp.look();
        ramped.ramp.look();

        assertThat(other.share()).isEqualTo(Share.percent(1));
        assertThat(ramped.share()).isEqualTo(Share.NONE);
        assertThat(ramped.ramp.trouble())
                .hasValueSatisfying(told -> assertThat(told).startsWith("Another registry rolls out 'tuned-2'"));
    }

    @Test
    void a_record_that_somebody_removed_is_no_reset() {
        ramped.callsOfCandidate(100, Script.GOOD, Script.GOOD);
        ramped.ticker.advance(Duration.ofMinutes(11));
        ramped.ramp.look();
        assertThat(ramped.share()).isEqualTo(Share.percent(5));
        ramped.store.inner = new InMemoryRolloutStore();
        ramped.ramp.look();

        assertThat(ramped.share()).isEqualTo(Share.percent(5));
        assertThat(ramped.steering().state())
                .hasValueSatisfying(stored -> assertThat(stored.share()).isEqualTo(Share.percent(5)));
    }

    @Test
    void evidence_is_written_every_ten_seconds_where_there_is_any() {
        int before = ramped.store.written.size();
        ramped.ticker.advance(Duration.ofSeconds(11));
        ramped.ramp.look();
        assertThat(ramped.store.written).hasSize(before);
        ramped.call(Script.GOOD, Script.GOOD);
        ramped.ramp.look();
        assertThat(ramped.store.written).hasSize(before + 1);
        ramped.call(Script.GOOD, Script.GOOD);
        ramped.ramp.look();
        assertThat(ramped.store.written).hasSize(before + 1);
    }

    @Test
    void its_status_says_who_decides() {
        RolloutStatus status = ramped.ramp.status("steady");

        assertThat(status.decides())
                .isEqualTo("The share decides: 1% of the units are on 'tuned', unless a call says use_finetuned: false."
                        + " Step 1 of 4 lasts at least 10m and 100 calls");
        assertThat(status.stages()).hasSize(4);
        assertThat(status.epoch()).isEqualTo(1);
        assertThat(RolloutStatus.none("qa_agent", "steady", RolloutSettings.DEFAULT, ramped.now())
                        .decides())
                .contains("no candidate");
    }
}
