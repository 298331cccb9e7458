package dev.understudy.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.error.CircuitOpenException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random histories of overlapping calls, reloads and time, against a machine written down as plainly as possible. */
@Rule({"R9", "R10"})
class BreakerHistoriesTest {

    private static final Set<String> ALLOWED = Set.of(
            "CLOSED OPEN",
            "CLOSED LATCHED",
            "OPEN HALF_OPEN",
            "HALF_OPEN CLOSED",
            "HALF_OPEN OPEN",
            "HALF_OPEN LATCHED",
            "LATCHED HALF_OPEN");

    private static final BreakerSettings[] SETTINGS = {
        new BreakerSettings(
                Duration.ofSeconds(30),
                10,
                0.5,
                5,
                Duration.ofSeconds(10),
                Duration.ofSeconds(35),
                Duration.ofMinutes(1)),
        new BreakerSettings(
                Duration.ofSeconds(5),
                6,
                0.25,
                4,
                Duration.ofSeconds(2),
                Duration.ofSeconds(60),
                Duration.ofSeconds(20))
    };

    private static final FailureKind[] KINDS = FailureKind.values();

    @Test
    void the_machine_and_its_description_agree_at_every_step_and_make_every_transition() {
        Set<String> seen = new HashSet<>();
        for (long seed = 1; seed <= 20; seed++) {
            seen.addAll(transitionsOf(seed));
        }
        assertThat(seen).isEqualTo(ALLOWED);
    }

    private static List<String> transitionsOf(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        FakeTicker ticker = new FakeTicker();
        RecordedEvents events = new RecordedEvents();
        ModelBreaker breaker = new ModelBreaker("m", SETTINGS[0], ticker.waiting(), events.asEvents());
        Reference reference = new Reference(SETTINGS[0]);
        List<InFlight> inFlight = new ArrayList<>();

        for (int step = 0; step < 5_000; step++) {
            int dice = random.nextInt(100);
            if (dice < 45) {
                Permission permission = tryAcquire(breaker);
                Call call = reference.begin();
                assertThat(permission != null)
                        .as("seed %d, step %d lets a call pass", seed, step)
                        .isEqualTo(call != null);
                if (permission != null) {
                    inFlight.add(new InFlight(permission, call));
                }
            } else if (dice < 90 && !inFlight.isEmpty()) {
                InFlight ended = inFlight.remove(random.nextInt(inFlight.size()));
                FailureKind failure = outcome(random);
                if (failure == null) {
                    ended.permission.succeeded();
                } else {
                    ended.permission.failed(failure);
                }
                ended.permission.release();
                reference.end(ended.call, failure);
            } else if (dice < 98) {
                Duration time = Duration.ofMillis(random.nextInt(dice < 96 ? 2_000 : 60_000));
                ticker.advance(time);
                reference.nowNanos += time.toNanos();
            } else if (dice == 98) {
                breaker.unlatch();
                reference.unlatch();
            } else if (random.nextInt(10) == 0) {
                BreakerSettings settings = SETTINGS[random.nextInt(2)];
                breaker.reconfigure(settings);
                reference.reconfigure(settings);
            }
            assertThat(breaker.state())
                    .as("seed %d, state after step %d", seed, step)
                    .isEqualTo(reference.state);
        }
        assertThat(events.of(Event.BreakerChanged.class))
                .extracting(changed -> changed.from() + " " + changed.to())
                .as("seed %d", seed)
                .isEqualTo(reference.transitions);
        return reference.transitions;
    }

    private static @Nullable Permission tryAcquire(ModelBreaker breaker) {
        try {
            return breaker.acquire();
        } catch (CircuitOpenException refused) {
            return null;
        }
    }

    private static @Nullable FailureKind outcome(SplittableRandom random) {
        int dice = random.nextInt(100);
        if (dice < 55) {
            return null;
        }
        return dice < 90 ? FailureKind.UPSTREAM : KINDS[random.nextInt(KINDS.length)];
    }

    private record InFlight(Permission permission, Call call) {}

    private record Call(int stay, long beganNanos) {}

    private record Result(long second, boolean failed) {}

    /** The machine, one step after the other, without any cleverness. */
    private static final class Reference {

        BreakerSettings settings;
        CircuitState state = CircuitState.CLOSED;
        final List<String> transitions = new ArrayList<>();
        long nowNanos;

        private int stay;
        private long sinceNanos;
        private final List<Result> window = new ArrayList<>();
        private int inARow;
        private long untilNanos;
        private long reopenNanos;
        private @Nullable Call probe;

        Reference(BreakerSettings settings) {
            this.settings = settings;
        }

        @Nullable
        Call begin() {
            if ((state == CircuitState.OPEN || state == CircuitState.LATCHED) && nowNanos >= untilNanos) {
                go(CircuitState.HALF_OPEN);
            }
            boolean free = probe == null
                    || nowNanos - probe.beganNanos >= settings.maxOpen().toNanos();
            Call call = new Call(stay, nowNanos);
            switch (state) {
                case CLOSED -> {}
                case HALF_OPEN -> {
                    if (!free) {
                        return null;
                    }
                    probe = call;
                }
                case OPEN, LATCHED -> {
                    return null;
                }
            }
            return call;
        }

        void end(Call call, @Nullable FailureKind failure) {
            if (call.stay != stay) {
                return;
            }
            FailureKind.Blame blame = failure == null ? null : failure.blame();
            if (blame == FailureKind.Blame.LATCH) {
                latch();
            } else if (blame == null || blame == FailureKind.Blame.FAILURE) {
                if (state == CircuitState.CLOSED) {
                    count(blame != null);
                } else if (blame == null) {
                    go(CircuitState.CLOSED);
                } else {
                    open(reopenNanos);
                }
            } else if (probe == call) {
                probe = null;
            }
        }

        void unlatch() {
            if (state == CircuitState.LATCHED) {
                reopenNanos = settings.open().toNanos();
                go(CircuitState.HALF_OPEN);
            }
        }

        void reconfigure(BreakerSettings changed) {
            if (!changed.equals(settings) && state == CircuitState.CLOSED) {
                startAnew();
            }
            settings = changed;
        }

        private void count(boolean failed) {
            inARow = failed ? inARow + 1 : 0;
            long second = (nowNanos - sinceNanos) / 1_000_000_000;
            window.add(new Result(second, failed));
            window.removeIf(
                    result -> result.second <= second - settings.window().toSeconds());
            long failures = window.stream().filter(Result::failed).count();
            boolean tooMany =
                    window.size() >= settings.minCalls() && failures >= settings.failureRate() * window.size();
            if (tooMany || inARow >= settings.consecutiveFailures()) {
                open(settings.open().toNanos());
            }
        }

        private void open(long nanos) {
            long bounded = Math.min(nanos, settings.maxOpen().toNanos());
            untilNanos = nowNanos + bounded;
            reopenNanos = 2 * bounded;
            go(CircuitState.OPEN);
        }

        private void latch() {
            untilNanos = nowNanos + settings.latch().toNanos();
            reopenNanos = settings.open().toNanos();
            go(CircuitState.LATCHED);
        }

        private void go(CircuitState to) {
            transitions.add(state + " " + to);
            state = to;
            startAnew();
        }

        private void startAnew() {
            stay++;
            sinceNanos = nowNanos;
            window.clear();
            inARow = 0;
            probe = null;
        }
    }
}
