package dev.understudy.throttle;

import static dev.understudy.chat.Variant.BASELINE;
import static dev.understudy.chat.Variant.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.Rule;
import dev.understudy.time.Waiting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who comes next, among real threads. */
class PermitGateOrderTest {

    private final Waiting waiting = Waiting.system();
    private final PermitGate gate = PermitGate.forProvider("mistral", 4, 10, waiting);
    private final Callers callers = new Callers(gate, waiting);

    @AfterEach
    void everybodyGoesHome() throws InterruptedException {
        callers.close();
    }

    private void fill() {
        while (gate.tryTake(BASELINE)) {
            // until it is full
        }
    }

    @Test
    @Rule("R7")
    void permits_are_granted_in_the_order_of_arrival() {
        fill();
        for (int i = 1; i <= 5; i++) {
            callers.lineUp("b" + i, BASELINE);
        }
        for (int i = 1; i <= 5; i++) {
            gate.release();
            assertThat(callers.log(i)).last().isEqualTo("b" + i + " GRANTED");
        }
        assertThat(gate.waiting()).isZero();
    }

    @Test
    @Rule("R7")
    void who_leaves_the_line_lets_the_next_one_move_up() {
        fill();
        callers.lineUp("b1", BASELINE);
        Thread second = callers.lineUp("b2", BASELINE);
        callers.lineUp("b3", BASELINE);
        second.interrupt();
        assertThat(callers.log(1)).containsExactly("b2 NO_PERMIT");
        gate.release();
        callers.log(2);
        gate.release();
        assertThat(callers.log(3)).containsExactly("b2 NO_PERMIT", "b1 GRANTED", "b3 GRANTED");
    }

    @Test
    @Rule("R8")
    void baselines_come_before_candidates_that_came_before_them() {
        fill();
        callers.lineUp("c1", CANDIDATE);
        callers.lineUp("c2", CANDIDATE);
        callers.lineUp("b1", BASELINE);
        gate.release();
        assertThat(callers.log(1)).containsExactly("b1 GRANTED");
        gate.release(); // 3 of 4 in use: the last quarter is not for candidates
        assertThat(gate).extracting(PermitGate::inUse, PermitGate::waiting).containsExactly(3, 2);
        gate.release();
        assertThat(callers.log(2)).last().isEqualTo("c1 GRANTED");
        gate.release();
        assertThat(callers.log(3)).last().isEqualTo("c2 GRANTED");
    }

    @Test
    void a_larger_gate_lets_the_first_in_line_go() {
        fill();
        callers.lineUp("c1", CANDIDATE);
        callers.lineUp("b1", BASELINE);
        callers.lineUp("b2", BASELINE);
        gate.resize(6, 10); // candidates: 5
        assertThat(callers.log(2)).containsExactlyInAnyOrder("b1 GRANTED", "b2 GRANTED");
        gate.resize(9, 10); // candidates: 7
        assertThat(callers.log(3)).last().isEqualTo("c1 GRANTED");
        assertThat(gate.inUse()).isEqualTo(7);
    }

    @Test
    @Rule({"R5", "R30"})
    void closing_sends_everybody_home_and_loses_nothing() {
        fill();
        callers.lineUp("b1", BASELINE);
        callers.lineUp("c1", CANDIDATE);
        waiting.close();
        assertThat(callers.log(2)).containsExactlyInAnyOrder("b1 NO_PERMIT", "c1 NO_PERMIT");
        for (int i = 0; i < 4; i++) {
            gate.release();
        }
        assertThat(gate).extracting(PermitGate::available, PermitGate::waiting).containsExactly(4, 0);
    }
}
