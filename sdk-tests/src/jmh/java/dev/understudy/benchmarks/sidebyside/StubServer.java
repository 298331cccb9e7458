package dev.understudy.benchmarks.sidebyside;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.PriorityQueue;

/**
 * A model server on the loopback address, in a process of its own: one thread that holds ten thousand connections, so that it
 * takes as little as it can from the two cores that it shares with who is measured. The path says how it answers: see
 * {@link StubConnection}.
 */
public final class StubServer {

    /** The kernel takes the smaller of this and its own limit: ten thousand callers come at once. */
    private static final int BACKLOG = 8192;

    /** A stub that was forgotten ends by itself. */
    private static final long LIFE_NANOS = 30 * 60 * 1_000_000_000L;

    private final Selector selector = Selector.open();
    private final ServerSocketChannel server = ServerSocketChannel.open();
    private final PriorityQueue<Due> due = new PriorityQueue<>();
    private final IncidentLog incident = new IncidentLog();
    private long paceMillis = 1000;

    /** What is to be sent later. */
    private record Due(long atNanos, Runnable work) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            return Long.signum(atNanos - other.atNanos);
        }
    }

    private StubServer() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
    }

    /**
     * Starts on a free port, says which on standard output, and serves until its standard input ends.
     *
     * @param arguments none
     * @throws IOException if it cannot listen
     */
    public static void main(String[] arguments) throws IOException {
        StubServer stub = new StubServer();
        Thread whoStartedIt = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {}
            } catch (IOException gone) {
                // The same as the end.
            }
            System.exit(0);
        });
        whoStartedIt.setDaemon(true);
        whoStartedIt.start();
        System.out.println(((InetSocketAddress) stub.server.getLocalAddress()).getPort());
        stub.serve(System.nanoTime() + LIFE_NANOS);
    }

    private void serve(long untilNanos) throws IOException {
        while (System.nanoTime() - untilNanos < 0) {
            long now = System.nanoTime();
            for (Due next = due.peek(); next != null && next.atNanos - now <= 0; next = due.peek()) {
                due.poll().work.run();
            }
            Due next = due.peek();
            long nanos = next == null ? 1_000_000_000 : Math.max(0, next.atNanos - System.nanoTime());
            if (nanos == 0) {
                selector.selectNow(this::ready);
            } else {
                selector.select(this::ready, (nanos + 999_999) / 1_000_000);
            }
        }
    }

    private void ready(SelectionKey key) {
        if (key.isAcceptable()) {
            accept();
        } else {
            ((StubConnection) key.attachment()).read();
        }
    }

    private void accept() {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
                channel.configureBlocking(false);
                channel.socket().setTcpNoDelay(true);
                channel.register(selector, SelectionKey.OP_READ, new StubConnection(this, channel));
            }
        } catch (IOException e) {
            // Most likely out of descriptors; who connects sees it.
            System.err.println("The stub cannot accept: " + e);
        }
    }

    void later(long nanos, Runnable work) {
        due.add(new Due(System.nanoTime() + nanos, work));
    }

    IncidentLog incident() {
        return incident;
    }

    long paceMillis() {
        return paceMillis;
    }

    void pace(long millis) {
        paceMillis = millis;
    }

    /** From another process: lets {@code /wave} take so long from now on. */
    static void pace(String server, long millis) throws Exception {
        get(server + "/pace/" + millis);
    }

    /** From another process: what the incident's log says. */
    static String log(String server) throws Exception {
        return get(server + "/log");
    }

    private static String get(String url) throws Exception {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
