package dev.understudy.testing;

import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.event.Listener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers every event, on the thread that it happened on. */
public final class RecordedEvents implements Listener {

    private final List<Event> all = new CopyOnWriteArrayList<>();

    @Override
    public void on(Event event) {
        all.add(event);
    }

    @Override
    public boolean mayBlock() {
        return false;
    }

    /** Everything heard so far, in order. */
    public List<Event> all() {
        return List.copyOf(all);
    }

    /** What was heard of one kind, in order. */
    public <E extends Event> List<E> of(Class<E> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** Where stages report, with this as the only listener. */
    public Events asEvents() {
        return new Events(List.of(this), Runnable::run);
    }
}
