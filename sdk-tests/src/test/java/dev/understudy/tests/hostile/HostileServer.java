package dev.understudy.tests.hostile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model server on 127.0.0.1 that does to each request what it is told to: by {@link #script}, else by the request's
 * {@code model} where that begins with {@code fault:} (see {@link Faults}), else it answers properly.
 *
 * <p>One thread accepts and reads everything, a pool plays the faults. That is what makes the log exact: before a request
 * is counted, the reading thread looks whether any other connection has been closed by its client, so that one that was
 * closed before this request was sent is never counted beside it.
 */
public final class HostileServer implements AutoCloseable {

    /** What a proper answer says unless it is told otherwise; it holds a word that is found wherever it leaks to. */
    public static final String TEXT = "A proper answer to ANSWER-CANARY-h3Nq7dYw";

    private static final AtomicInteger SERVERS = new AtomicInteger();

    private final ServerLog log = new ServerLog();
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final Map<String, Fault> named = new ConcurrentHashMap<>();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    private final ExecutorService players;
    private final Selector selector;
    private final ServerSocketChannel acceptor;
    private final Thread thread;
    private final int port;
    private volatile boolean stopped;

    private HostileServer() throws IOException {
        String name = "hostile-server-" + SERVERS.incrementAndGet();
        players = Executors.newCachedThreadPool(work -> daemon(work, name + "-player"));
        selector = Selector.open();
        acceptor = ServerSocketChannel.open();
        acceptor.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 1024);
        acceptor.configureBlocking(false);
        acceptor.register(selector, SelectionKey.OP_ACCEPT);
        port = ((InetSocketAddress) acceptor.getLocalAddress()).getPort();
        thread = daemon(this::run, name);
    }

    /** Starts a server on a free port. */
    public static HostileServer start() {
        try {
            HostileServer server = new HostileServer();
            server.thread.start();
            return server;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** The {@code base_url} of a provider. */
    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + port + "/v1");
    }

    /** What the server saw. */
    public ServerLog log() {
        return log;
    }

    /**
     * Says what happens to the next requests for a model: each plays the next fault, and the last one stays.
     *
     * @param model as it stands in the request
     * @param faults at least one
     * @return this
     */
    public HostileServer script(String model, Fault... faults) {
        scripts.put(model, new Script(List.of(faults)));
        return this;
    }

    /** As {@link #script(String, Fault...)}, with faults by name. */
    public HostileServer script(String model, String... faults) {
        return script(model, List.of(faults).stream().map(Fault::named).toArray(Fault[]::new));
    }

    /** Goes down at once: every connection is closed, and the port refuses. Idempotent. */
    @Override
    public void close() {
        stopped = true;
        selector.wakeup();
        try {
            thread.join(5_000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        players.shutdownNow();
    }

    // The reading thread
    // -----------------------------------------------------------------------------------------------

    private void run() {
        try (selector;
                acceptor) {
            while (!stopped) {
                selector.select(100);
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                Iterator<SelectionKey> ready = selector.selectedKeys().iterator();
                while (ready.hasNext()) {
                    SelectionKey key = ready.next();
                    ready.remove();
                    serve(key);
                }
                open.removeIf(connection -> connection.closedNanos() != 0);
            }
            open.forEach(Connection::stop);
            selector.selectNow(); // really closes what was cancelled
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void serve(SelectionKey key) throws IOException {
        try {
            if (key.isAcceptable()) {
                accept();
            } else if (key.isReadable()) {
                Connection connection = (Connection) key.attachment();
                connection.read(buffer);
                connection.dispatch();
            }
        } catch (CancelledKeyException closed) {
            // By the thread that plays, just now.
        }
    }

    private void accept() throws IOException {
        for (SocketChannel channel = acceptor.accept(); channel != null; channel = acceptor.accept()) {
            channel.configureBlocking(false);
            try {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            } catch (IOException gone) {
                channel.close();
                continue;
            }
            Connection connection = new Connection(this, channel, log.connections() + 1);
            open.add(connection);
            log.accepted(connection);
            channel.register(selector, SelectionKey.OP_READ, connection);
        }
    }

    Attempt arrived(HttpRequest request, Connection connection, int ofConnection) {
        // Whoever closed before this request was sent is not in flight beside it.
        for (Connection other : open) {
            if (other != connection && other.isPlaying() && other.read(buffer)) {
                tasks.add(other::dispatch);
                wakeup();
            }
        }
        String model = RequestBody.read(request.body()).model();
        return log.arrived(request, connection, ofConnection, model);
    }

    void play(Exchange exchange) {
        String model = exchange.attempt().model();
        Script script = scripts.get(model);
        // Chosen here, so that the order of the script is the order of the log.
        Fault scripted = script == null ? null : script.next();
        players.execute(() -> {
            try {
                (scripted != null ? scripted : named(model)).play(exchange);
                exchange.attempt().end(Attempt.End.ANSWERED);
            } catch (IOException gone) {
                // Where the reading thread has not noticed yet, this is how we learn it.
                exchange.attempt().end(Attempt.End.CLOSED_BY_PEER);
            } finally {
                tasks.add(exchange.connection()::played);
                wakeup();
            }
        });
    }

    /** Somebody speaks another protocol: answers in a third one. */
    void playNoHttp(Connection connection) {
        players.execute(() -> {
            try {
                connection.write(ByteBuffer.wrap(Faults.GARBAGE));
                connection.end(false);
            } catch (IOException gone) {
                // As it wants.
            }
        });
    }

    private Fault named(String model) {
        if (!model.startsWith(Faults.PREFIX)) {
            return Faults.ANSWER;
        }
        try {
            return named.computeIfAbsent(model, Fault::named); // some are made of megabytes
        } catch (IllegalArgumentException unknown) {
            // A test with a typing error must fail loudly, whatever the client makes of this status.
            return exchange ->
                    exchange.finish(Reply.of(477, "{\"error\":{\"message\":\"" + unknown.getMessage() + "\"}}")
                            .bytes());
        }
    }

    void wakeup() {
        selector.wakeup();
    }

    /** Faults in order; the last one stays. */
    private static final class Script {
        private final List<Fault> faults;
        private final AtomicInteger next = new AtomicInteger();

        Script(List<Fault> faults) {
            if (faults.isEmpty()) {
                throw new IllegalArgumentException("A script has at least one fault");
            }
            this.faults = faults;
        }

        Fault next() {
            return faults.get(next.getAndUpdate(i -> Math.min(i + 1, faults.size() - 1)));
        }
    }
}
