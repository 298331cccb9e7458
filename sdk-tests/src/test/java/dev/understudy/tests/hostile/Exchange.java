package dev.understudy.tests.hostile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One request and the raw socket to answer it on. It belongs to the thread that plays the fault. Every method throws as
 * soon as the peer is known to have gone, so that no fault outlives its client.
 */
public final class Exchange {

    private static final int SLICE = 64 * 1024;

    private final Connection connection;
    private final Attempt attempt;

    Exchange(Connection connection, Attempt attempt) {
        this.connection = connection;
        this.attempt = attempt;
    }

    Connection connection() {
        return connection;
    }

    /** What was asked. */
    public Attempt attempt() {
        return attempt;
    }

    /** How many requests this connection has brought, this one included. */
    public int requestOfConnection() {
        return attempt.requestOfConnection();
    }

    /** Writes bytes that are not the last ones of the answer. */
    public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
    }

    /** Writes text, in ISO 8859-1, that is not the end of the answer. */
    public void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Writes part of an array. */
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int end = offset + length;
        for (int at = offset; at < end; ) {
            // In slices: the system copies all that it is offered, whether it takes it or not.
            int written = connection.write(ByteBuffer.wrap(bytes, at, Math.min(end - at, SLICE)));
            attempt.wrote(written);
            at += written;
            if (written == 0) {
                // The peer does not read: wait for room, or for its end.
                pause(Duration.ofMillis(1));
            }
        }
    }

    /**
     * Writes the last bytes of the answer. The attempt counts as over just before they leave: once the client has them it
     * may send the next request, which must not be counted beside this one.
     */
    public void finish(byte[] bytes) throws IOException {
        attempt.end(Attempt.End.ANSWERED);
        write(bytes);
    }

    /** Writes the last characters of the answer. */
    public void finish(String text) throws IOException {
        finish(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Writes one byte at a time, each after a pause, the last one as the end of the answer. */
    public void drip(byte[] bytes, Duration every) throws IOException {
        for (int i = 0; i < bytes.length; i++) {
            pause(every);
            if (i == bytes.length - 1) {
                attempt.end(Attempt.End.ANSWERED);
            }
            write(bytes, i, 1);
        }
    }

    /** Waits. */
    public void pause(Duration time) throws IOException {
        connection.pause(time);
    }

    /** Says nothing more, until the peer goes away or the server is closed. */
    public void stall() throws IOException {
        while (true) {
            pause(Duration.ofHours(1));
        }
    }

    /** Ends the connection with a TCP reset. */
    public void reset() throws IOException {
        attempt.end(Attempt.End.CUT);
        connection.end(true);
    }

    /** Ends the connection properly, after what was written. */
    public void close() throws IOException {
        attempt.end(Attempt.End.CUT);
        connection.end(false);
    }
}
