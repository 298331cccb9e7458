package dev.understudy.tests.hostile;

import static dev.understudy.tests.hostile.Attempt.End.CLOSED_BY_PEER;
import static dev.understudy.tests.hostile.Attempt.End.OPEN;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** What the server saw: the truth about attempts, keys, concurrency and connections. Thread-safe. */
public final class ServerLog {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final Map<String, Integer> inFlight = new HashMap<>();
    private final Map<String, Integer> peaks = new HashMap<>();
    private final List<String> unreadable = new ArrayList<>();
    private int requests;

    /** Every request so far, in the order of arrival. */
    public List<Attempt> attempts() {
        lock.lock();
        try {
            return List.copyOf(attempts);
        } finally {
            lock.unlock();
        }
    }

    /** Every request so far for one model. */
    public List<Attempt> attempts(String model) {
        return attempts().stream()
                .filter(attempt -> attempt.model().equals(model))
                .toList();
    }

    /** The most requests for one model that were in flight at once. */
    public int peak(String model) {
        lock.lock();
        try {
            return peaks.getOrDefault(model, 0);
        } finally {
            lock.unlock();
        }
    }

    /** Requests for one model in flight now. */
    public int inFlight(String model) {
        lock.lock();
        try {
            return inFlight.getOrDefault(model, 0);
        } finally {
            lock.unlock();
        }
    }

    /** Connections accepted so far. */
    public int connections() {
        lock.lock();
        try {
            return connections.size();
        } finally {
            lock.unlock();
        }
    }

    /** Connections that nobody has closed yet. */
    public int openConnections() {
        lock.lock();
        try {
            return (int) connections.stream()
                    .filter(connection -> connection.closedNanos() == 0)
                    .count();
        } finally {
            lock.unlock();
        }
    }

    /** The beginnings of what came and was no HTTP request, such as a TLS hello. */
    public List<String> unreadable() {
        lock.lock();
        try {
            return List.copyOf(unreadable);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the attempts so far; connections, and what is in flight, stay known. */
    public void clear() {
        lock.lock();
        try {
            attempts.clear();
            peaks.clear();
            unreadable.clear();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the log says something.
     *
     * @param condition looked at after each change
     * @param within at most this long
     * @return whether it came true
     */
    public boolean await(BooleanSupplier condition, Duration within) {
        long until = System.nanoTime() + within.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                // A bound on each wait, for conditions that look at more than this log.
                changed.await(Math.min(left, 20_000_000L), TimeUnit.NANOSECONDS);
            }
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for the server's log", interrupted);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until that many requests for a model have come. */
    public boolean awaitAttempts(String model, int count, Duration within) {
        return await(() -> attempts(model).size() >= count, within);
    }

    /** Waits until no connection is open. */
    public boolean awaitNoConnections(Duration within) {
        return await(() -> openConnections() == 0, within);
    }

    // Written by the server
    // --------------------------------------------------------------------------------------------

    void accepted(Connection connection) {
        lock.lock();
        try {
            connections.add(connection);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    Attempt arrived(HttpRequest request, Connection connection, int ofConnection, String model) {
        lock.lock();
        try {
            // Sent and given up before we looked: it came, but it is not in flight beside anything.
            boolean gone = connection.closedByPeerNanos() != 0;
            int now = gone ? 0 : inFlight.merge(model, 1, Integer::sum);
            peaks.merge(model, now, Math::max);
            Attempt attempt = new Attempt(
                    request, connection, this, ++requests, ofConnection, model, now, gone ? CLOSED_BY_PEER : OPEN);
            attempts.add(attempt);
            changed.signalAll();
            return attempt;
        } finally {
            lock.unlock();
        }
    }

    void end(Attempt attempt, Attempt.End how) {
        lock.lock();
        try {
            if (attempt.ended() == OPEN) {
                attempt.markEnded(how);
                inFlight.merge(attempt.model(), -1, Integer::sum);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    void noHttp(String beginning) {
        lock.lock();
        try {
            unreadable.add(beginning);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void changed() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
