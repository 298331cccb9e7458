package dev.understudy.tests.hostile;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One accepted socket. Only the selector's thread reads; the thread of the current exchange writes. The socket never
 * blocks, so that the server can look at any moment whether the peer is still there.
 */
final class Connection {

    private final HostileServer server;
    private final SocketChannel channel;
    private final int number;
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile long closedNanos;
    private volatile long closedByPeerNanos;

    // The selector's thread only.
    private final HttpRequest.Assembler assembler = new HttpRequest.Assembler();
    private final Queue<Attempt> waiting = new ArrayDeque<>();
    private @Nullable Attempt playing;
    private int requests;
    private boolean noHttp;

    Connection(HostileServer server, SocketChannel channel, int number) {
        this.server = server;
        this.channel = channel;
        this.number = number;
    }

    int number() {
        return number;
    }

    long closedNanos() {
        return closedNanos;
    }

    long closedByPeerNanos() {
        return closedByPeerNanos;
    }

    boolean isPlaying() {
        return playing != null;
    }

    /**
     * Reads what is there, and notices the peer's end. On the selector's thread.
     *
     * @return whether something came that must be dispatched
     */
    boolean read(ByteBuffer buffer) {
        boolean more = false;
        try {
            while (closedNanos == 0) {
                buffer.clear();
                int read = channel.read(buffer);
                if (read < 0) {
                    peerClosed();
                } else if (read == 0) {
                    break;
                } else {
                    assembler.add(buffer.array(), read);
                    more = true;
                }
            }
        } catch (IOException reset) {
            peerClosed();
        }
        return more;
    }

    /** Starts what has completely arrived. On the selector's thread. */
    void dispatch() {
        if (noHttp) {
            return;
        }
        if (assembler.isNoHttp()) {
            noHttp = true;
            server.log().noHttp(assembler.beginning());
            server.playNoHttp(this);
            return;
        }
        for (HttpRequest request = assembler.next(); request != null; request = assembler.next()) {
            waiting.add(server.arrived(request, this, ++requests));
        }
        playNext();
    }

    /** The current exchange is over. On the selector's thread. */
    void played() {
        playing = null;
        playNext();
    }

    private void playNext() {
        if (closedNanos != 0) {
            waiting.clear();
        } else if (playing == null) {
            playing = waiting.poll();
            if (playing != null) {
                server.play(new Exchange(this, playing));
            }
        }
    }

    private void peerClosed() {
        if (closedByPeerNanos == 0 && closedNanos == 0) {
            closedByPeerNanos = System.nanoTime();
            shut(Attempt.End.CLOSED_BY_PEER);
        }
    }

    /** The server goes down. */
    void stop() {
        shut(Attempt.End.SERVER_CLOSED);
    }

    private void shut(Attempt.End end) {
        if (playing != null) {
            playing.end(end);
        }
        waiting.forEach(attempt -> attempt.end(end));
        closed();
    }

    private void closed() {
        if (closedNanos == 0) {
            closedNanos = System.nanoTime();
        }
        gone.countDown();
        try {
            channel.close();
        } catch (IOException already) {
            // It is closed, which is all we want.
        }
        server.wakeup();
        server.log().changed();
    }

    // For the thread that plays
    // ------------------------------------------------------------------------------------------

    int write(ByteBuffer bytes) throws IOException {
        try {
            return channel.write(bytes);
        } catch (IOException closed) {
            // The selector's thread will see the same, and say who closed.
            server.wakeup();
            throw new PeerGoneException("The peer is gone: " + closed.getMessage());
        }
    }

    void pause(Duration time) throws IOException {
        try {
            if (gone.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new PeerGoneException("The peer is gone");
            }
        } catch (InterruptedException stopped) {
            throw new InterruptedIOException("The server is closing");
        }
    }

    void end(boolean reset) throws IOException {
        if (reset) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        closed();
    }
}
