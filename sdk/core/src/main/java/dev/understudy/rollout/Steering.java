package dev.understudy.rollout;

import dev.understudy.error.StoreException;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a person may do to an agent's rollout: hold the ramp, let it go on, re-arm a candidate that was rolled back. It writes to
 * the store, where every running registry sees it within two seconds; it needs no registry itself. To change the share, set the
 * percentage; to take the candidate away at once, use the kill switch. Thread-safe.
 */
public final class Steering {

    /** The longest name of a person, in characters. */
    public static final int MAX_NAME_LENGTH = 100;

    /** Others write about once in ten seconds: whoever loses as often as this does not lose by chance. */
    private static final int TRIES = 20;

    private final RolloutStore store;
    private final String agent;
    private final InstantSource time;
    private final Runnable look;

    /**
     * Steers by a store alone.
     *
     * @param store where the state is
     * @param agent whose rollout
     * @param time the wall clock
     */
    public Steering(RolloutStore store, String agent, InstantSource time) {
        this(store, agent, time, () -> {});
    }

    /**
     * Steers a registry in this process, which is told to look at once.
     *
     * @param store where the state is
     * @param agent whose rollout
     * @param time the wall clock
     * @param look called after each change
     */
    public Steering(RolloutStore store, String agent, InstantSource time, Runnable look) {
        this.store = Objects.requireNonNull(store, "store");
        this.agent = Objects.requireNonNull(agent, "agent");
        this.time = Objects.requireNonNull(time, "time");
        this.look = Objects.requireNonNull(look, "look");
    }

    /**
     * Reads how the rollout stands.
     *
     * @return the state as it was last written; empty where no rollout ever began
     * @throws StoreException if it is damaged, or cannot be read now
     */
    public Optional<RolloutState> state() {
        return store.read(agent).filter(record -> !record.isBlank()).map(record -> RolloutState.read(agent, record));
    }

    /**
     * Holds the ramp where it is: the share stays, the guard goes on watching. Holding twice changes nothing.
     *
     * @param by who: a name of 1 to {@value #MAX_NAME_LENGTH} characters, for the history
     * @return the state from now on
     * @throws IllegalStateException if there is nothing to hold, with the reason
     * @throws StoreException if the state cannot be read or written
     */
    public RolloutState hold(String by) {
        String name = check(by);
        return change(state -> Transitions.held(present(state), name, now()));
    }

    /**
     * Lets a held ramp go on at its step, whose time begins anew. What was suspicious is dismissed: only evidence on top of it
     * holds the ramp again. After a shared degradation the candidate begins at the first step.
     *
     * @param by who: a name of 1 to {@value #MAX_NAME_LENGTH} characters, for the history
     * @return the state from now on
     * @throws IllegalStateException if nothing is held, with the reason
     * @throws StoreException if the state cannot be read or written
     */
    public RolloutState resume(String by) {
        String name = check(by);
        return change(state -> Transitions.resumed(present(state), name, now()));
    }

    /**
     * Re-arms a candidate: it begins again at the first step, without evidence, for the same users. This is the only way out of
     * a rollback but another candidate, and the only way out of a damaged state.
     *
     * @param candidate which one, by name: the current one, or one that was rolled back before
     * @param by who: a name of 1 to {@value #MAX_NAME_LENGTH} characters, for the history
     * @return the state from now on
     * @throws IllegalStateException if the rollout is about another candidate, and this one was not rolled back
     * @throws StoreException if the state cannot be written
     */
    public RolloutState reset(String candidate, String by) {
        Objects.requireNonNull(candidate, "candidate");
        String name = check(by);
        store.setAside(agent); // leaves a sound record alone
        return change(state -> Transitions.reset(agent, state, candidate, name, now()), true);
    }

    private RolloutState change(Function<@Nullable RolloutState, RolloutState> wish) {
        return change(wish, false);
    }

    private RolloutState change(Function<@Nullable RolloutState, RolloutState> wish, boolean anew) {
        for (int i = 0; i < TRIES; i++) {
            Optional<StoredRecord> record = store.read(agent);
            RolloutState before = record.map(found -> read(found, anew)).orElse(null);
            RolloutState after = wish.apply(before);
            if (after == before || write(record, after.fields())) {
                look.run();
                return after;
            }
        }
        throw StoreException.unavailable(
                "of agent '" + agent + "'", "is being changed by others without pause", "try again", null);
    }

    private @Nullable RolloutState read(StoredRecord record, boolean anew) {
        if (record.isBlank()) {
            return null;
        }
        try {
            return RolloutState.read(agent, record);
        } catch (StoreException unknown) {
            if (anew) {
                return null; // a person said so
            }
            throw unknown;
        }
    }

    private boolean write(Optional<StoredRecord> record, Map<String, String> fields) {
        return record.map(found -> store.write(agent, found.epoch(), found.next(fields)))
                .orElseGet(() -> store.write(agent, 0, StoredRecord.first(fields)));
    }

    private RolloutState present(@Nullable RolloutState state) {
        if (state == null) {
            throw new IllegalStateException("Agent '" + agent + "' has no rollout yet; a registry begins it");
        }
        return state;
    }

    private Instant now() {
        return time.instant();
    }

    private static String check(String by) {
        if (by.isBlank() || by.length() > MAX_NAME_LENGTH || by.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("who steers has a name of 1 to " + MAX_NAME_LENGTH + " characters");
        }
        return by;
    }

    @Override
    public String toString() {
        return "Steering[" + agent + "]";
    }
}
