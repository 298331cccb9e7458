package dev.understudy.throttle;

import dev.understudy.time.Parking;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Lets a test say what happens while its one thread sleeps: each sleep runs the next action and ends. So interleavings of
 * several threads are played on one, exactly.
 */
final class ScriptedParking implements Parking {

    private final ArrayDeque<Runnable> script = new ArrayDeque<>();
    private final List<Thread> woken = new ArrayList<>();

    /** What happens during the next sleep that has no action yet. */
    ScriptedParking then(Runnable action) {
        script.add(action);
        return this;
    }

    /** Who was woken, in order. */
    List<Thread> woken() {
        return woken;
    }

    @Override
    public void park(Object blocker, long nanos) {
        script.remove().run();
    }

    @Override
    public void unpark(Thread thread) {
        woken.add(thread);
    }
}
