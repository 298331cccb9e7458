package dev.understudy.event;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listener whose failures stay here: logged at the first, second, fourth, eighth … time, and forgotten. */
final class GuardedListener implements Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Events.class);

    private final Listener listener;
    private final AtomicLong failures = new AtomicLong();

    GuardedListener(Listener listener) {
        this.listener = listener;
    }

    @Override
    public void on(Event event) {
        try {
            listener.on(event);
        } catch (Throwable broken) { // whatever a listener does, the call goes on
            complain(broken);
        }
    }

    @Override
    public void observe(List<Reading> readings) {
        try {
            listener.observe(readings);
        } catch (Throwable broken) { // as above
            complain(broken);
        }
    }

    @Override
    public void configured(List<Destination> destinations) {
        try {
            listener.configured(destinations);
        } catch (Throwable broken) { // as above
            complain(broken);
        }
    }

    void complain(Throwable broken) {
        long count = failures.incrementAndGet();
        if ((count & (count - 1)) == 0) {
            // The class only: a foreign message might quote anything.
            LOG.warn(
                    "Listener {} failed with {} ({} times so far); no call is affected",
                    listener.getClass().getName(),
                    broken.getClass().getName(),
                    count);
        }
    }
}
