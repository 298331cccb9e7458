package dev.understudy.tests.hostile;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** One request as the server saw it. Thread-safe; times are readings of {@link System#nanoTime()}. */
public final class Attempt {

    /** How the exchange ended, as the server saw it. */
    public enum End {
        /** Not yet. */
        OPEN,
        /** The whole answer was written, however hostile it was. */
        ANSWERED,
        /** The server ended the connection on purpose, before a whole answer. */
        CUT,
        /** The client closed the connection before it had a whole answer. */
        CLOSED_BY_PEER,
        /** The server was closed meanwhile. */
        SERVER_CLOSED
    }

    private final HttpRequest request;
    private final Connection connection;
    private final ServerLog log;
    private final int number;
    private final int requestOfConnection;
    private final String model;
    private final int concurrency;
    private final long arrivedNanos = System.nanoTime();
    private final AtomicLong bytesWritten = new AtomicLong();
    private volatile End end;
    private volatile long endedNanos;

    Attempt(
            HttpRequest request,
            Connection connection,
            ServerLog log,
            int number,
            int requestOfConnection,
            String model,
            int concurrency,
            End end) {
        this.request = request;
        this.connection = connection;
        this.log = log;
        this.number = number;
        this.requestOfConnection = requestOfConnection;
        this.model = model;
        this.concurrency = concurrency;
        this.end = end;
        this.endedNanos = end == End.OPEN ? 0 : arrivedNanos;
    }

    /** Counts all requests to the server, from 1. */
    public int number() {
        return number;
    }

    /** Counts the requests of this connection, from 1: 2 and more were sent on a reused one. */
    public int requestOfConnection() {
        return requestOfConnection;
    }

    /** The {@code model} of the request; empty where there was none. */
    public String model() {
        return model;
    }

    /** The request's path. */
    public String path() {
        return request.path();
    }

    /** When the last byte of the request had come. */
    public long arrivedNanos() {
        return arrivedNanos;
    }

    /** How many requests for this model were in flight when this one came, itself included. */
    public int concurrency() {
        return concurrency;
    }

    /** The headers in their order, names in lower case. */
    public List<Map.Entry<String, String>> headers() {
        return request.headers();
    }

    /** The first header of that name, given in lower case. */
    public Optional<String> header(String name) {
        return request.header(name);
    }

    /** Whether a key came along, in any of the headers that providers look at. */
    public boolean keyArrived() {
        return header("authorization").isPresent()
                || header("api-key").isPresent()
                || header("x-api-key").isPresent();
    }

    /** The request's body. */
    public String body() {
        return new String(request.body(), StandardCharsets.UTF_8);
    }

    /** Bytes of the request's head and body. */
    public long bytesRead() {
        return request.size();
    }

    /** Bytes of the answer that the system took. */
    public long bytesWritten() {
        return bytesWritten.get();
    }

    /** How it ended. */
    public End ended() {
        return end;
    }

    /** When it ended. Zero until then. */
    public long endedNanos() {
        return endedNanos;
    }

    /** When the client closed the connection that this came on. Zero until then. */
    public long closedByPeerNanos() {
        return connection.closedByPeerNanos();
    }

    /** When the connection was closed, by whomever. Zero until then. */
    public long connectionClosedNanos() {
        return connection.closedNanos();
    }

    /** From the request's arrival to the end. */
    public Duration duration() {
        return Duration.ofNanos(endedNanos - arrivedNanos);
    }

    HttpRequest request() {
        return request;
    }

    void wrote(int bytes) {
        bytesWritten.addAndGet(bytes);
    }

    void end(End how) {
        log.end(this, how);
    }

    /** Under the log's lock: nobody sees it ended and still counted. */
    void markEnded(End how) {
        endedNanos = System.nanoTime();
        end = how;
    }

    @Override
    public String toString() {
        return "#" + number + " " + model + " on connection " + connection.number() + ", " + end + " after "
                + (endedNanos == 0 ? "?" : String.valueOf(duration().toMillis())) + " ms, " + bytesWritten
                + " bytes written";
    }
}
