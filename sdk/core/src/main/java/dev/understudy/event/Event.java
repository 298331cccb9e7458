package dev.understudy.event;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import org.jspecify.annotations.Nullable;

/** Something that happened. Immutable. */
public sealed interface Event {

    /**
     * A logical call is over: exactly one for each {@code chat()}, whatever happened to it, save for an unknown agent.
     *
     * @param agent the agent
     * @param variant what was assigned
     * @param model who answered, or the assigned model where nobody did
     * @param outcome how it ended
     * @param failure what the caller was told, or why the answer is degraded; null after a success
     * @param latencyNanos from {@code chat()} to the end
     * @param attempts requests sent
     * @param cache what the cache had to do with the answer
     * @param explicit whether the variant was asked for by the call: such calls stay out of comparisons
     * @param atNanos when it ended: a reading of the registry's clock, so that nobody needs to read it again
     * @param unit the hash of the unit that stuck to the variant; means nothing where the share is -1
     * @param share the share of units on the candidate when it was assigned, in thousandths of a per cent; -1 where it was
     *     not chance that assigned it: a kill switch, the call's own wish, a call without any unit
     * @param usage the tokens of all its attempts
     * @param cost what they cost, in the currency of the configuration
     */
    record CallFinished(
            String agent,
            Variant variant,
            String model,
            Outcome outcome,
            @Nullable FailureKind failure,
            long latencyNanos,
            int attempts,
            CacheStatus cache,
            boolean explicit,
            long atNanos,
            int unit,
            int share,
            Usage usage,
            double cost)
            implements Event {

        /**
         * A call of which nothing was spent.
         *
         * @param agent the agent
         * @param variant what was assigned
         * @param model who answered, or the assigned model where nobody did
         * @param outcome how it ended
         * @param failure what the caller was told, or why the answer is degraded
         * @param latencyNanos from {@code chat()} to the end
         * @param attempts requests sent
         * @param cache what the cache had to do with the answer
         * @param explicit whether the variant was asked for by the call
         * @param atNanos when it ended
         * @param unit the hash of the unit that stuck to the variant
         * @param share the share by which chance assigned it, or -1
         */
        public CallFinished(
                String agent,
                Variant variant,
                String model,
                Outcome outcome,
                @Nullable FailureKind failure,
                long latencyNanos,
                int attempts,
                CacheStatus cache,
                boolean explicit,
                long atNanos,
                int unit,
                int share) {
            this(
                    agent,
                    variant,
                    model,
                    outcome,
                    failure,
                    latencyNanos,
                    attempts,
                    cache,
                    explicit,
                    atNanos,
                    unit,
                    share,
                    Usage.NONE,
                    0);
        }

        /**
         * Says whether the call tells nothing about the variant that it was assigned to: the caller chose it, cancelled, or
         * asked something wrong; memory answered; or a guard of ours refused before anything was sent. A candidate that was outrun
         * by a hedge was slow, and that does tell something.
         *
         * @return whether it stays out of comparisons
         */
        public boolean isNeutral() {
            return explicit
                    || outcome == Outcome.CANCELLED
                    || cache == CacheStatus.HIT
                    || cache == CacheStatus.SHARED
                    || (failure != null && (failure.neutral() || attempts == 0) && failure != FailureKind.OUTRUN);
        }

        /**
         * Says whether chance assigned the variant: only such calls can be compared.
         *
         * @return whether {@link #unit()} and {@link #share()} mean something
         */
        public boolean randomised() {
            return share >= 0;
        }
    }

    /**
     * A request to a model is over.
     *
     * @param agent the agent
     * @param variant what was assigned to the call; a fallback's attempt belongs to the candidate's call
     * @param model the model
     * @param failure what went wrong, or null after a success
     * @param latencyNanos from sending to the end of the body
     * @param usage the tokens that the provider reported
     * @param price what the model costs
     * @param attempt which of its call's attempts it was, from 1
     * @param requestId the provider's id of the request, or null where it said none
     */
    record AttemptFinished(
            String agent,
            Variant variant,
            String model,
            @Nullable FailureKind failure,
            long latencyNanos,
            Usage usage,
            Price price,
            int attempt,
            @Nullable String requestId)
            implements Event {

        /**
         * The first attempt of a call, at a provider that gives no ids.
         *
         * @param agent the agent
         * @param variant what was assigned to the call
         * @param model the model
         * @param failure what went wrong, or null after a success
         * @param latencyNanos from sending to the end of the body
         * @param usage the tokens that the provider reported
         * @param price what the model costs
         */
        public AttemptFinished(
                String agent,
                Variant variant,
                String model,
                @Nullable FailureKind failure,
                long latencyNanos,
                Usage usage,
                Price price) {
            this(agent, variant, model, failure, latencyNanos, usage, price, 1, null);
        }

        /**
         * Computes what this attempt cost.
         *
         * @return the price of the usage, in the currency of the configuration
         */
        public double cost() {
            return price.of(usage);
        }
    }

    /**
     * The caller of a stream hears the first of an answer; after a restart, nothing is the first any more.
     *
     * @param agent the agent
     * @param variant what was assigned to the call
     * @param model whose text it is
     * @param latencyNanos from {@code stream()} to the first text handed over
     */
    record FirstToken(String agent, Variant variant, String model, long latencyNanos) implements Event {}

    /**
     * The baseline is asked because the candidate failed.
     *
     * @param agent the agent
     * @param from the candidate
     * @param to the baseline
     * @param reason what happened to the candidate
     * @param attempts requests that the call had sent until then
     * @param requestId the provider's id of the request that failed, or null where none was sent or it said none
     */
    record FellBack(
            String agent,
            String from,
            String to,
            FailureKind reason,
            int attempts,
            @Nullable String requestId) implements Event {

        /**
         * A fallback of which no more is known.
         *
         * @param agent the agent
         * @param from the candidate
         * @param to the baseline
         * @param reason what happened to the candidate
         */
        public FellBack(String agent, String from, String to, FailureKind reason) {
            this(agent, from, to, reason, 1, null);
        }
    }

    /**
     * A candidate was late, and what became of asking the baseline besides is known. Once for each call that waited so long, before
     * its end.
     *
     * @param agent the agent
     * @param from the candidate
     * @param to the baseline
     * @param result what became of it
     */
    record Hedged(String agent, String from, String to, HedgeResult result) implements Event {}

    /**
     * One of our own guards refused before anything was sent.
     *
     * @param agent the agent
     * @param model the model that was guarded
     * @param guard which guard: see {@link dev.understudy.error.RefusedException#guard()}
     */
    record Rejected(String agent, String model, String guard) implements Event {}

    /**
     * A cache was asked.
     *
     * @param agent the agent
     * @param result what it said
     */
    record CacheLookedUp(String agent, CacheStatus result) implements Event {}

    /**
     * A circuit breaker changed its state.
     *
     * @param model the model that it guards
     * @param from the old state
     * @param to the new state
     */
    record BreakerChanged(String model, CircuitState from, CircuitState to) implements Event {}

    /**
     * Somebody should look at this now.
     *
     * @param agent the agent whose call saw it
     * @param model the model
     * @param kind what happened
     */
    record Alert(String agent, String model, FailureKind kind) implements Event {}

    /**
     * A rollout changed its state or its share: written down already, in force from now on.
     *
     * @param decision from where to where, why, and on which evidence
     */
    record RolloutChanged(RolloutDecision decision) implements Event {}

    /**
     * An agent has spent four fifths of its budget, or all of it. Told once for each budget, period and threshold, across
     * restarts and processes that share a store, and written down already; an agent that passes both at once is told of twice.
     *
     * @param status how the budget stands; its {@link BudgetStatus#state()} says which of the two it is
     */
    record BudgetReached(BudgetStatus status) implements Event {}

    /**
     * What an agent has spent was written down, and cannot be read any more: it was set aside, and what this process knows
     * counts from now on.
     *
     * @param agent the agent
     */
    record BudgetForgotten(String agent) implements Event {}

    /**
     * A changed configuration was read while the registry runs.
     *
     * @param accepted whether it is in force now; a refused one leaves the old one in force
     * @param problems how many problems it has
     */
    record ConfigurationLoaded(boolean accepted, int problems) implements Event {}
}
