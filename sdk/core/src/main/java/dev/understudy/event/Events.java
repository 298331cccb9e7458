package dev.understudy.event;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Where the stages of a call report, and the listeners behind it. Thread-safe; {@link #emit} neither throws nor blocks.
 */
public final class Events implements CallEvents, AutoCloseable {

    private final Listener[] listeners;
    private final List<ListenerQueue> queues = new ArrayList<>();
    private final @Nullable GuardedObserver observer;

    /**
     * Connects listeners.
     *
     * @param listeners who hears; one that {@linkplain Listener#mayBlock() may block} gets a queue
     * @param executor where queues are drained: one task at a time for each listener, only while it has events
     * @throws IllegalArgumentException if more than one of them is an {@link Observer}
     */
    public Events(List<Listener> listeners, Executor executor) {
        this.listeners = new Listener[listeners.size()];
        GuardedObserver follows = null;
        for (int i = 0; i < this.listeners.length; i++) {
            GuardedListener guarded = new GuardedListener(listeners.get(i));
            if (listeners.get(i) instanceof Observer each) {
                if (follows != null) {
                    throw new IllegalArgumentException("One observer follows the calls of a registry, not two: "
                            + each.getClass().getName() + " is the second");
                }
                follows = new GuardedObserver(each, guarded);
            }
            Listener listener = guarded;
            if (listeners.get(i).mayBlock()) {
                ListenerQueue queue = new ListenerQueue(listener, executor);
                queues.add(queue);
                listener = queue;
            }
            this.listeners[i] = listener;
        }
        this.observer = follows;
    }

    /**
     * Lets whoever observes calls follow one that begins now, on the caller's thread.
     *
     * @param agent the agent
     * @return where the call reports; this, where nobody follows it
     */
    public CallEvents callStarted(String agent) {
        return observer == null ? this : observer.callStarted(agent, this);
    }

    /** Nobody follows. */
    @Override
    public void enter() {}

    /** Nobody follows. */
    @Override
    public CallObservation.@Nullable Attempt attempt(String model) {
        return null;
    }

    /** Nobody follows. */
    @Override
    public CallEvents branch() {
        return this;
    }

    /**
     * Tells everybody.
     *
     * @param event what happened
     */
    @Override
    public void emit(Event event) {
        for (Listener listener : listeners) {
            listener.on(event);
        }
    }

    /**
     * Tells everybody which readings there are.
     *
     * @param readings all of them
     */
    public void observe(List<Reading> readings) {
        for (Listener listener : listeners) {
            listener.observe(readings);
        }
    }

    /**
     * Tells everybody which models there are.
     *
     * @param destinations all of them
     */
    public void configured(List<Destination> destinations) {
        for (Listener listener : listeners) {
            listener.configured(destinations);
        }
    }

    /**
     * Counts what listeners missed because they were too slow for too long.
     *
     * @return events dropped by full queues
     */
    public long dropped() {
        return queues.stream().mapToLong(ListenerQueue::dropped).sum();
    }

    /**
     * Counts what listeners have still to hear.
     *
     * @return events in queues, and those being delivered from there
     */
    public int pending() {
        return queues.stream().mapToInt(ListenerQueue::pending).sum();
    }

    /** Stops queues from taking more; what they hold is still delivered. Idempotent. */
    @Override
    public void close() {
        queues.forEach(ListenerQueue::close);
    }
}
