package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.ChatCall;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.ArmCounts;
import dev.understudy.evidence.Guard;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A call is slow when it passes the limit, not when it ends. Scripts are nested: what runs inside a call overlaps with it. */
class SlowInFlightTest {

    private static final GuardSettings LIMIT = GuardSettings.DEFAULT.withP95(Duration.ofMillis(400));

    private final Watched rollout = new Watched(LIMIT, 25);

    private void advance(long millis) {
        rollout.ticker.advance(Duration.ofMillis(millis));
    }

    private void look() {
        rollout.guard.lookForSlow(rollout.waiting.nanoTime());
    }

    private Watched.Script hangsWhile(Runnable others) {
        return call -> {
            others.run();
            return rollout.isRescued(FailureKind.TIMEOUT, 0).play(call);
        };
    }

    @Test
    @Rule("R24")
    void three_candidate_calls_that_hang_are_enough_long_before_they_end() {
        rollout.run(rollout.onCandidate(), hangsWhile(() -> {
            rollout.run(rollout.onCandidate(), hangsWhile(() -> {
                rollout.run(rollout.onCandidate(), hangsWhile(() -> {
                    advance(400);
                    look();
                    assertThat(rollout.alarms).hasValue(0);
                    advance(1);
                    // Anybody who comes by sees it: here a call of the baseline, as it begins.
                    rollout.run(rollout.onBaseline(), rollout.answers(0));
                    assertThat(rollout.alarms).hasValue(1);
                    assertThat(rollout.inForce.share()).isEqualTo(Share.NONE);
                    assertThat(rollout.guard.candidate()).isEqualTo(new ArmCounts(3, 0, 3));
                    advance(30_000);
                }));
            }));
        }));
        assertThat(rollout.alarms).hasValue(1);
        assertThat(rollout.guard.candidate()).isEqualTo(new ArmCounts(3, 3, 3));
        assertThat(rollout.evidence(Guard.LATENCY_LIMIT).bad()).isEqualTo(3);
        assertThat(rollout.evidence(Guard.ERROR_CAP).bad()).isEqualTo(3);
    }

    @Test
    void a_call_counts_once_however_often_one_looks() {
        rollout.run(rollout.onCandidate(), call -> {
            for (int i = 0; i < 10; i++) {
                advance(200);
                look();
            }
            return rollout.answers(10).play(call);
        });
        look();
        assertThat(rollout.guard.candidate()).isEqualTo(new ArmCounts(1, 0, 1));
        assertThat(rollout.evidence(Guard.LATENCY_LIMIT).total()).isOne();
        assertThat(rollout.evidence(Guard.ERROR_CAP).total()).isOne();
    }

    @Test
    void what_has_been_slow_stays_slow_though_the_caller_gave_up() {
        rollout.run(rollout.onCandidate(), rollout.fails(FailureKind.CANCELLED, 399));
        rollout.run(rollout.onCandidate(), rollout.fails(FailureKind.CANCELLED, 401)); // nobody looked meanwhile
        rollout.run(rollout.onCandidate(), call -> {
            advance(401);
            look();
            return rollout.fails(FailureKind.CANCELLED, 0).play(call);
        });
        assertThat(rollout.guard.candidate()).isEqualTo(new ArmCounts(2, 0, 2));
        assertThat(rollout.evidence(Guard.ERROR_CAP).total()).isZero();
    }

    @Test
    void who_follows_another_call_is_not_looked_at() {
        for (int i = 0; i < 5; i++) {
            rollout.run(rollout.onCandidate(), call -> {
                call.follows(true);
                advance(1_000);
                look();
                return rollout.isRemembered(CacheStatus.SHARED, 0).play(call);
            });
            rollout.run(rollout.onCandidate(), call -> {
                call.follows(true);
                advance(1_000);
                return rollout.isRescued(FailureKind.TIMEOUT, 0).play(call);
            });
        }
        assertThat(rollout.guard.candidate()).isEqualTo(ArmCounts.NONE);
    }

    @Test
    void who_followed_and_then_leads_is_looked_at_again() {
        rollout.run(rollout.onCandidate(), call -> {
            call.follows(true);
            advance(500);
            look();
            assertThat(rollout.guard.candidate().slow()).isZero();
            call.follows(false);
            rollout.run(rollout.onBaseline(), rollout.answers(0));
            assertThat(rollout.guard.candidate().slow()).isOne();
            return rollout.answers(1).play(call);
        });
        assertThat(rollout.guard.candidate()).isEqualTo(new ArmCounts(1, 0, 1));
    }

    @Test
    void calls_beyond_the_bound_count_at_their_end() {
        nested(300);
        assertThat(rollout.guard.candidate().calls()).isEqualTo(300);
        assertThat(rollout.guard.candidate().slow()).isEqualTo(300);
        assertThat(rollout.alarms).hasValue(1);
    }

    private void nested(int depth) {
        rollout.run(rollout.onCandidate(), call -> {
            if (depth > 1) {
                nested(depth - 1);
            } else {
                advance(401);
            }
            return rollout.answers(0).play(call);
        });
    }

    @Test
    void a_limit_that_is_lowered_is_looked_at_at_once() {
        rollout.run(rollout.onCandidate(), call -> {
            advance(100);
            rollout.guard.reconfigure(GuardSettings.DEFAULT.withP95(Duration.ofMillis(50)));
            rollout.run(rollout.onBaseline(), rollout.answers(0));
            assertThat(rollout.guard.candidate().slow()).isOne();
            return rollout.answers(0).play(call);
        });
    }

    @Test
    void both_arms_are_compared_in_flight_so_that_a_hung_provider_is_no_hung_candidate() {
        Watched unlimited = new Watched(GuardSettings.DEFAULT, 50);
        learn(unlimited);
        AtomicInteger slow = new AtomicInteger();
        hang(unlimited, 20, slow);
        assertThat(slow).hasValue(40);
        assertThat(unlimited.alarms).hasValue(0);
    }

    /** So many calls of each arm under way at once, none of which ends. */
    private void hang(Watched unlimited, int pairs, AtomicInteger slow) {
        if (pairs == 0) {
            unlimited.ticker.advance(Duration.ofSeconds(10));
            unlimited.guard.lookForSlow(unlimited.waiting.nanoTime());
            slow.set((int) unlimited.evidence(Guard.LATENCY_INCREASE).total());
            return;
        }
        unlimited.run(unlimited.onCandidate(), outer -> {
            unlimited.run(unlimited.onBaseline(), inner -> {
                hang(unlimited, pairs - 1, slow);
                return unlimited.answers(0).play(inner);
            });
            return unlimited.answers(0).play(outer);
        });
    }

    @Test
    @Rule("R24")
    void a_candidate_that_hangs_where_the_baseline_does_not_is_seen_in_flight_by_comparison() {
        Watched unlimited = new Watched(GuardSettings.DEFAULT, 1);
        learn(unlimited);
        unlimited.run(unlimited.onCandidate(), a -> {
            unlimited.run(unlimited.onCandidate(), b -> {
                unlimited.run(unlimited.onCandidate(), c -> {
                    unlimited.ticker.advance(Duration.ofMillis(103));
                    unlimited.run(unlimited.onBaseline(), unlimited.answers(0));
                    assertThat(unlimited.alarms).hasValue(1);
                    return done(c, unlimited);
                });
                return done(b, unlimited);
            });
            return done(a, unlimited);
        });
        assertThat(unlimited.guard.strongest()).isEqualTo(Guard.LATENCY_INCREASE);
        assertThat(unlimited.evidence(Guard.LATENCY_INCREASE).total()).isEqualTo(3);
    }

    private static ChatResponse done(ChatCall call, Watched rollout) {
        return rollout.answers(0).play(call);
    }

    /** A baseline that takes 100 ms. */
    private static void learn(Watched rollout) {
        rollout.run(1_000, Variant.BASELINE, rollout.answers(100));
    }
}
