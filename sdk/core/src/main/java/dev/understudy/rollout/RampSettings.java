package dev.understudy.rollout;

import dev.understudy.error.Bounds;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a candidate's share climbs by itself: step by step, each held for a while and with enough calls, as long as the guard is
 * content. Immutable, compared by value; made with {@link #builder()}.
 */
public final class RampSettings {

    /** No ramp: the share is the configured percentage, and only a person changes it. */
    public static final RampSettings NONE = new RampSettings(new Builder());

    /** What a ramp does where nothing else is said: 1 %, 5 %, 25 %, 100 %. */
    public static final List<Share> USUAL_STAGES =
            List.of(new Share(1_000), new Share(5_000), new Share(25_000), Share.ALL);

    /** The most steps that a ramp may have. */
    public static final int MOST_STAGES = 100;

    /** The shortest time that a step is held. */
    public static final Duration MIN_HOLD = Duration.ofSeconds(1);

    /** The longest time that a step is held, and that it may last. */
    public static final Duration MAX_DURATION = Duration.ofDays(365);

    /** What becomes of a step that lasts too long without a verdict. */
    public enum Inconclusive {
        /** The ramp holds until a person decides. */
        HOLD,
        /** The next step begins, unless there is evidence against the candidate. */
        PROMOTE,
        /** The candidate is rolled back. */
        ROLLBACK
    }

    private final List<Share> stages;
    private final List<Duration> hold;
    private final List<Integer> minCalls;
    private final Set<Share> gates;
    private final Duration maxDuration;
    private final Inconclusive inconclusive;
    private final Duration noDataGrace;

    private RampSettings(Builder builder) {
        stages = builder.stages;
        hold = builder.hold;
        minCalls = builder.minCalls;
        gates = builder.gates;
        maxDuration = builder.maxDuration;
        inconclusive = builder.inconclusive;
        noDataGrace = builder.noDataGrace;
    }

    /**
     * Starts without any step.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the shares, the first step first.
     *
     * @return rising shares above 0 %; empty where there is no ramp
     */
    public List<Share> stages() {
        return stages;
    }

    /**
     * Says whether the share climbs by itself.
     *
     * @return whether there is any step
     */
    public boolean climbs() {
        return !stages.isEmpty();
    }

    /**
     * Returns how long a step lasts at least.
     *
     * @param step the step, from 0
     * @return the time; where fewer are given than there are steps, the last one holds for the rest
     */
    public Duration hold(int step) {
        return hold.get(Math.min(step, hold.size() - 1));
    }

    /**
     * Returns how many calls of the candidate a step needs at least.
     *
     * @param step the step, from 0
     * @return the number; where fewer are given than there are steps, the last one holds for the rest
     */
    public int minCalls(int step) {
        return minCalls.get(Math.min(step, minCalls.size() - 1));
    }

    /**
     * Says whether a step is entered only on evidence that the candidate is good, not merely for lack of evidence that it is
     * bad.
     *
     * @param step the step, from 0
     * @return whether there is a gate before it
     */
    public boolean gated(int step) {
        return gates.contains(stages.get(step));
    }

    /**
     * Returns which steps are entered only on evidence that the candidate is good.
     *
     * @return their shares
     */
    public Set<Share> gates() {
        return gates;
    }

    /**
     * Returns how old a step may become without a verdict.
     *
     * @return default 7 days
     */
    public Duration maxDuration() {
        return maxDuration;
    }

    /**
     * Returns what becomes of a step that has become too old.
     *
     * @return default {@link Inconclusive#HOLD}
     */
    public Inconclusive inconclusive() {
        return inconclusive;
    }

    /**
     * Returns how long no call of the candidate may end before the ramp holds. Nothing is lost by waiting: without calls the
     * ramp does not climb anyway; so the default is long enough for quiet nights at 1 %, and it goes on by itself when calls
     * come again.
     *
     * @return default 1 hour
     */
    public Duration noDataGrace() {
        return noDataGrace;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RampSettings that
                && stages.equals(that.stages)
                && hold.equals(that.hold)
                && minCalls.equals(that.minCalls)
                && gates.equals(that.gates)
                && maxDuration.equals(that.maxDuration)
                && inconclusive == that.inconclusive
                && noDataGrace.equals(that.noDataGrace);
    }

    @Override
    public int hashCode() {
        return Objects.hash(stages, hold, minCalls, gates, maxDuration, inconclusive, noDataGrace);
    }

    @Override
    public String toString() {
        return "RampSettings" + stages;
    }

    /** Collects how to climb. Not thread-safe. */
    public static final class Builder {
        private List<Share> stages = List.of();
        private List<Duration> hold = List.of(Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofDays(1));
        private List<Integer> minCalls = List.of(100, 300, 1000);
        private Set<Share> gates = Set.of(Share.ALL);
        private Duration maxDuration = Duration.ofDays(7);
        private Inconclusive inconclusive = Inconclusive.HOLD;
        private Duration noDataGrace = Duration.ofHours(1);
        private boolean ownHold;
        private boolean ownMinCalls;
        private boolean ownGates;

        private Builder() {}

        /**
         * The shares, the first step first.
         *
         * @param value rising, above 0 %; at most {@value RampSettings#MOST_STAGES}; default none: no ramp
         * @return this
         */
        public Builder stages(List<Share> value) {
            stages = List.copyOf(value);
            return this;
        }

        /**
         * The shares, the first step first.
         *
         * @param percents rising, above 0, at most 100
         * @return this
         */
        public Builder stages(double... percents) {
            return stages(Arrays.stream(percents).mapToObj(Share::percent).toList());
        }

        /**
         * How long each step lasts at least.
         *
         * @param value 1 s to 365 days: one for all steps, or one for each step, where the last step may be left out; default
         *     10 min, 1 h, 1 day
         * @return this
         */
        public Builder hold(List<Duration> value) {
            hold = List.copyOf(value);
            ownHold = true;
            return this;
        }

        /**
         * How many calls of the candidate each step needs at least.
         *
         * @param value 1 to 1,000,000,000: one for all steps, or one for each step, where the last step may be left out;
         *     default 100, 300, 1,000
         * @return this
         */
        public Builder minCalls(List<Integer> value) {
            minCalls = List.copyOf(value);
            ownMinCalls = true;
            return this;
        }

        /**
         * Which steps are entered only on evidence that the candidate is good.
         *
         * @param value some of the stages; default 100 %, where there is such a step
         * @return this
         */
        public Builder gates(Set<Share> value) {
            gates = Set.copyOf(value);
            ownGates = true;
            return this;
        }

        /**
         * How old a step may become without a verdict.
         *
         * @param value 1 s to 365 days, and no less than any step is held; default 7 days
         * @return this
         */
        public Builder maxDuration(Duration value) {
            Bounds.check("rollout.max_duration", value, MIN_HOLD, MAX_DURATION);
            maxDuration = value;
            return this;
        }

        /**
         * What becomes of a step that has become too old.
         *
         * @param value default {@link Inconclusive#HOLD}
         * @return this
         */
        public Builder inconclusive(Inconclusive value) {
            inconclusive = Objects.requireNonNull(value, "inconclusive");
            return this;
        }

        /**
         * How long no call of the candidate may end before the ramp holds.
         *
         * @param value 1 s to 365 days; default 1 hour
         * @return this
         */
        public Builder noDataGrace(Duration value) {
            Bounds.check("rollout.no_data_grace", value, MIN_HOLD, MAX_DURATION);
            noDataGrace = value;
            return this;
        }

        /**
         * Makes the settings.
         *
         * @return new settings
         * @throws IllegalArgumentException if a bound does not hold or something contradicts itself
         */
        public RampSettings build() {
            if (stages.size() > MOST_STAGES) {
                throw new IllegalArgumentException(
                        "rollout.stages has " + stages.size() + " steps; write at most " + MOST_STAGES);
            }
            Share before = Share.NONE;
            for (Share stage : stages) {
                if (stage.compareTo(before) <= 0) {
                    throw new IllegalArgumentException(
                            before.equals(Share.NONE)
                                    ? "rollout.stages begins with 0%; the first step is above 0%"
                                    : "rollout.stages rises, but after " + before + " comes " + stage);
                }
                before = stage;
            }
            if (ownHold) {
                fits("hold", hold.size());
            }
            if (ownMinCalls) {
                fits("min_calls", minCalls.size());
            }
            hold.forEach(each -> Bounds.check("rollout.hold", each, MIN_HOLD, MAX_DURATION));
            minCalls.forEach(each -> Bounds.check("rollout.min_calls", each, 1, 1_000_000_000));
            if (ownGates && climbs()) {
                gates.stream()
                        .filter(gate -> !stages.contains(gate))
                        .sorted()
                        .findFirst()
                        .ifPresent(gate -> {
                            throw new IllegalArgumentException("rollout.gates holds " + gate
                                    + ", which is no step; stages are " + new TreeSet<>(stages));
                        });
            }
            for (int step = 0; step < stages.size(); step++) {
                Duration least = hold.get(Math.min(step, hold.size() - 1));
                if (least.compareTo(maxDuration) > 0) {
                    throw new IllegalArgumentException("rollout.max_duration is " + Bounds.spell(maxDuration)
                            + ", but a step is held for " + Bounds.spell(least) + "; write at least that");
                }
            }
            return new RampSettings(this);
        }

        private boolean climbs() {
            return !stages.isEmpty();
        }

        private void fits(String key, int count) {
            int steps = stages.size();
            boolean fits = count == 1 || (climbs() ? count == steps || count == steps - 1 : count > 1);
            if (!fits || count == 0) {
                throw new IllegalArgumentException("rollout." + key + " has " + count + " values for " + steps
                        + " stages; write one for all, or one for each stage, with or without the last");
            }
        }
    }
}
