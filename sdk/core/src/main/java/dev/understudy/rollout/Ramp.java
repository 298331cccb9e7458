package dev.understudy.rollout;

import dev.understudy.error.StoreException;
import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.Guard;
import dev.understudy.rollout.StateStore.Written;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The rollout of one candidate for one agent: it owns the {@linkplain RolloutState state}, the {@linkplain RolloutGuard guard}
 * and the {@linkplain ShareInForce share in force}, and joins them with the store. {@link Transitions} says what follows from
 * what; here it is written down, takes effect, and is told, in this order.
 *
 * <h2>What comes first</h2>
 *
 * <ul>
 *   <li>A share rises only after the state that says so has been written, by compare-and-set against the record that was read.
 *       Whoever loses reads again, and decides anew on top of what the other has written: so a person's command in another
 *       process is never overwritten.
 *   <li>A share falls even where it cannot be written: that is tried again at each look, and is loud. The guard itself has
 *       {@linkplain ShareInForce#close closed} the share in the instant of its alarm, before anybody writes anything.
 *   <li>What an operator lowers in the configuration holds at once, and is written with the next look.
 *   <li>A state that cannot be read, or is another candidate's by somebody else's doing, gives nobody the candidate.
 * </ul>
 *
 * <h2>Who looks</h2>
 *
 * A {@link #look()} reads the store, lets the state take what steps it can, and writes. It is done about once a second, and at
 * once where the guard, a person or a new configuration asks for it, never on the thread of a call. It waits for the store and
 * for nothing else; whoever comes while another looks leaves at once, and the other looks again. No lock is held.
 */
public final class Ramp {

    private static final Logger LOG = LoggerFactory.getLogger(Ramp.class);

    /** How often what the guard has seen is written where nothing else is. */
    private static final long SAVE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** More than one look ever needs: a kill switch, new steps, a ceiling, a quarantine, its verdict. */
    private static final int MOST_CHANGES = 16;

    /** So many calls hold all that {@link Transitions} asks of a recovery: the good ones, and fewer bad ones than it forgives. */
    private static final int RECOVERY_CALLS = Transitions.RECOVERY_GOOD + Transitions.SHARED_BAD - 1;

    /**
     * What the configuration says.
     *
     * @param settings ceiling, steps and guard
     * @param allowed false while a kill switch is on
     */
    private record Terms(RolloutSettings settings, boolean allowed) {}

    private final String agent;
    private final String candidate;
    private final String salt;
    private final StateStore store;
    private final Waiting waiting;
    private final InstantSource time;
    private final Events events;
    private final Runnable wake;
    private final ShareInForce inForce = new ShareInForce(Share.NONE);
    private final RolloutGuard guard;

    private final AtomicInteger asked = new AtomicInteger();
    private volatile Terms terms;
    private volatile boolean retired;
    private volatile RolloutState state;

    // Of whoever looks

    /** Whether the state is the stored one, not one that stands for what cannot be read. */
    private boolean opened;
    /** Whether the state in memory is ahead of the store. */
    private boolean dirty;

    private long stepNanos;
    private long saveNanos;
    private long callsSaved;
    private @Nullable BaselineWatch watch;
    private long watchNanos;

    /**
     * Prepares a rollout. Nobody gets the candidate before the first {@link #look()}.
     *
     * @param agent the agent
     * @param candidate the candidate
     * @param settings ceiling, steps and guard
     * @param allowed false while a kill switch is on
     * @param store where the state survives
     * @param waiting the clock
     * @param time the wall clock, for the history
     * @param events who hears of changes
     * @param wake asks for a {@link #look()} at once; called on threads of calls, so it must not wait
     */
    public Ramp(
            String agent,
            String candidate,
            RolloutSettings settings,
            boolean allowed,
            RolloutStore store,
            Waiting waiting,
            InstantSource time,
            Events events,
            Runnable wake) {
        this.agent = agent;
        this.candidate = candidate;
        this.store = new StateStore(agent, store);
        this.waiting = waiting;
        this.time = time;
        this.events = events;
        this.wake = wake;
        terms = new Terms(settings, allowed);
        guard = new RolloutGuard(settings.guard(), inForce, waiting, wake);
        inForce.deny(Assignment.HELD_BACK);
        String configured = settings.salt() != null ? settings.salt() : agent + "/" + candidate;
        salt = storedSalt().orElse(configured);
        state = Transitions.unread(agent, candidate, salt, settings.share(), now());
        if (!salt.equals(configured)) {
            LOG.warn(
                    "Rollout of '{}' for agent '{}' keeps the salt that it began with; another holds from the next"
                            + " candidate on",
                    candidate,
                    agent);
        }
    }

    /** The split is frozen as long as the candidate stays, whatever the configuration says later. */
    private Optional<String> storedSalt() {
        try {
            return store.read()
                    .filter(record -> !record.isBlank())
                    .map(record -> RolloutState.read(agent, record))
                    .filter(stored -> stored.candidate().equals(candidate))
                    .map(RolloutState::salt);
        } catch (RuntimeException unreadable) {
            return Optional.empty(); // the first look tells
        }
    }

    // What others hold

    /**
     * Returns what is rolled out.
     *
     * @return the candidate
     */
    public String candidate() {
        return candidate;
    }

    /**
     * Returns what makes this split independent of others, frozen for this candidate.
     *
     * @return the salt
     */
    public String salt() {
        return salt;
    }

    /**
     * Returns the share by which calls are assigned.
     *
     * @return always the same object
     */
    public ShareInForce inForce() {
        return inForce;
    }

    /**
     * Returns who watches the candidate.
     *
     * @return always the same object
     */
    public RolloutGuard guard() {
        return guard;
    }

    /**
     * Returns where the rollout stands.
     *
     * @return the state in force
     */
    public RolloutState state() {
        return state;
    }

    /**
     * Returns what keeps the state from being written or read.
     *
     * @return a sentence; empty where nothing does
     */
    public Optional<String> trouble() {
        return store.trouble();
    }

    /**
     * Goes on with other settings. A lower ceiling holds at once; everything else with the next {@link #look()}. Neither
     * waits nor fails.
     *
     * @param settings ceiling, steps and guard
     * @param allowed false while a kill switch is on
     */
    public void reconfigure(RolloutSettings settings, boolean allowed) {
        terms = new Terms(settings, allowed);
        guard.reconfigure(settings.guard());
        if (settings.share().compareTo(inForce.share()) < 0) {
            force(settings.share());
        }
    }

    /** Ends it, because the agent has another candidate, or none: writes what was seen, and nothing ever after. */
    public void retire() {
        look();
        retired = true;
    }

    // Looking

    /** Looks at store, evidence and clock, and does what follows. Not for threads of calls: it waits for the store. */
    public void look() {
        if (asked.getAndIncrement() != 0) {
            return; // who looks now looks again
        }
        int seen;
        do {
            seen = asked.get();
            try {
                if (!retired) {
                    lookOnce();
                }
            } catch (RuntimeException | Error broken) {
                asked.set(0); // or nobody would ever look again
                throw broken;
            }
        } while (asked.addAndGet(-seen) != 0);
    }

    private void lookOnce() {
        guard.lookForSlow(waiting.nanoTime());
        synchronise();
        BaselineWatch recovering = watch;
        if (recovering != null && state.phase() == RolloutPhase.HOLD && recovering.bad() >= Transitions.SHARED_BAD) {
            watchBaseline(); // not well yet: from the beginning
        }
        boolean raised = false;
        for (int i = 0; opened && !retired && i < MOST_CHANGES; i++) {
            RolloutState next = Transitions.next(state, sight());
            if (next == null) {
                break;
            }
            boolean raises = next.share().compareTo(state.share()) > 0;
            if (raises && raised) {
                break; // one rise at a time
            }
            Written written = write(next);
            if (written == Written.LOST) {
                synchronise();
            } else if (written == Written.YES || !raises) {
                dirty = written == Written.FAILED;
                raised |= raises;
                become(next);
            } else {
                break;
            }
        }
        if (opened && !retired) {
            force();
            save();
        }
    }

    // The store

    /** Takes over what somebody else has written. */
    private void synchronise() {
        Optional<StoredRecord> record;
        try {
            record = store.read();
        } catch (RuntimeException unreadable) {
            String sentence = store.sentence("cannot be read", unreadable);
            store.unreadable(sentence);
            if (!opened) {
                refuse(sentence);
            }
            return;
        }
        if (record.isEmpty()) {
            if (opened && store.epoch() > 0) {
                store.take(0);
                dirty = true; // somebody took it away: that is no reset
            } else if (!opened) {
                begin(null, 0);
            }
            return;
        }
        if (!opened || record.get().epoch() != store.epoch()) {
            adopt(record.get());
        } else {
            store.readable();
        }
    }

    private void adopt(StoredRecord record) {
        if (record.isBlank()) {
            begin(null, record.epoch());
            return;
        }
        RolloutState stored;
        try {
            stored = RolloutState.read(agent, record);
            if (!opened && stored.candidate().equals(candidate)) {
                guard.restore(stored.guard());
            }
        } catch (StoreException | IllegalArgumentException unusable) {
            String sentence = store.sentence("cannot be used", unusable);
            store.unreadable(sentence);
            refuse(sentence);
            return;
        }
        if (!stored.candidate().equals(candidate)) {
            if (!opened && !isDisplaced()) {
                begin(stored, record.epoch());
            } else {
                String displaced = "Another registry rolls out '" + stored.candidate() + "' for agent '" + agent
                        + "'; nobody here gets '" + candidate + "'";
                store.unreadable(displaced);
                refuse(displaced);
            }
            return;
        }
        if (!salt.equals(stored.salt())) {
            StateDraft draft = stored.draft();
            draft.salt = salt;
            if (stored.salt() == null) {
                draft.ceiling = terms.settings().share(); // re-armed from nothing: nobody has changed a percentage
            }
            stored = draft.done();
        }
        store.take(record.epoch());
        store.readable();
        dirty = false;
        if (opened) {
            become(stored, false);
        } else {
            opened = true;
            resume(stored);
        }
    }

    /** Goes on where the last process left off: the same share, and the step's time begins anew. */
    private void resume(RolloutState stored) {
        long refusals = state.decisionCount();
        state = stored;
        stepNanos = waiting.nanoTime();
        saveNanos = stepNanos;
        callsSaved = calls();
        watchBaseline();
        if (refusals > 0) {
            LOG.info("Rollout of '{}' for agent '{}' goes on: its state can be read again", candidate, agent);
        }
        // The share follows when this look has seen all that the configuration says.
    }

    /** Starts the rollout of a candidate that was not there before. */
    private void begin(@Nullable RolloutState previous, long at) {
        RolloutSettings settings = terms.settings();
        opened = false;
        store.take(at);
        RolloutState first =
                Transitions.started(agent, candidate, salt, previous, settings.share(), settings.ramp(), now());
        Written written = write(first);
        if (written == Written.LOST) {
            wake.run(); // somebody else has begun it just now: the next look takes that over
        } else if (written == Written.YES) {
            guard.reset();
            opened = true;
            state = first;
            stepNanos = waiting.nanoTime();
            callsSaved = calls();
            watch = null;
            force();
            tell(first.decisions().get(first.decisions().size() - 1));
        } else {
            refuse("The state of agent '" + agent + "' cannot be written; nobody gets '" + candidate + "'");
        }
    }

    /** Nobody gets the candidate as long as it is not known what was decided about it. */
    private void refuse(String why) {
        boolean first = state.reason() != RolloutReason.STATE_REFUSED || state.decisionCount() == 0;
        opened = false;
        if (first) {
            RolloutState refused =
                    Transitions.refused(agent, candidate, salt, terms.settings().share(), why, now());
            state = refused;
            force();
            tell(refused.decisions().get(0));
        }
    }

    private boolean isDisplaced() {
        return state.reason() == RolloutReason.STATE_REFUSED && state.decisionCount() > 0 && store.epoch() > 0;
    }

    private Written write(RolloutState next) {
        boolean anew = !opened || next.generation() != state.generation();
        RolloutState whole = anew ? next : next.with(sight(), guard.save());
        Written written = store.write(whole);
        if (written == Written.YES) {
            saveNanos = waiting.nanoTime();
            callsSaved = calls();
        }
        return written;
    }

    /** Writes what was not written yet, and from time to time what was seen. */
    private void save() {
        boolean due = waiting.nanoTime() - saveNanos >= SAVE_NANOS && calls() != callsSaved;
        if (dirty || due) {
            Written written = write(state);
            dirty &= written == Written.FAILED;
            if (written == Written.LOST) {
                wake.run();
            }
        }
    }

    private long calls() {
        return guard.baseline().calls() + guard.candidate().calls();
    }

    // Taking effect

    private void become(RolloutState next) {
        become(next, true);
    }

    /** Takes effect, and is told. What somebody else wrote raises the share only at the end of the look. */
    private void become(RolloutState next, boolean mayRaise) {
        RolloutState before = state;
        state = next;
        if (!next.since().equals(before.since()) || next.phase() != before.phase() || next.step() != before.step()) {
            stepNanos = waiting.nanoTime();
        }
        boolean anew = next.generation() != before.generation();
        if (anew) {
            guard.reset();
        }
        if (anew || next.phase() != before.phase() || next.reason() != before.reason()) {
            watchBaseline();
        }
        if (mayRaise || share().compareTo(inForce.share()) < 0) {
            force();
        }
        List<RolloutDecision> decisions = next.decisions();
        long unheard = next.decisionCount() - before.decisionCount();
        int fresh = (int) Math.min(decisions.size(), unheard >= 0 ? unheard : 1);
        decisions.subList(decisions.size() - fresh, decisions.size()).forEach(this::tell);
    }

    /** Lets the state's share hold from now on. */
    private void force() {
        inForce.deny(denied(state));
        force(share());
        boolean answered = state.phase() == RolloutPhase.QUARANTINED || state.phase() == RolloutPhase.ROLLED_BACK;
        boolean alarmed = guard.alarmed() && terms.settings().guard().enabled();
        if (inForce.isClosed() && (answered || !alarmed)) {
            inForce.open(share());
        }
    }

    private void force(Share share) {
        if (!share.equals(inForce.share())) {
            guard.closeStep(share);
            inForce.set(share);
        }
    }

    /** The state's share, and never more than the configuration allows by now. */
    private Share share() {
        Share ceiling = terms.settings().share();
        Share share = state.share();
        return share.compareTo(ceiling) < 0 ? share : ceiling;
    }

    private static @Nullable Assignment denied(RolloutState state) {
        return switch (state.phase()) {
            case ROLLED_BACK -> Assignment.ROLLED_BACK;
            case QUARANTINED -> Assignment.QUARANTINED;
            case HOLD, RUNNING -> state.stage().equals(Share.NONE) ? Assignment.HELD_BACK : null;
            case OFF, COMPLETED -> null;
        };
    }

    private void watchBaseline() {
        boolean quarantined = state.phase() == RolloutPhase.QUARANTINED;
        boolean shared = state.phase() == RolloutPhase.HOLD && state.reason() == RolloutReason.SHARED_DEGRADATION;
        int calls = quarantined ? Transitions.QUARANTINE_CALLS : RECOVERY_CALLS;
        Guard fired = state.firedBy();
        watch = quarantined || shared
                ? guard.watchBaseline(fired == null ? guard.strongest() : fired, calls, wake)
                : null;
        watchNanos = waiting.nanoTime();
    }

    private void tell(RolloutDecision decision) {
        LOG.atLevel(level(decision))
                .addKeyValue("agent", agent)
                .addKeyValue("model", decision.candidate())
                .addKeyValue("from", decision.from())
                .addKeyValue("to", decision.to())
                .addKeyValue("share", decision.sharePercent())
                .addKeyValue("reason", decision.reason())
                .addKeyValue("by", decision.by())
                .log(
                        "Rollout of '{}' for agent '{}': {} to {}, {} % to {} %, for {} (by {}): {}",
                        decision.candidate(),
                        agent,
                        decision.from(),
                        decision.to(),
                        decision.sharePercentBefore(),
                        decision.sharePercent(),
                        decision.reason().words(),
                        decision.by(),
                        decision.detail());
        events.emit(new Event.RolloutChanged(decision));
    }

    private static Level level(RolloutDecision decision) {
        if (decision.reason() == RolloutReason.STATE_REFUSED) {
            return Level.ERROR;
        }
        return isBad(decision) ? Level.WARN : Level.INFO;
    }

    private static boolean isBad(RolloutDecision decision) {
        return switch (decision.to()) {
            case QUARANTINED, ROLLED_BACK -> true;
            case HOLD -> decision.reason() != RolloutReason.HELD && decision.reason() != RolloutReason.MANUAL;
            case OFF, RUNNING, COMPLETED -> false;
        };
    }

    // Seeing

    private Sight sight() {
        Terms now = terms;
        RolloutSettings settings = now.settings();
        long nanos = waiting.nanoTime();
        OptionalLong last = guard.lastCandidateNanos();
        long quiet = nanos - stepNanos;
        if (last.isPresent()) {
            quiet = Math.min(quiet, nanos - last.getAsLong());
        }
        return new Sight(
                now(),
                now.allowed(),
                settings.share(),
                settings.ramp(),
                settings.guard().enabled() && (guard.alarmed() || guard.logWealth() >= Transitions.ALARM),
                guard.strongest(),
                guard.logStrictWealth(),
                guard.splitLogWealth(),
                guard.leaked(),
                guard.passes(),
                guard.evidence(),
                guard.baseline(),
                guard.candidate(),
                Duration.ofNanos(nanos - stepNanos),
                Duration.ofNanos(Math.max(0, quiet)),
                seenOfBaseline(nanos));
    }

    private Sight.Watch seenOfBaseline(long nanos) {
        BaselineWatch seen = watch;
        if (seen == null) {
            return Sight.Watch.NONE;
        }
        return new Sight.Watch(seen.seen(), seen.bad(), Duration.ofNanos(nanos - watchNanos));
    }

    private Instant now() {
        return time.instant();
    }

    // Answering

    /**
     * Says how the rollout stands, and who decides.
     *
     * @param baseline the agent's proven model
     * @return the status now
     */
    public RolloutStatus status(String baseline) {
        Terms now = terms;
        RolloutState current = state;
        Share share = now.allowed() ? inForce.share() : Share.NONE;
        return new RolloutStatus(
                agent,
                baseline,
                candidate,
                current.phase(),
                current.reason(),
                share,
                now.settings().share(),
                now.settings().ramp().stages(),
                current.step(),
                current.since(),
                now.allowed()
                        ? Standing.of(current, inForce.denied(), share, now.settings())
                        : Standing.killed(baseline),
                guard.evidence(),
                guard.baseline(),
                guard.candidate(),
                current.decisions(),
                store.epoch());
    }

    @Override
    public String toString() {
        return "Ramp[" + state + ", in force " + inForce.share() + "]";
    }
}
