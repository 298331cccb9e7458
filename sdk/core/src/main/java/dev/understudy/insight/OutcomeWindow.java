package dev.understudy.insight;

import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.Outcome;
import dev.understudy.time.Ticker;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of each agent ended in the last minute: a listener to be asked. Thread-safe, without locks; a call costs
 * one reading of the clock and one atomic addition. Memory: under 1 KiB for each agent.
 */
public final class OutcomeWindow implements Listener {

    private static final int CELLS = Outcome.values().length;

    private final Ticker ticker;
    private final ConcurrentHashMap<String, RecentCounts> agents = new ConcurrentHashMap<>();

    /**
     * Starts with no calls.
     *
     * @param ticker the clock by which a minute passes
     */
    public OutcomeWindow(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.CallFinished call && saysSomething(call)) {
            long now = call.atNanos();
            RecentCounts counts = agents.get(call.agent());
            if (counts == null) {
                counts = agents.computeIfAbsent(call.agent(), agent -> new RecentCounts(CELLS, now));
            }
            counts.increment(call.outcome().ordinal(), now);
        }
    }

    /**
     * Forgets all other agents, such as those that no configuration names any more.
     *
     * @param known the agents that are kept
     */
    public void retain(Set<String> known) {
        agents.keySet().retainAll(known);
    }

    /**
     * Returns how an agent's calls ended.
     *
     * @param agent the agent
     * @return the last minute's counts; {@link RecentOutcomes#NONE} where there were no calls
     */
    public RecentOutcomes recent(String agent) {
        RecentCounts counts = agents.get(agent);
        if (counts == null) {
            return RecentOutcomes.NONE;
        }
        long[] sums = counts.sums(ticker.nanoTime());
        return new RecentOutcomes(
                sums[Outcome.SUCCESS.ordinal()], sums[Outcome.DEGRADED.ordinal()], sums[Outcome.ERROR.ordinal()]);
    }

    private static boolean saysSomething(Event.CallFinished call) {
        return !call.explicit()
                && switch (call.outcome()) {
                    case SUCCESS, DEGRADED -> true;
                    case ERROR -> !isCallersFault(call.failure());
                    case CANCELLED -> false;
                };
    }

    private static boolean isCallersFault(@Nullable FailureKind failure) {
        return failure == FailureKind.INVALID_REQUEST
                || failure == FailureKind.CONTEXT_LENGTH
                || failure == FailureKind.CONTENT_FILTER;
    }
}
