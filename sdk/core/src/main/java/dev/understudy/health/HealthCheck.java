package dev.understudy.health;

import dev.understudy.chat.Variant;
import dev.understudy.event.CircuitState;
import dev.understudy.health.Health.Status;
import dev.understudy.insight.RecentOutcomes;
import dev.understudy.rollout.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Judges an agent's health from what is known already. A pure function of what it is told; not thread-safe.
 *
 * <p>DOWN means that no call can be answered: every model that calls may come to is OPEN or LATCHED. UP means that every
 * model in use is CLOSED and that hardly any call of the last minute was degraded or failed. Everything between is
 * DEGRADED, HALF_OPEN included: probes are calls, and some are answered. A model that no call comes to says nothing: a
 * kill switch, a share of 0 % or a rollback is an operator's decision and no fault.
 */
public final class HealthCheck {

    /**
     * From which part of the last minute's calls on it counts that they were degraded, or that they failed: 5 %. One such
     * call in a quiet minute is enough, one in a busy minute is not.
     */
    public static final double NOTABLE_RATE = 0.05;

    private final String agent;
    private final String baseline;
    private final CircuitState baselineCircuit;
    private @Nullable String candidate;
    private CircuitState candidateCircuit = CircuitState.CLOSED;
    private Share share = Share.NONE;
    private boolean useFallback = true;
    private RecentOutcomes recent = RecentOutcomes.NONE;

    private HealthCheck(String agent, String baseline, CircuitState circuit) {
        this.agent = Objects.requireNonNull(agent, "agent");
        this.baseline = Objects.requireNonNull(baseline, "baseline");
        this.baselineCircuit = Objects.requireNonNull(circuit, "circuit");
    }

    /**
     * Starts with an agent that has only a baseline.
     *
     * @param agent the agent
     * @param baseline its baseline
     * @param circuit the state of the baseline's breaker
     * @return a new check
     */
    public static HealthCheck of(String agent, String baseline, CircuitState circuit) {
        return new HealthCheck(agent, baseline, circuit);
    }

    /**
     * The agent's candidate.
     *
     * @param name the candidate; default: none
     * @param circuit the state of its breaker
     * @param inUse which share of the units is on it now: none after a kill switch or a rollback
     * @return this
     */
    public HealthCheck candidate(String name, CircuitState circuit, Share inUse) {
        candidate = Objects.requireNonNull(name, "name");
        candidateCircuit = Objects.requireNonNull(circuit, "circuit");
        share = Objects.requireNonNull(inUse, "inUse");
        return this;
    }

    /**
     * Whether the baseline answers for a failed candidate.
     *
     * @param value the configuration's answer; default: true
     * @return this
     */
    public HealthCheck useFallback(boolean value) {
        useFallback = value;
        return this;
    }

    /**
     * How the last minute's calls ended.
     *
     * @param outcomes the counts; default: no calls
     * @return this
     */
    public HealthCheck recent(RecentOutcomes outcomes) {
        recent = Objects.requireNonNull(outcomes, "outcomes");
        return this;
    }

    /**
     * Judges.
     *
     * @return the agent's health
     */
    public Health judge() {
        Health health = byCircuits();
        return health.status() == Status.UP ? byOutcomes(health) : health;
    }

    // By the breakers of the models that calls come to

    private Health byCircuits() {
        if (!candidateInUse()) {
            return alone("baseline '" + baseline + "'", baselineCircuit);
        }
        if (!baselineInUse()) {
            return alone("candidate '" + candidate + "'", candidateCircuit);
        }
        if (baselineCircuit == CircuitState.CLOSED) {
            return candidateCircuit == CircuitState.CLOSED ? bothServe() : onlyTheBaselineServes();
        }
        return candidateCircuit == CircuitState.CLOSED ? onlyTheCandidateServes() : neitherServes();
    }

    private Health alone(String model, CircuitState circuit) {
        return switch (circuit) {
            case CLOSED -> health(Status.UP, model + " answers");
            case HALF_OPEN -> health(Status.DEGRADED, model + " is HALF_OPEN, only probes pass");
            case OPEN, LATCHED -> health(Status.DOWN, model + " is " + circuit + ", and no other model stands in");
        };
    }

    private Health bothServe() {
        return health(
                Status.UP,
                "candidate '" + candidate + "' answers " + share + " of the units, baseline '" + baseline + "' "
                        + (everybody() ? "stands by" : "the others"));
    }

    private Health onlyTheBaselineServes() {
        return health(
                Status.DEGRADED,
                "candidate '" + candidate + "' is " + candidateCircuit
                        + (useFallback
                                ? ", the baseline answers"
                                : ", and " + share + " of the units get errors, for fallback is off"));
    }

    private Health onlyTheCandidateServes() {
        return health(
                Status.DEGRADED,
                "baseline '" + baseline + "' is " + baselineCircuit
                        + (everybody()
                                ? ", the candidate answers without a safety net"
                                : ", only the candidate's " + share + " of the units are answered"));
    }

    private Health neitherServes() {
        boolean probing = baselineCircuit == CircuitState.HALF_OPEN || candidateCircuit == CircuitState.HALF_OPEN;
        return health(
                probing ? Status.DEGRADED : Status.DOWN,
                "candidate '" + candidate + "' is " + candidateCircuit + " and baseline '" + baseline + "' is "
                        + baselineCircuit + (probing ? ", only probes pass" : ""));
    }

    // By what came of the calls

    private Health byOutcomes(Health circuits) {
        List<String> notable = new ArrayList<>(2);
        // Without a candidate in use, degraded answers are what somebody has just put an end to.
        if (candidateInUse() && recent.degradedRate() >= NOTABLE_RATE) {
            notable.add(percent(recent.degradedRate()) + " of the last minute's calls were degraded");
        }
        if (recent.errorRate() >= NOTABLE_RATE) {
            notable.add(percent(recent.errorRate()) + " of the last minute's calls failed");
        }
        return notable.isEmpty() ? circuits : health(Status.DEGRADED, String.join(", ", notable));
    }

    private static String percent(double rate) {
        return Math.round(rate * 1_000) / 10.0 + " %";
    }

    private Health health(Status status, String reason) {
        List<Health.Model> models = new ArrayList<>(2);
        models.add(new Health.Model(baseline, Variant.BASELINE, baselineCircuit, baselineInUse()));
        if (candidate != null) {
            models.add(new Health.Model(candidate, Variant.CANDIDATE, candidateCircuit, candidateInUse()));
        }
        return new Health(agent, status, reason, models);
    }

    private boolean candidateInUse() {
        return candidate != null && !share.equals(Share.NONE);
    }

    private boolean everybody() {
        return share.equals(Share.ALL);
    }

    private boolean baselineInUse() {
        return !candidateInUse() || !everybody() || useFallback;
    }
}
