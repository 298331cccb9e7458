package dev.understudy.openai;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Dns;
import org.jspecify.annotations.Nullable;

/**
 * Looks up addresses on a thread of its own, because Java's look-up can neither be bounded nor interrupted: whoever waits
 * for it does so no longer than its flight may take. All who ask for a host at the same time share one look-up, so that a
 * resolver that hangs costs one thread. Results are cached by the JDK, not here.
 */
final class BoundedDns implements Dns {

    /** A waiting thread is woken when the look-up ends, and looks at its deadline this often meanwhile. */
    private static final long LOOK_NANOS = 5_000_000;

    private final Dns resolver;
    private final Watchdog watchdog;
    private final ConcurrentMap<String, Lookup> underWay = new ConcurrentHashMap<>();

    /**
     * Bounds a resolver.
     *
     * @param resolver who knows the addresses
     * @param watchdog who knows the flight of the calling thread
     */
    BoundedDns(Dns resolver, Watchdog watchdog) {
        this.resolver = resolver;
        this.watchdog = watchdog;
    }

    @Override
    public List<InetAddress> lookup(String host) throws UnknownHostException {
        Flight flight = watchdog.current();
        Lookup lookup = join(host);
        while (!lookup.done) {
            if (flight != null && flight.isOver()) {
                throw new UnknownHostException("Time was over before the address was known");
            }
            LockSupport.parkNanos(lookup, LOOK_NANOS);
        }
        return lookup.result();
    }

    private Lookup join(String host) {
        Lookup mine = new Lookup(host);
        Lookup lookup = underWay.putIfAbsent(host, mine);
        if (lookup != null) {
            lookup.waiting.add(Thread.currentThread());
            return lookup;
        }
        mine.waiting.add(Thread.currentThread());
        Thread thread = new Thread(mine, "understudy-dns");
        thread.setDaemon(true);
        thread.start();
        return mine;
    }

    private final class Lookup implements Runnable {
        private final String host;
        private final Queue<Thread> waiting = new ConcurrentLinkedQueue<>();
        private @Nullable List<InetAddress> addresses;
        private @Nullable Throwable failure;
        private volatile boolean done;

        Lookup(String host) {
            this.host = host;
        }

        @Override
        public void run() {
            try {
                addresses = resolver.lookup(host);
            } catch (UnknownHostException | RuntimeException | Error e) {
                failure = e;
            } finally {
                underWay.remove(host, this);
                done = true;
                waiting.forEach(LockSupport::unpark);
            }
        }

        List<InetAddress> result() throws UnknownHostException {
            if (addresses != null) {
                return addresses;
            }
            UnknownHostException unknown = new UnknownHostException(host);
            if (failure != null) {
                unknown.initCause(failure);
            }
            throw unknown;
        }
    }
}
