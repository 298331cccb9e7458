package dev.understudy.insight;

import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.time.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the calls of every agent were like: a listener to be asked. It counts on the callers' threads, without locks and without
 * garbage. Memory: under 1 MiB for each agent. Thread-safe.
 */
public final class Insight implements Listener {

    private final Ticker ticker;
    private final InstantSource wall;
    private final ConcurrentHashMap<String, AgentInsight> agents = new ConcurrentHashMap<>();

    /**
     * Starts with no agents.
     *
     * @param ticker the clock by which events are stamped
     * @param wall the clock of timelines and days
     */
    public Insight(Ticker ticker, InstantSource wall) {
        this.ticker = ticker;
        this.wall = wall;
    }

    /**
     * Looks at an agent from now on, or looks at it as it now is. Another candidate begins a new rollout.
     *
     * @param subject the agent, as the configuration in force names it
     */
    public void watch(Subject subject) {
        agents.computeIfAbsent(subject.agent(), name -> new AgentInsight(subject, ticker, wall))
                .watch(subject);
    }

    /**
     * Forgets all other agents.
     *
     * @param names who is not forgotten
     */
    public void retain(Set<String> names) {
        agents.keySet().retainAll(names);
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    @Override
    public void on(Event event) {
        if (event instanceof Event.CallFinished call) {
            AgentInsight agent = agents.get(call.agent());
            if (agent != null) {
                agent.count(call);
            }
        }
    }

    /** Puts away what is over; to be called every few seconds. */
    public void round() {
        agents.values().forEach(AgentInsight::round);
    }

    /**
     * Compares an agent's candidate with its baseline.
     *
     * @param agent the agent
     * @param window how far back to look: the shortest of 5 min, 1 h, 24 h and {@link Comparison#WHOLE_ROLLOUT} that covers it
     * @return both beside each other
     * @throws IllegalArgumentException if the window is not positive, or nobody watches this agent
     */
    public Comparison compare(String agent, Duration window) {
        return agent(agent).compare(window);
    }

    /**
     * Tells how an agent fared over time.
     *
     * @param agent the agent
     * @param back how far back to look: up to 30 min in points of 5 s, up to 6 h in points of 1 min, else 8 days in points of 10 min
     * @return the points, from the first of which anything is known to the current one
     * @throws IllegalArgumentException if the time is not positive, or nobody watches this agent
     */
    public Timeline timeline(String agent, Duration back) {
        return agent(agent).timeline(back);
    }

    private AgentInsight agent(String name) {
        AgentInsight agent = agents.get(name);
        if (agent == null) {
            throw new IllegalArgumentException("Nobody watches agent '" + name + "'; watched are " + agents.keySet());
        }
        return agent;
    }
}
