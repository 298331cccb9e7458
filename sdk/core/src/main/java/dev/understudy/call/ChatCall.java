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
     */
    public void countAttempt() {
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

    private RuntimeException cancelled(String why) {
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
