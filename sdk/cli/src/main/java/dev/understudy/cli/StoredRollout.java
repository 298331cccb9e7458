package dev.understudy.cli;

import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.StoreException;
import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.rollout.RampSettings;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.RolloutState;
import dev.understudy.rollout.RolloutStatus;
import dev.understudy.rollout.Share;
import dev.understudy.store.FileRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an agent's rollout stands, as the file and the state beside it say; running registries act on the same two, at most some
 * seconds later.
 *
 * @param settings the agent
 * @param candidate its candidate
 * @param allowed whether the kill switches let it serve
 * @param state what registries have written about this candidate, or null where none has begun its rollout
 * @param latched whether it was rolled back before another candidate came
 * @param damage why the state cannot be read, in which case nobody gets the candidate; or null
 * @param epoch how often the state was written
 */
record StoredRollout(
        AgentSettings settings,
        String candidate,
        boolean allowed,
        @Nullable RolloutState state,
        boolean latched,
        @Nullable String damage,
        long epoch) {

    /** The state beside a configuration file, or where that says. */
    static RolloutStore store(Configuration configuration, Path file) {
        return new FileRolloutStore(configuration.stateDirectory(file));
    }

    /**
     * Reads how a rollout stands.
     *
     * @throws Refused if the agent has no candidate
     * @throws StoreException if the state cannot be read now
     */
    static StoredRollout read(Configuration configuration, AgentSettings settings, RolloutStore store) {
        String candidate = settings.candidate();
        if (candidate == null) {
            throw new Refused("Agent '" + settings.name() + "' has no candidate, so all its units are on '"
                    + settings.baseline() + "'; name one in the file to ask about its rollout");
        }
        boolean allowed = configuration.useFinetuned(settings);
        try {
            Optional<StoredRecord> record = store.read(settings.name()).filter(found -> !found.isBlank());
            RolloutState state = record.map(found -> RolloutState.read(settings.name(), found))
                    .orElse(null);
            boolean begun = state != null && state.candidate().equals(candidate);
            boolean latched = state != null && state.latched().contains(candidate);
            long epoch = record.map(StoredRecord::epoch).orElse(0L);
            return new StoredRollout(settings, candidate, allowed, begun ? state : null, latched, null, epoch);
        } catch (StoreException refused) {
            if (!refused.damaged()) {
                throw refused;
            }
            return new StoredRollout(
                    settings, candidate, allowed, null, false, String.valueOf(refused.getMessage()), 0);
        }
    }

    /** The units that are on the candidate, as soon as those who follow the file have seen it. */
    Share share() {
        RampSettings ramp = settings.rollout().ramp();
        if (!allowed || damage != null || (state == null && latched)) {
            return Share.NONE;
        }
        if (state == null) {
            return belowCeiling(ramp.climbs() ? ramp.stages().get(0) : Share.ALL);
        }
        boolean serves =
                switch (state.phase()) {
                    case RUNNING, COMPLETED -> true;
                    case HOLD -> state.reason() != RolloutReason.SHARED_DEGRADATION;
                    case OFF, QUARANTINED, ROLLED_BACK -> false;
                };
        boolean stopped = !serves || state.share().compareTo(state.ceiling()) < 0;
        if (stopped) {
            return belowCeiling(state.share());
        }
        // It was the ceiling that bound, which may be another one by now.
        return belowCeiling(
                ramp.climbs()
                        ? ramp.stages().get(Math.min(state.step(), ramp.stages().size() - 1))
                        : Share.ALL);
    }

    private Share belowCeiling(Share share) {
        return least(share, settings.rollout().share());
    }

    private static Share least(Share one, Share other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** The split's salt, which is frozen while a rollout lasts. */
    String salt() {
        String frozen = state == null ? null : state.salt();
        String configured = settings.rollout().salt();
        return frozen != null ? frozen : configured != null ? configured : settings.name() + "/" + candidate;
    }

    /** Where it stands. */
    RolloutPhase phase() {
        if (damage != null) {
            return RolloutPhase.HOLD;
        }
        if (state != null) {
            return state.phase();
        }
        return latched ? RolloutPhase.ROLLED_BACK : allowed ? RolloutPhase.RUNNING : RolloutPhase.OFF;
    }

    /** Why it stands there. */
    RolloutReason reason() {
        if (damage != null) {
            return RolloutReason.STATE_REFUSED;
        }
        if (state != null) {
            return state.reason();
        }
        return latched ? RolloutReason.GUARD : allowed ? RolloutReason.STARTED : RolloutReason.KILL_SWITCH;
    }

    /** The step of the ramp, for people; a dash where there is no ramp. */
    String step() {
        int steps = settings.rollout().ramp().stages().size();
        int step = state == null ? 0 : Math.min(state.step(), Math.max(0, steps - 1));
        return steps == 0 ? "-" : step + 1 + " of " + steps;
    }

    /** Whether any registry has begun it, so that there is something to tell. */
    boolean begun() {
        return state != null || latched || damage != null;
    }

    /** Who decides now, and why, as a sentence. */
    String decides() {
        if (!allowed) {
            return "The kill switch decides: use_finetuned is false, and '" + settings.baseline()
                    + "' serves everybody";
        }
        if (damage != null) {
            return "Nobody is on '" + candidate + "': " + damage;
        }
        if (state == null && latched) {
            return "A latched rollback decides: '" + candidate
                    + "' was rolled back before; a reset that names it lets it start again";
        }
        if (state == null) {
            return "No registry has begun this rollout; it begins at " + share();
        }
        String why = state.decisions().isEmpty()
                ? state.reason().words()
                : last(state.decisions()).detail();
        return switch (state.phase()) {
            case ROLLED_BACK -> "A latched rollback decides: " + why;
            case QUARANTINED -> "The guard decides: " + why;
            case HOLD -> "On hold at " + share() + ", because " + state.reason().words();
            case COMPLETED -> "The ramp has reached its end, at " + share();
            case RUNNING ->
                isRearmed()
                        ? "It was re-armed, and begins as soon as an application looks: within seconds where one runs"
                        : "The share decides: " + share() + " of the units";
            case OFF -> "The kill switch was on when a registry last looked; it goes on where it was";
        };
    }

    private boolean isRearmed() {
        return state != null
                && state.phase() == RolloutPhase.RUNNING
                && state.share().equals(Share.NONE)
                && state.reason() == RolloutReason.RESET;
    }

    private static RolloutDecision last(List<RolloutDecision> decisions) {
        return decisions.get(decisions.size() - 1);
    }

    /** What each guard held against the candidate when this was written. */
    List<GuardEvidence> evidence() {
        return state == null ? List.of() : state.evidence();
    }

    /** The history, the oldest first. */
    List<RolloutDecision> decisions() {
        return state == null ? List.of() : state.decisions();
    }

    /** The same as a registry would say it. */
    RolloutStatus status(Instant now) {
        RolloutSettings rollout = settings.rollout();
        return new RolloutStatus(
                settings.name(),
                settings.baseline(),
                candidate,
                phase(),
                reason(),
                share(),
                rollout.share(),
                rollout.ramp().stages(),
                state == null ? 0 : state.step(),
                state == null ? now : state.since(),
                decides(),
                evidence(),
                state == null ? ArmCounts.NONE : state.baselineSeen(),
                state == null ? ArmCounts.NONE : state.candidateSeen(),
                decisions(),
                epoch);
    }
}
