package dev.understudy.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.error.CircuitOpenException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.event.Listener;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Rule("R9")
class ModelBreakerTest {

    private final FakeTicker ticker = new FakeTicker();
    private final RecordedEvents events = new RecordedEvents();
    private final ModelBreaker breaker =
            new ModelBreaker("tuned", BreakerSettings.DEFAULT, ticker.waiting(), events.asEvents());

    private void succeed() {
        Permission permission = breaker.acquire();
        permission.succeeded();
        permission.release();
    }

    private void fail(FailureKind kind) {
        Permission permission = breaker.acquire();
        permission.failed(kind);
        permission.release();
    }

    private void fail(int times) {
        for (int i = 0; i < times; i++) {
            fail(FailureKind.UPSTREAM);
        }
    }

    private CircuitOpenException refusal() {
        return catchThrowableOfType(CircuitOpenException.class, breaker::acquire);
    }

    private void after(Duration time) {
        ticker.advance(time);
    }

    private List<String> transitions() {
        return events.of(Event.BreakerChanged.class).stream()
                .map(changed -> changed.from() + " " + changed.to())
                .toList();
    }

    @Test
    void five_failures_in_a_row_open_it() {
        fail(4);
        succeed();
        fail(4);
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        fail(1);
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
        assertThat(events.all())
                .containsExactly(new Event.BreakerChanged("tuned", CircuitState.CLOSED, CircuitState.OPEN));
    }

    @Test
    void half_of_twenty_calls_open_it_and_half_of_nineteen_do_not() {
        for (int i = 0; i < 9; i++) {
            fail(1);
            succeed();
        }
        succeed();
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        fail(1);
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void what_happened_before_the_window_is_forgotten() {
        for (int i = 0; i < 9; i++) {
            fail(1);
            succeed();
        }
        after(Duration.ofSeconds(30));
        succeed();
        fail(1);
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void what_happened_inside_the_window_is_not() {
        for (int i = 0; i < 9; i++) {
            fail(1);
            succeed();
        }
        after(Duration.ofSeconds(29));
        succeed();
        fail(1);
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void an_open_one_refuses_and_says_until_when() {
        fail(5);
        after(Duration.ofMillis(5_850));
        assertThat(refusal())
                .hasMessage("Circuit breaker 'tuned' is OPEN; next probe in 4.2 s")
                .satisfies(refusal -> {
                    assertThat(refusal.guard()).isEqualTo("breaker");
                    assertThat(refusal.model()).contains("tuned");
                    assertThat(refusal.retryAfter()).contains(Duration.ofMillis(4_150));
                });
        assertThat(breaker.retryIn()).contains(Duration.ofMillis(4_150));
    }

    @Test
    void when_its_time_is_over_one_probe_passes_and_an_answer_closes_it() {
        fail(5);
        after(Duration.ofSeconds(10).minusNanos(1));
        assertThat(refusal()).isNotNull();
        after(Duration.ofNanos(1));
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
        Permission probe = breaker.acquire();
        assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        assertThat(refusal())
                .hasMessage("Circuit breaker 'tuned' is HALF_OPEN; its probe is in flight")
                .satisfies(refusal -> assertThat(refusal.retryAfter()).isEmpty());
        probe.succeeded();
        probe.release();
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        assertThat(breaker.retryIn()).isEmpty();
        assertThat(transitions()).containsExactly("CLOSED OPEN", "OPEN HALF_OPEN", "HALF_OPEN CLOSED");
    }

    @Test
    void a_closed_one_has_forgotten_what_opened_it() {
        fail(5);
        after(Duration.ofSeconds(10));
        succeed();
        fail(4);
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void each_failed_probe_doubles_the_time_up_to_its_limit_and_closing_resets_it() {
        fail(5);
        for (int seconds : new int[] {10, 20, 40, 80, 120, 120}) {
            assertThat(breaker.retryIn()).contains(Duration.ofSeconds(seconds));
            after(Duration.ofSeconds(seconds));
            fail(1);
        }
        after(Duration.ofSeconds(120));
        succeed();
        fail(5);
        assertThat(breaker.retryIn()).contains(Duration.ofSeconds(10));
    }

    @Test
    void the_place_of_a_probe_that_was_ignored_is_free_again() {
        fail(5);
        after(Duration.ofSeconds(10));
        for (FailureKind ignored : List.of(FailureKind.CANCELLED, FailureKind.OVERLOADED, FailureKind.RATE_LIMITED)) {
            fail(ignored);
            assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        }
        succeed();
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void a_permission_is_given_back_once() {
        fail(5);
        after(Duration.ofSeconds(10));
        Permission ignored = breaker.acquire();
        ignored.release();
        Permission probe = breaker.acquire();
        ignored.release();
        assertThat(refusal()).isNotNull();
        probe.release();
    }

    @Test
    void a_lost_probe_wedges_nothing() {
        fail(5);
        after(Duration.ofSeconds(10));
        breaker.acquire(); // and never heard of again
        after(Duration.ofSeconds(120).minusNanos(1));
        assertThat(refusal()).isNotNull();
        after(Duration.ofNanos(1));
        succeed();
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void a_probe_that_is_slower_than_that_still_closes_it() {
        fail(5);
        after(Duration.ofSeconds(10));
        Permission slow = breaker.acquire();
        after(Duration.ofSeconds(120));
        Permission other = breaker.acquire();
        slow.succeeded();
        slow.release();
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        other.failed(FailureKind.UPSTREAM);
        other.release();
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void successes_of_calls_begun_before_it_opened_do_not_close_it() {
        Permission[] early = {breaker.acquire(), breaker.acquire(), breaker.acquire()};
        fail(5);
        early[0].succeeded();
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
        after(Duration.ofSeconds(10));
        Permission probe = breaker.acquire();
        early[1].succeeded();
        early[1].release();
        assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        assertThat(refusal()).isNotNull();
        probe.failed(FailureKind.UPSTREAM);
        probe.release();
        early[2].succeeded();
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void failures_of_calls_begun_before_it_opened_do_not_open_it_again() {
        Permission[] early = new Permission[20];
        for (int i = 0; i < early.length; i++) {
            early[i] = breaker.acquire();
        }
        fail(5);
        after(Duration.ofSeconds(10));
        succeed();
        for (Permission permission : early) {
            permission.failed(FailureKind.TIMEOUT);
            permission.failed(FailureKind.AUTHENTICATION);
            permission.release();
        }
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        fail(4);
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @ParameterizedTest
    @EnumSource
    @Rule("R10")
    void what_counts_is_what_the_failure_table_blames_on_the_model(FailureKind kind) {
        CircuitState expected =
                switch (kind.blame()) {
                    case FAILURE -> CircuitState.OPEN;
                    case LATCH -> CircuitState.LATCHED;
                    case NONE, LIMITER -> CircuitState.CLOSED;
                };
        for (int i = 0; i < 100 && breaker.state() == CircuitState.CLOSED; i++) {
            fail(kind);
        }
        assertThat(breaker.state()).isEqualTo(expected);
    }

    @Test
    @Rule("R10")
    void what_is_ignored_is_no_success_either() {
        fail(4);
        fail(FailureKind.CANCELLED);
        fail(FailureKind.RATE_LIMITED);
        fail(FailureKind.INVALID_REQUEST);
        assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
        fail(1);
        assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    @Rule({"R9", "R27"})
    void a_listener_that_throws_changes_nothing() {
        ModelBreaker broken = new ModelBreaker(
                "tuned",
                BreakerSettings.DEFAULT,
                ticker.waiting(),
                new Events(
                        List.of(new Listener() {
                            @Override
                            public void on(Event event) {
                                throw new IllegalStateException("broken");
                            }

                            @Override
                            public boolean mayBlock() {
                                return false;
                            }
                        }),
                        Runnable::run));
        for (int i = 0; i < 5; i++) {
            broken.acquire().failed(FailureKind.UPSTREAM);
        }
        assertThat(broken.state()).isEqualTo(CircuitState.OPEN);
    }
}
