package dev.understudy.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.error.CircuitOpenException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What only a person can mend, and what a reload does. */
@Rule("R9")
class BreakerReloadTest {

    private static final BreakerSettings STRICT = new BreakerSettings(
            Duration.ofSeconds(5), 2, 0.5, 2, Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(60));

    private final FakeTicker ticker = new FakeTicker();
    private final RecordedEvents events = new RecordedEvents();
    private final ModelBreaker breaker =
            new ModelBreaker("tuned", BreakerSettings.DEFAULT, ticker.waiting(), events.asEvents());

    private void fail(FailureKind kind) {
        Permission permission = breaker.acquire();
        permission.failed(kind);
        permission.release();
    }

    private void open() {
        for (int i = 0; i < 5; i++) {
            fail(FailureKind.UPSTREAM);
        }
    }

    @Test
    void a_wrong_key_latches_it_at_once_and_it_says_why() {
        fail(FailureKind.AUTHENTICATION);
        assertThat(breaker.state()).isEqualTo(CircuitState.LATCHED);
        assertThat(breaker.latchedBecause()).contains(FailureKind.AUTHENTICATION);
        assertThatThrownBy(breaker::acquire)
                .isInstanceOf(CircuitOpenException.class)
                .hasMessage("Circuit breaker 'tuned' is LATCHED after authentication;"
                        + " next probe after a reload, or in 300.0 s");
    }

    @Test
    void after_five_minutes_a_probe_passes_and_latches_it_again_if_nothing_was_mended() {
        fail(FailureKind.QUOTA);
        ticker.advance(Duration.ofMinutes(5));
        fail(FailureKind.QUOTA);
        assertThat(breaker.state()).isEqualTo(CircuitState.LATCHED);
        assertThat(breaker.retryIn()).contains(Duration.ofMinutes(5));
    }

    @Test
    void a_reload_lets_a_probe_pass_at_once() {
        fail(FailureKind.AUTHENTICATION);
        breaker.unlatch();
        assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        assertThat(breaker.latchedBecause()).isEmpty();
        Permission probe = breaker.acquire();
        assertThatThrownBy(breaker::acquire).isInstanceOf(CircuitOpenException.class);
        probe.succeeded();
        probe.release();
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        assertThat(events.of(Event.BreakerChanged.class)).hasSize(3);
    }

    @Test
    void a_probe_of_a_latched_one_that_fails_otherwise_opens_it_for_the_first_time() {
        fail(FailureKind.AUTHENTICATION);
        breaker.unlatch();
        fail(FailureKind.UPSTREAM);
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
        assertThat(breaker.retryIn()).contains(Duration.ofSeconds(10));
    }

    @Test
    void a_reload_unlatches_only_what_is_latched() {
        breaker.unlatch();
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        open();
        breaker.unlatch();
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void equal_settings_keep_the_window() {
        fail(FailureKind.UPSTREAM);
        breaker.reconfigure(new BreakerSettings(
                Duration.ofMillis(30_000),
                20,
                0.5,
                5,
                Duration.ofSeconds(10),
                Duration.ofSeconds(120),
                Duration.ofMinutes(5)));
        for (int i = 0; i < 4; i++) {
            fail(FailureKind.UPSTREAM);
        }
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void changed_settings_hold_at_once_and_tell_nobody() {
        fail(FailureKind.UPSTREAM);
        breaker.reconfigure(STRICT);
        fail(FailureKind.UPSTREAM);
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        assertThat(events.all()).isEmpty();
        fail(FailureKind.UPSTREAM);
        assertThat(breaker.retryIn()).contains(Duration.ofSeconds(1));
    }

    @Test
    void an_open_one_stays_open_and_follows_the_new_settings_afterwards() {
        open();
        breaker.reconfigure(STRICT);
        assertThat(breaker.retryIn()).contains(Duration.ofSeconds(10));
        ticker.advance(Duration.ofSeconds(10));
        fail(FailureKind.UPSTREAM);
        assertThat(breaker.retryIn()).contains(Duration.ofSeconds(3));
    }

    @Test
    void a_half_open_one_waits_for_its_probe_and_closes_with_the_new_settings() {
        open();
        ticker.advance(Duration.ofSeconds(10));
        Permission probe = breaker.acquire();
        breaker.reconfigure(STRICT);
        assertThatThrownBy(breaker::acquire).isInstanceOf(CircuitOpenException.class);
        probe.succeeded();
        probe.release();
        fail(FailureKind.UPSTREAM);
        fail(FailureKind.UPSTREAM);
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void its_description_shows_model_and_state() {
        assertThat(breaker).hasToString("ModelBreaker[tuned, CLOSED]");
    }
}
