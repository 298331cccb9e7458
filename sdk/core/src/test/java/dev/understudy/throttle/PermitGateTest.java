package dev.understudy.throttle;

import static dev.understudy.chat.Variant.BASELINE;
import static dev.understudy.chat.Variant.CANDIDATE;
import static dev.understudy.throttle.Admission.GRANTED;
import static dev.understudy.throttle.Admission.HOPELESS;
import static dev.understudy.throttle.Admission.NO_PERMIT;
import static dev.understudy.throttle.Admission.QUEUE_FULL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.Variant;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.Rule;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a gate does on one thread; what happens meanwhile is played by {@link ScriptedParking}. */
class PermitGateTest {

    private final FakeTicker ticker = new FakeTicker();
    private final ScriptedParking parking = new ScriptedParking();
    private final Waiting waiting = new Waiting(ticker, parking);

    @AfterEach
    void nobody_stays_interrupted() {
        Thread.interrupted();
    }

    private PermitGate agent(int limit, int queue) {
        return PermitGate.forAgent("qa_agent", limit, queue, waiting);
    }

    private PermitGate provider(int limit, int queue) {
        return PermitGate.forProvider("mistral", limit, queue, waiting);
    }

    private Deadline patience(Duration time) {
        return Deadline.after(waiting, time);
    }

    private Deadline oneSecond() {
        return patience(Duration.ofSeconds(1));
    }

    private static void take(PermitGate gate, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(gate.tryTake(BASELINE)).isTrue();
        }
    }

    private static void assertAtRest(PermitGate gate) {
        assertThat(gate.inUse()).isZero();
        assertThat(gate.waiting()).isZero();
        assertThat(gate.available()).isEqualTo(gate.limit());
        take(gate, gate.limit());
        assertThat(gate.tryTake(BASELINE)).isFalse();
        for (int i = 0; i < gate.limit(); i++) {
            gate.release();
        }
    }

    @Test
    @Rule("R6")
    void it_gives_out_as_many_permits_as_it_has() {
        PermitGate gate = agent(3, 2);
        take(gate, 3);
        assertThat(gate.tryTake(BASELINE)).isFalse();
        assertThat(gate).extracting(PermitGate::inUse, PermitGate::available).containsExactly(3, 0);
        gate.release();
        assertThat(gate.tryTake(BASELINE)).isTrue();
    }

    @Test
    @Rule("R5")
    void it_does_not_accept_a_permit_that_nobody_took() {
        PermitGate gate = agent(3, 2);
        assertThatThrownBy(gate::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("qa_agent");
        assertAtRest(gate);
    }

    @Test
    @Rule("R7")
    void a_full_queue_refuses_at_once() {
        PermitGate gate = agent(1, 1);
        take(gate, 1);
        parking.then(() -> {
            assertThat(gate.waiting()).isOne();
            assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(QUEUE_FULL);
            ticker.advance(Duration.ofSeconds(1));
        });
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(NO_PERMIT);
        gate.release();
        assertAtRest(gate);
    }

    @Test
    @Rule("R7")
    void no_queue_refuses_at_once() {
        PermitGate gate = agent(1, 0);
        take(gate, 1);
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(QUEUE_FULL);
    }

    @Test
    @Rule("R7")
    void it_waits_as_long_as_the_patience_lasts_and_no_longer() {
        PermitGate gate = agent(1, 1);
        take(gate, 1);
        parking.then(() -> ticker.advance(Duration.ofMillis(400)))
                .then(() -> ticker.advance(Duration.ofMillis(599)))
                .then(() -> ticker.advance(Duration.ofMillis(1)));
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(NO_PERMIT);
        assertThat(gate.waiting()).isZero();
    }

    @Test
    @Rule("R2")
    void without_patience_it_takes_what_is_free_and_waits_for_nothing() {
        PermitGate gate = agent(1, 1);
        assertThat(gate.acquire(BASELINE, patience(Duration.ZERO))).isEqualTo(GRANTED);
        assertThat(gate.acquire(BASELINE, patience(Duration.ZERO))).isEqualTo(NO_PERMIT);
    }

    @Test
    void a_sleep_that_ends_for_no_reason_changes_nothing() {
        PermitGate gate = agent(1, 1);
        take(gate, 1);
        parking.then(() -> {}).then(() -> {}).then(gate::release);
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(GRANTED);
        assertThat(gate.inUse()).isOne();
        assertThat(parking.woken()).containsExactly(Thread.currentThread());
    }

    @Test
    @Rule("R7")
    void a_newcomer_never_gets_what_was_handed_to_a_waiter() {
        PermitGate gate = agent(1, 2);
        take(gate, 1);
        parking.then(() -> {
            gate.release();
            assertThat(gate.tryTake(BASELINE)).isFalse();
            assertThat(gate.acquire(BASELINE, patience(Duration.ZERO))).isEqualTo(NO_PERMIT);
        });
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(GRANTED);
    }

    @Test
    @Rule("R5")
    void a_permit_that_comes_at_the_very_instant_of_the_time_out_is_kept() {
        PermitGate gate = agent(1, 1);
        take(gate, 1);
        parking.then(() -> {
            ticker.advance(Duration.ofSeconds(1));
            gate.release();
        });
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(GRANTED);
        gate.release();
        assertAtRest(gate);
    }

    @Test
    @Rule("R5")
    void a_permit_that_comes_with_an_interrupt_is_kept_and_so_is_the_flag() {
        PermitGate gate = agent(1, 1);
        take(gate, 1);
        parking.then(() -> {
            Thread.currentThread().interrupt();
            gate.release();
        });
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(GRANTED);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    @Rule({"R4", "R5"})
    void an_interrupted_waiter_leaves_and_keeps_its_flag() {
        PermitGate gate = agent(1, 1);
        take(gate, 1);
        parking.then(Thread.currentThread()::interrupt);
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(NO_PERMIT);
        assertThat(Thread.interrupted()).isTrue();
        gate.release();
        assertAtRest(gate);
    }

    @Test
    @Rule({"R4", "R5"})
    void a_cancelled_waiter_leaves() {
        PermitGate gate = agent(1, 1);
        take(gate, 1);
        Deadline whole = oneSecond();
        parking.then(whole::cancel);
        assertThat(gate.acquire(BASELINE, whole.earlierBy(1))).isEqualTo(NO_PERMIT);
        gate.release();
        assertAtRest(gate);
    }

    @Test
    @Rule({"R5", "R30"})
    void nobody_waits_at_a_registry_that_was_closed() {
        PermitGate gate = agent(1, 1);
        take(gate, 1);
        parking.then(waiting::close);
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(NO_PERMIT);
    }

    @Test
    void more_permits_are_handed_to_those_who_wait() {
        PermitGate gate = agent(1, 1);
        take(gate, 1);
        parking.then(() -> gate.resize(2, 1));
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(GRANTED);
        assertThat(gate).extracting(PermitGate::inUse, PermitGate::limit).containsExactly(2, 2);
    }

    @Test
    @Rule({"R5", "R6"})
    void fewer_permits_make_newcomers_wait_until_enough_came_back() {
        PermitGate gate = agent(4, 4);
        take(gate, 4);
        gate.resize(2, 4);
        assertThat(gate).extracting(PermitGate::inUse, PermitGate::available).containsExactly(4, 0);
        parking.then(gate::release)
                .then(() -> {
                    assertThat(gate.inUse()).isEqualTo(3);
                    gate.release();
                })
                .then(() -> {
                    assertThat(gate.inUse()).isEqualTo(2);
                    gate.release();
                });
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(GRANTED);
        assertThat(gate.inUse()).isEqualTo(2);
        gate.release();
        gate.release();
        assertAtRest(gate);
    }

    @Test
    void a_queue_that_became_shorter_throws_nobody_out() {
        PermitGate gate = agent(1, 1);
        take(gate, 1);
        parking.then(() -> {
            gate.resize(1, 0);
            assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(QUEUE_FULL);
            gate.release();
        });
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(GRANTED);
    }

    @Test
    void a_gate_has_at_least_one_permit() {
        assertThatThrownBy(() -> agent(0, 1)).isInstanceOf(IllegalArgumentException.class);
        PermitGate gate = agent(1, 1);
        assertThatThrownBy(() -> gate.resize(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertAtRest(gate);
    }

    @ParameterizedTest
    @Rule("R8")
    @CsvSource({"1, 1", "3, 3", "4, 3", "7, 6", "8, 6", "64, 48"})
    void candidates_may_use_three_quarters_of_a_provider_and_at_least_one(int limit, int share) {
        PermitGate gate = provider(limit, 0);
        for (int i = 0; i < share; i++) {
            assertThat(gate.tryTake(CANDIDATE)).isTrue();
        }
        assertThat(gate.tryTake(CANDIDATE)).isFalse();
        assertThat(gate.acquire(CANDIDATE, oneSecond())).isEqualTo(QUEUE_FULL);
        take(gate, limit - share);
        assertThat(gate.tryTake(BASELINE)).isFalse();
    }

    @Test
    @Rule("R8")
    void baselines_count_when_the_candidates_share_is_measured() {
        PermitGate gate = provider(4, 0);
        take(gate, 3);
        assertThat(gate.tryTake(CANDIDATE)).isFalse();
        assertThat(gate.tryTake(BASELINE)).isTrue();
    }

    @Test
    void an_agents_candidate_has_its_own_gate_and_all_of_it() {
        PermitGate gate = agent(4, 0);
        for (int i = 0; i < 4; i++) {
            assertThat(gate.tryTake(CANDIDATE)).isTrue();
        }
        assertThat(gate.tryTake(CANDIDATE)).isFalse();
    }

    @Test
    @Rule("R8")
    void a_waiting_candidate_holds_up_no_baseline() {
        PermitGate gate = provider(4, 1);
        take(gate, 3);
        parking.then(() -> {
            assertThat(gate.waiting()).isOne();
            assertThat(gate.acquire(BASELINE, patience(Duration.ZERO))).isEqualTo(GRANTED);
            ticker.advance(Duration.ofSeconds(1));
        });
        assertThat(gate.acquire(CANDIDATE, oneSecond())).isEqualTo(NO_PERMIT);
    }

    @Test
    @Rule("R8")
    void waiting_candidates_do_not_fill_the_baselines_queue() {
        PermitGate gate = provider(1, 1);
        take(gate, 1);
        parking.then(
                () -> { // a candidate sleeps
                    assertThat(gate.acquire(CANDIDATE, oneSecond())).isEqualTo(QUEUE_FULL);
                    parking.then(gate::release); // a baseline sleeps
                    assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(GRANTED);
                    gate.release();
                });
        assertThat(gate.acquire(CANDIDATE, oneSecond())).isEqualTo(GRANTED);
        gate.release();
        assertAtRest(gate);
    }

    @Test
    void it_shows_its_state() {
        PermitGate gate = agent(2, 1);
        take(gate, 1);
        assertThat(gate).hasToString("PermitGate[agent 'qa_agent', 1 of 2 in use, 0 waiting]");
        assertThat(provider(8, 1).describe(Variant.CANDIDATE))
                .isEqualTo("All 6 of 8 permits that candidates may have of provider 'mistral'");
    }

    @Test
    @Rule("R5")
    void a_learnt_limit_changes_the_number_of_permits_and_not_who_holds_one() {
        PermitGate gate = agent(2, 2);
        take(gate, 2);
        gate.limit(3);
        assertThat(gate.limit()).isEqualTo(3);
        take(gate, 1);
        gate.limit(1);
        assertThat(gate.inUse()).isEqualTo(3);
        assertThat(gate.tryTake(BASELINE)).isFalse();
        gate.release();
        gate.release();
        assertThat(gate.tryTake(BASELINE)).isFalse();
        gate.release();
        assertAtRest(gate);
    }

    @Test
    @Rule("R7")
    void a_learnt_limit_that_grows_lets_those_in_who_wait() {
        PermitGate gate = agent(1, 2);
        take(gate, 1);
        parking.then(() -> gate.limit(2));
        assertThat(gate.acquire(BASELINE, oneSecond())).isEqualTo(GRANTED);
        gate.release();
        gate.release();
        gate.limit(1);
        assertAtRest(gate);
    }

    @Test
    @Rule("R7")
    void who_would_certainly_wait_in_vain_is_refused_at_once() {
        PermitGate gate = agent(1, 100);
        take(gate, 1);
        lineUp(gate, LinePace.ENOUGH + 8, () -> {
            for (int i = 0; i < LinePace.ENOUGH; i++) {
                assertThat(gate.expectedNanos(BASELINE)).isZero();
                ticker.advance(Duration.ofMillis(100));
                gate.release();
            }
            assertThat(gate.expectedNanos(BASELINE)).isEqualTo(900_000_000);
            assertThat(gate.acquire(BASELINE, patience(Duration.ofMillis(20)))).isEqualTo(HOPELESS);
            assertThat(gate.waiting()).isEqualTo(8);
            for (int i = 0; i < 8; i++) {
                gate.release();
            }
        });
        gate.release();
        assertThat(gate.expectedNanos(BASELINE)).isZero();
        assertAtRest(gate);
    }

    /** So many line up, and then something happens. */
    private void lineUp(PermitGate gate, int callers, Runnable then) {
        if (callers == 0) {
            then.run();
            return;
        }
        parking.then(() -> lineUp(gate, callers - 1, then));
        assertThat(gate.acquire(BASELINE, patience(Duration.ofMinutes(1)))).isEqualTo(GRANTED);
    }
}
