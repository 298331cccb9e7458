package dev.understudy.insight;

import dev.understudy.error.StoreException;
import dev.understudy.event.Event;
import dev.understudy.event.Listener;
import dev.understudy.event.RolloutReason;
import dev.understudy.store.RolloutStore;
import dev.understudy.time.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the calls of every agent were like: a listener to be asked. It counts on the callers' threads, without locks and without
 * garbage. Memory: under 1 MiB for each agent. Thread-safe.
 */
public final class Insight implements Listener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Insight.class);
    private static final long WRITE_NANOS = 10_000_000_000L;

    private final Ticker ticker;
    private final InstantSource wall;
    private final RolloutStore store;
    private final ConcurrentHashMap<String, AgentInsight> agents = new ConcurrentHashMap<>();
    /** What has been logged: a store that fails every few seconds must not fill the log. */
    private final Set<String> complaints = ConcurrentHashMap.newKeySet();

    /** When it is time to write again, by the ticker. */
    private long writeAtNanos;

    /**
     * Starts with no agents.
     *
     * @param ticker the clock by which events are stamped
     * @param wall the clock of timelines and days
     * @param store where days and timelines outlive the process
     */
    public Insight(Ticker ticker, InstantSource wall, RolloutStore store) {
        this.ticker = ticker;
        this.wall = wall;
        this.store = store;
        this.writeAtNanos = ticker.nanoTime() + WRITE_NANOS;
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
        } else if (event instanceof Event.RolloutChanged changed
                && changed.decision().reason() == RolloutReason.RESET) {
            AgentInsight agent = agents.get(changed.decision().agent());
            if (agent != null) {
                agent.startAfresh(changed.decision().candidate());
            }
        }
    }

    /**
     * Goes on where another process, or this one before its restart, left off: reads what is stored of agents for which that was
     * not done yet. By one thread at a time, as {@link #round()}.
     */
    public void load() {
        agents.values().forEach(agent -> withStore(() -> agent.load(store)));
    }

    /**
     * Puts away what is over, and writes it down when that is due; to be called every few seconds, by one thread at a time.
     */
    public void round() {
        long now = ticker.nanoTime();
        boolean due = now - writeAtNanos >= 0;
        if (due) {
            writeAtNanos = now + WRITE_NANOS;
        }
        for (AgentInsight agent : agents.values()) {
            agent.round();
            withStore(() -> {
                if (due) {
                    agent.save(store);
                } else {
                    agent.load(store);
                }
            });
        }
    }

    /** Writes down everything; after the last round. */
    @Override
    public void close() {
        for (AgentInsight agent : agents.values()) {
            agent.end();
            withStore(() -> agent.save(store));
        }
    }

    /** Whatever is wrong with the store, calls are counted, and what is known is told. */
    private void withStore(Runnable work) {
        try {
            work.run();
        } catch (StoreException | IllegalArgumentException failed) {
            if (complaints.add(failed.getClass() + ": " + failed.getMessage())) {
                LOG.error(
                        "Insight cannot be kept: {}. Calls are counted in memory meanwhile; this is not logged again",
                        failed.getMessage());
            }
        }
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

    /**
     * Answers an agent's experiment.
     *
     * @param agent the agent
     * @return accept, reject or go on, with the table of criteria
     * @throws IllegalArgumentException if nobody watches this agent
     */
    public ExperimentResult experiment(String agent) {
        return agent(agent).experiment();
    }

    /**
     * Returns how an agent's calls ended.
     *
     * @param agent the agent
     * @return the last minute's counts; {@link RecentOutcomes#NONE} where there were no calls
     */
    public RecentOutcomes recent(String agent) {
        AgentInsight known = agents.get(agent);
        return known == null ? RecentOutcomes.NONE : known.recent();
    }

    /**
     * Tells what an agent's calls of the last minute were like.
     *
     * @param agent the agent
     * @return what was seen until now
     * @throws IllegalArgumentException if nobody watches this agent
     */
    public Minute lastMinute(String agent) {
        return agent(agent).lastMinute();
    }

    private AgentInsight agent(String name) {
        AgentInsight agent = agents.get(name);
        if (agent == null) {
            throw new IllegalArgumentException("Nobody watches agent '" + name + "'; watched are " + agents.keySet());
        }
        return agent;
    }
}
