package dev.understudy.call;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.CallEvents;
import dev.understudy.event.CallObservation;
import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.time.Deadline;
import dev.understudy.time.Waiting;
import java.util.Objects;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One call in flight: what was asked, what has been decided, how far it has come. It belongs to the thread that runs it;
 * only {@link #cancel()} may be called by another.
 */
public final class ChatCall {

    private final String agent;
    private final ChatRequest request;
    private final CallOptions options;
    private final Waiting waiting;
    private final CallEvents events;
    private final Deadline whole;
    private final long startNanos;
    private final long timeoutNanos;

    private volatile @Nullable Thread runner;

    private Variant variant = Variant.BASELINE;
    private boolean explicit;
    private int unit;
    private int share = -1;
    private @Nullable Leg leg;
    private Deadline deadline;
    private boolean lastLeg = true;
    private int attempts;
    /** Of the trunk, where this is a hedge: those before it joined. */
    private int attemptsBefore;

    private Usage usage = Usage.NONE;
    private double cost;
    private boolean answered;
    private long answeredNanos;
    private CacheStatus cache = CacheStatus.OFF;
    private @Nullable FailureKind degradedBecause;
    private @Nullable Lookout lookout;
    private int place;
    private boolean follows;
    private @Nullable Work abandoned;
    private @Nullable Delivery delivery;
    private @Nullable Race race;
    private long sentNanos;
    private boolean slowForItself;
    private DoubleConsumer spentLater = cost -> {};

    /**
     * Starts a call; its deadline runs from now.
     *
     * @param agent the agent
     * @param request what is asked
     * @param options what this call wants otherwise
     * @param timeoutNanos the bound on the whole call
     * @param waiting the clock
     * @param events where stages report
     */
    public ChatCall(
            String agent, ChatRequest request, CallOptions options, long timeoutNanos, Waiting waiting, Events events) {
        this.agent = agent;
        this.request = request;
        this.options = options;
        this.waiting = waiting;
        this.startNanos = waiting.nanoTime();
        this.timeoutNanos = timeoutNanos;
        this.whole = Deadline.at(waiting, startNanos + timeoutNanos);
        this.deadline = whole;
        this.events = events.callStarted(agent);
    }

    /** The part of a call that goes on at another model, on another thread; it can be given up on its own. */
    private ChatCall(ChatCall trunk, Race race, CallEvents events) {
        agent = trunk.agent;
        request = trunk.request;
        options = trunk.options;
        waiting = trunk.waiting;
        startNanos = trunk.startNanos;
        timeoutNanos = trunk.timeoutNanos;
        whole = trunk.whole.earlierBy(0);
        deadline = whole;
        variant = trunk.variant;
        explicit = trunk.explicit;
        unit = trunk.unit;
        share = trunk.share;
        attemptsBefore = trunk.attempts;
        this.race = race;
        this.events = events;
    }

    /**
     * Returns the agent.
     *
     * @return its name
     */
    public String agent() {
        return agent;
    }

    /**
     * Returns what is asked.
     *
     * @return the request
     */
    public ChatRequest request() {
        return request;
    }

    /**
     * Returns what this call wants otherwise.
     *
     * @return the options
     */
    public CallOptions options() {
        return options;
    }

    /**
     * Returns the bound on the whole call.
     *
     * @return the caller's deadline
     */
    public Deadline wholeDeadline() {
        return whole;
    }

    /**
     * Returns the bound on everything that may be done now: the whole call's, or, while two models race, one at the same instant that
     * ends with this model's part in it.
     *
     * @return the latest deadline that a part of the work may have
     */
    Deadline outerDeadline() {
        Race now = race;
        return now == null ? whole : now.boundOf(this);
    }

    /**
     * Returns the bound on what is being done now: the whole call's, or an earlier one while the candidate is asked.
     *
     * @return the current deadline
     */
    public Deadline deadline() {
        return deadline;
    }

    /**
     * Returns the bound on the whole call as it was when the call began.
     *
     * @return nanoseconds
     */
    public long timeoutNanos() {
        return timeoutNanos;
    }

    /**
     * Returns when the call began.
     *
     * @return a reading of the registry's clock
     */
    public long startNanos() {
        return startNanos;
    }

    /**
     * Notes when the model answered.
     *
     * @param nowNanos the reading just taken
     */
    public void answered(long nowNanos) {
        answeredNanos = nowNanos;
        answered = true;
    }

    /**
     * Returns when the model answered. Nothing waits on the way back, so that this is the end of the call, too, and the
     * clock is read once for all who want to know.
     *
     * @return the reading of then, or of now where the answer came from elsewhere
     */
    public long answeredNanos() {
        return answered ? answeredNanos : waiting.nanoTime();
    }

    /**
     * Reports what happened.
     *
     * @param event the event
     */
    public void emit(Event event) {
        events.emit(event);
    }

    // What was assigned

    /**
     * Assigns a variant.
     *
     * @param assigned the variant
     * @param asked whether the call asked for it
     */
    public void assign(Variant assigned, boolean asked) {
        variant = assigned;
        explicit = asked;
    }

    /**
     * Returns what was assigned.
     *
     * @return the variant; the baseline until something was
     */
    public Variant variant() {
        return variant;
    }

    /**
     * Says whether the call asked for its variant.
     *
     * @return whether it stays out of the statistics
     */
    public boolean explicit() {
        return explicit;
    }

    /**
     * Notes that chance assigned the variant.
     *
     * @param hash the hash of the unit that sticks to it
     * @param thousandths the share of units on the candidate, in thousandths of a per cent
     */
    public void randomised(int hash, int thousandths) {
        unit = hash;
        share = thousandths;
    }

    /**
     * Returns what sticks to the variant.
     *
     * @return the unit's hash; means nothing where {@link #share()} is -1
     */
    public int unit() {
        return unit;
    }

    /**
     * Returns the share by which chance assigned the variant.
     *
     * @return thousandths of a per cent, or -1 where it was not chance
     */
    public int share() {
        return share;
    }

    // Where it is

    /**
     * Travels a leg.
     *
     * @param chosen the leg
     * @param until the bound on it
     * @param last whether no other leg follows if this one fails
     * @return the answer
     */
    public ChatResponse travel(Leg chosen, Deadline until, boolean last) {
        leg = chosen;
        deadline = until;
        lastLeg = last;
        cache = CacheStatus.OFF;
        try {
            return chosen.chain().proceed(this);
        } finally {
            deadline = whole;
        }
    }

    /**
     * Returns the leg being travelled.
     *
     * @return the latest leg
     * @throws IllegalStateException before the first
     */
    public Leg leg() {
        if (leg == null) {
            throw new IllegalStateException("No model has been chosen yet");
        }
        return leg;
    }

    /**
     * Returns the leg being travelled, if any.
     *
     * @return the latest leg, or null before the first
     */
    public @Nullable Leg legOrNull() {
        return leg;
    }

    /**
     * Returns the model being asked.
     *
     * @return the current leg's deployment
     */
    public Deployment deployment() {
        return leg().deployment();
    }

    /**
     * Returns the model being asked.
     *
     * @return the current leg's model by name
     */
    public String model() {
        return leg().model();
    }

    /**
     * Says whether another leg follows if this one fails.
     *
     * @return whether this is the last chance
     */
    public boolean lastLeg() {
        return lastLeg;
    }

    /**
     * Counts a request about to be sent.
     *
     * @throws dev.understudy.error.CancelledException if this is a hedge, and its call needs it no more
     */
    public void countAttempt() {
        if (!tryCountAttempt()) {
            throw isOutrun() ? outrun() : cancelled("nobody waits for its hedge any more");
        }
    }

    /** Counts a request about to be sent; false where this is a hedge that nobody waits for any more. */
    boolean tryCountAttempt() {
        if (race != null && isHedge()) {
            return race.count(this);
        }
        attempts++;
        return true;
    }

    /** Notes when the latest request was sent. */
    void sentAt(long nowNanos) {
        sentNanos = nowNanos;
    }

    /**
     * Returns how long the latest request has been on its way; nothing of the wait for a permit is in it.
     *
     * @param nowNanos a reading of the registry's clock
     * @return nanoseconds, or -1 where nothing was sent
     */
    public long sinceSentNanos(long nowNanos) {
        return attempts == 0 ? -1 : nowNanos - sentNanos;
    }

    /** Which of its call's attempts the latest one is; where two are under way at once, as far as this one knows. */
    int attemptNumber() {
        return attemptsBefore + attempts;
    }

    void addAttempt() {
        attempts++;
    }

    /**
     * Returns how many requests were sent so far, to all models.
     *
     * @return the number
     */
    public int attempts() {
        return attempts;
    }

    /**
     * Notes what an attempt used up.
     *
     * @param used the tokens that the provider reported
     * @param price what they cost
     */
    public void spent(Usage used, Price price) {
        if (used != Usage.NONE) {
            usage = usage == Usage.NONE ? used : usage.plus(used);
            cost += price.of(used);
        }
    }

    /**
     * Returns the tokens of all attempts so far.
     *
     * @return the sum
     */
    public Usage usage() {
        return usage;
    }

    /**
     * Returns what all attempts so far cost.
     *
     * @return the sum, in the currency of the configuration
     */
    public double cost() {
        return cost;
    }

    /**
     * Notes what the cache said, and reports it.
     *
     * @param result what it said
     */
    public void cacheLookedUp(CacheStatus result) {
        cache = result;
        emit(new Event.CacheLookedUp(agent, result));
    }

    /**
     * Returns what the cache said on the latest leg.
     *
     * @return the status
     */
    public CacheStatus cache() {
        return cache;
    }

    /**
     * Notes that somebody else answers than should have.
     *
     * @param reason what happened to who should have answered; the first reason stays
     */
    public void degrade(FailureKind reason) {
        if (degradedBecause == null) {
            degradedBecause = reason;
        }
    }

    /**
     * Returns why the answer is not the assigned model's own.
     *
     * @return the reason, or null as long as the assigned model is the one to answer
     */
    public @Nullable FailureKind degradedBecause() {
        return degradedBecause;
    }

    /**
     * Says who is to be told of what this call turns out to have cost after its end: an attempt that was given up may have been
     * answered in that very moment.
     *
     * @param told hears the cost, in the currency of the configuration; on another thread
     */
    public void tellLater(DoubleConsumer told) {
        spentLater = told;
    }

    // Two models at once

    /**
     * Says whether this is the part of a call that asks the baseline besides: it is sent at once or not at all, and once.
     *
     * @return whether it is a hedge
     */
    public boolean isHedge() {
        return race != null && race.isJoinedBy(this);
    }

    /**
     * Says that this call may be joined by a hedge from now on, or not any more.
     *
     * @param with the race, or null after it
     */
    void race(@Nullable Race with) {
        race = with;
    }

    /**
     * Returns how many of the call's attempts this leg has to leave to others.
     *
     * @return one for the baseline that may have to stand in, and one for the hedge where there may be one
     */
    public int attemptsKept() {
        return lastLeg ? 0 : race == null ? 1 : 2;
    }

    /** Makes the part of this call that asks another model besides. */
    ChatCall branch(Race with) {
        return new ChatCall(this, with, events.branch());
    }

    /** Takes over what a hedge has sent, and what is known of its cost. */
    void absorb(ChatCall hedge, boolean isOver) {
        attempts += hedge.attempts;
        if (isOver) {
            absorbCost(hedge);
        }
    }

    private void absorbCost(ChatCall hedge) {
        usage = usage.plus(hedge.usage);
        cost += hedge.cost;
    }

    /** What a hedge turned out to cost after the end of the call. */
    void spentAfterTheEnd(double more) {
        if (more > 0) {
            spentLater.accept(more);
        }
    }

    /** Lets somebody hear what a hedge says, as soon as it is said. */
    void speakTo(StreamListener relay, StreamSettings settings) {
        delivery = new Delivery(this, relay, settings);
    }

    /** Lets the hedge's answer be this call's. */
    void takeOver(ChatCall hedge) {
        leg = hedge.leg;
        cache = hedge.cache;
    }

    /**
     * Claims the call for the model that has just succeeded: the other of two is given up.
     *
     * @return false where the other was first
     */
    boolean claim() {
        return race == null || race.claim(this);
    }

    /** Whether this part of the call was given up for the other, and not because its caller went away. */
    boolean isOutrun() {
        return race != null && race.isLostFor(this) && (isHedge() || !whole.isCancelled());
    }

    /** What a model is told that was given up for another. */
    ChatException outrun() {
        return FailureKind.OUTRUN.exception(
                "Model " + name() + " was given up: another was first to answer a call of agent '" + agent + "'",
                origin(),
                null);
    }

    /**
     * Notes that the assigned model had already taken longer than it usually does when another answered.
     */
    public void wasSlowForItself() {
        slowForItself = true;
    }

    /**
     * Says whether the assigned model was given up after it had taken longer than it usually does. How long it would have taken,
     * nobody knows.
     *
     * @return whether it was outrun, and late by its own measure
     */
    public boolean isSlowForItself() {
        return slowForItself;
    }

    // Who hears it while it is given

    /**
     * Streams the answer.
     *
     * @param listener who hears it
     * @param settings the limits
     */
    public void deliverTo(StreamListener listener, StreamSettings settings) {
        delivery = new Delivery(this, listener, settings);
    }

    /**
     * Returns the way of the answer to its listener.
     *
     * @return the delivery, or null where the answer is wanted as a whole
     */
    public @Nullable Delivery delivery() {
        return delivery;
    }

    /**
     * Says whether another attempt may follow one that failed: always, save where its listener has heard something already
     * and does not agree.
     *
     * @param failure what happened
     * @param next the model that would be asked now
     * @return whether it may
     * @throws dev.understudy.error.CancelledException if the listener failed, or cancelled
     */
    public boolean mayRestart(ChatException failure, String next) {
        return delivery == null || delivery.mayRestart(failure, next);
    }

    Waiting waiting() {
        return waiting;
    }

    // Who looks at it

    /** Says that the calling thread runs this call from now on, to its end. */
    public void enter() {
        events.enter();
    }

    /**
     * Lets whoever follows this call follow its next attempt too.
     *
     * @param upstream the model about to be asked, once
     * @return the model to ask instead; the same where nobody follows
     */
    ChatModel observed(ChatModel upstream) {
        CallObservation.Attempt attempt = events.attempt(model());
        return attempt == null ? upstream : new ObservedModel(upstream, attempt);
    }

    /**
     * Notes that somebody looks at this call while it is under way.
     *
     * @param who looks
     * @param where its place there
     */
    public void isSeenBy(Lookout who, int where) {
        lookout = who;
        place = where;
    }

    /**
     * Notes that another call asks for this one, or that this one asks for itself after all: what follows another says nothing
     * about the model that the other does not say.
     *
     * @param another whether another asks
     */
    public void follows(boolean another) {
        follows = another;
        if (lookout != null) {
            lookout.lookAway(place, another);
        }
    }

    /**
     * Says whether this call got from the assigned model what another call asked for.
     *
     * @return whether another asks, or asked to the end
     */
    public boolean follows() {
        return follows;
    }

    // Ending early

    /**
     * Says which thread runs this call, to be woken by {@link #cancel()}.
     */
    public void runsHere() {
        runner = Thread.currentThread();
    }

    /** Ends the call now; from any thread. Its runner finds its deadline cancelled, and is woken where it waits. */
    public void cancel() {
        whole.cancel();
        Thread thread = runner;
        if (thread != null) {
            waiting.unpark(thread);
        }
    }

    /**
     * Goes on only if somebody still wants to know: what {@link #ensureLive()} asks, without the clock.
     *
     * @throws dev.understudy.error.CancelledException if the call was cancelled or its thread interrupted (the flag stays)
     */
    public void ensureWanted() {
        if (Thread.currentThread().isInterrupted()) {
            throw cancelled("its thread was interrupted");
        }
        if (deadline.isCancelled()) {
            if (isOutrun()) {
                throw outrun();
            }
            throw cancelled(waiting.isClosed() ? "the registry was closed" : "the caller cancelled");
        }
    }

    /**
     * Goes on only if there is time left and somebody to answer to: to be called before any work starts and after each
     * wait.
     *
     * @return the reading of the clock that it looked at
     * @throws dev.understudy.error.CancelledException if the call was cancelled or its thread interrupted (the flag stays)
     * @throws dev.understudy.error.ModelTimeoutException if the current deadline has passed
     */
    public long ensureLive() {
        ensureWanted();
        long now = waiting.nanoTime();
        if (deadline.remainingNanos(now) <= 0) {
            ensureWanted(); // it may have been cancelled just now
            throw FailureKind.TIMEOUT.exception(
                    "Agent '" + agent + "' ran out of time before " + name() + " could be asked", origin(), null);
        }
        return now;
    }

    private ChatException cancelled(String why) {
        return FailureKind.CANCELLED.exception("Call of agent '" + agent + "' ended early: " + why, origin(), null);
    }

    Origin origin() {
        return leg == null ? Origin.NONE : Origin.of(leg.model());
    }

    private String name() {
        return leg == null ? "a model" : "'" + leg.model() + "'";
    }

    // Work that goes on without us

    /**
     * Leaves work behind that could not be stopped; whoever holds a permit for it gives it back when the work is over.
     *
     * @param work what goes on
     */
    public void abandon(Work work) {
        abandoned = Objects.requireNonNull(work);
    }

    /**
     * Takes over what was left behind by the attempt that just ended.
     *
     * @return the work, or null where the attempt is over with its call
     */
    public @Nullable Work takeAbandoned() {
        Work work = abandoned;
        abandoned = null;
        return work;
    }

    @Override
    public String toString() {
        return "ChatCall[agent=" + agent + ", " + deadline + ", attempts=" + attempts + "]";
    }
}
