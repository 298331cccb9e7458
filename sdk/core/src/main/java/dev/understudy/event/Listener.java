package dev.understudy.event;

import java.util.List;

/**
 * Hears what happens. Whatever a listener throws is logged and forgotten, and by default it is called on a thread of its
 * own, behind a bounded queue: no listener changes the outcome or the duration of a call.
 */
@FunctionalInterface
public interface Listener {

    /**
     * Hears an event.
     *
     * @param event what happened
     */
    void on(Event event);

    /**
     * Learns which readings there are, after each load of the configuration; earlier readings not among them are gone.
     *
     * @param readings everything that can be read at any time
     */
    default void observe(List<Reading> readings) {}

    /**
     * Learns which models there are, before each load of the configuration comes into force. Attempts on earlier ones may
     * still be under way.
     *
     * @param destinations where requests for each model go
     */
    default void configured(List<Destination> destinations) {}

    /**
     * Says whether {@link #on} might wait for anything: I/O, a lock, a queue. One that does not is called on the caller's
     * thread, concurrently, without the cost of a queue.
     *
     * @return whether it may block; default: true
     */
    default boolean mayBlock() {
        return true;
    }
}
