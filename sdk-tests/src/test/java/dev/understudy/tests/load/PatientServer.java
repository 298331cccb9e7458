package dev.understudy.tests.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model server on 127.0.0.1 that keeps any number of requests waiting on one thread: until {@linkplain #gather so many are
 * there}, {@linkplain #after for a while}, {@linkplain #hold for ever}, or not at all. A stream hears its first word at
 * once, and the rest when it is answered.
 *
 * <p>Its counts are exact. A request is in flight from the moment at which it has been read until just before its answer is
 * written, so nobody who sends the next one because of that answer is counted beside it. And before requests that were read
 * together are counted, all that was closed by then has been noticed.
 */
final class PatientServer implements AutoCloseable {

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");
    private static final Pattern MODEL = Pattern.compile("\"model\":\"([^\"]*)\"");
    private static final byte[] ANSWER = answer();
    private static final byte[] STREAM_BEGINS =
            ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Here \"}}]}\n\n"))
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STREAM_ENDS = (chunk(
                            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"I am.\"}}]}\n\n"
                                    + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                                    + "data: [DONE]\n\n")
                    + "0\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    private final Selector selector;
    private final ServerSocketChannel acceptor;
    private final int port;
    private final Thread thread;
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Deque<Due> due = new ArrayDeque<>();
    /** Guarded by this, like what is in it. */
    private final Map<String, Tally> tallies = new HashMap<>();

    private int connections;
    private volatile boolean stopped;

    /** What was seen of one model. */
    static final class Tally {
        private final Deque<Visit> held = new ArrayDeque<>();
        private int requests;
        private int inFlight;
        private int peak;
        private int abandoned;
        private long latestAbandonedNanos;
        /** How many have to be there; 0 answers at once. */
        private int gathers;

        private long afterNanos;
    }

    /** One connection. */
    private static final class Visit {
        final SocketChannel channel;
        final ByteArrayOutputStream read = new ByteArrayOutputStream(1024);
        /** What it waits for, or null. */
        Tally waits;

        boolean streams;

        Visit(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /** Somebody's answer, when it is time. */
    private record Due(long nanos, Visit visit, Tally tally) {}

    private PatientServer() throws IOException {
        selector = Selector.open();
        acceptor = ServerSocketChannel.open();
        // As many may knock at the same moment as the system allows.
        acceptor.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 16_384);
        acceptor.configureBlocking(false);
        acceptor.register(selector, SelectionKey.OP_ACCEPT);
        port = ((InetSocketAddress) acceptor.getLocalAddress()).getPort();
        thread = new Thread(this::run, "patient-server");
        thread.setDaemon(true);
    }

    static PatientServer start() {
        try {
            PatientServer server = new PatientServer();
            server.thread.start();
            return server;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    URI baseUrl() {
        return URI.create("http://127.0.0.1:" + port + "/v1");
    }

    // What it is told ------------------------------------------------------------------------------------------------

    /** Begins to count anew; nobody of this model may be in flight. */
    synchronized PatientServer forget(String model) {
        tallies.remove(model);
        return this;
    }

    /** Answers nobody until so many are in flight at once; from then on everybody. */
    synchronized PatientServer gather(String model, int number) {
        tally(model).gathers = number;
        return this;
    }

    /** Answers nobody until {@linkplain #release told}. */
    PatientServer hold(String model) {
        return gather(model, Integer.MAX_VALUE);
    }

    /** Answers each after this time; for one model only. */
    synchronized PatientServer after(String model, Duration time) {
        tally(model).afterNanos = time.toNanos();
        return this;
    }

    /** Answers everybody, now and from now on. */
    void release(String model) {
        tasks.add(() -> {
            synchronized (this) {
                Tally tally = tally(model);
                tally.gathers = 0;
                answerAll(tally);
            }
        });
        selector.wakeup();
    }

    // What it saw ----------------------------------------------------------------------------------------------------

    synchronized int requests(String model) {
        return tally(model).requests;
    }

    synchronized int inFlight(String model) {
        return tally(model).inFlight;
    }

    /** Most requests in flight at once. */
    synchronized int peak(String model) {
        return tally(model).peak;
    }

    /** Requests whose connection was closed before they were answered. */
    synchronized int abandoned(String model) {
        return tally(model).abandoned;
    }

    /** When the latest of them was. */
    synchronized long latestAbandonedNanos(String model) {
        return tally(model).latestAbandonedNanos;
    }

    /** Open now. */
    synchronized int connections() {
        return connections;
    }

    /** Waits until what it saw is so. */
    synchronized boolean await(BooleanSupplier seen, Duration atMost) throws InterruptedException {
        long until = System.nanoTime() + atMost.toNanos();
        while (!seen.getAsBoolean()) {
            long left = (until - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    @Override
    public void close() {
        stopped = true;
        selector.wakeup();
        try {
            thread.join(10_000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // Its thread -----------------------------------------------------------------------------------------------------

    private void run() {
        try (selector;
                acceptor) {
            List<Visit> heard = new ArrayList<>();
            while (!stopped) {
                Due next = due.peek();
                selector.select(next == null ? 0 : Math.max(1, (next.nanos - System.nanoTime()) / 1_000_000));
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                heard.clear();
                for (SelectionKey key : selector.selectedKeys()) {
                    if (key.isAcceptable()) {
                        accept();
                    } else if (key.isReadable() && hears((Visit) key.attachment())) {
                        heard.add((Visit) key.attachment());
                    }
                }
                selector.selectedKeys().clear();
                for (Visit visit : heard) {
                    serve(visit);
                }
                answerWhoIsDue();
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.selectNow(); // really closes what was cancelled
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void accept() throws IOException {
        for (SocketChannel channel = acceptor.accept(); channel != null; channel = acceptor.accept()) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_READ, new Visit(channel));
            synchronized (this) {
                connections++;
                notifyAll();
            }
        }
    }

    /** Reads what is there; returns whether there was something. */
    private boolean hears(Visit visit) throws IOException {
        int read;
        try {
            buffer.clear();
            read = visit.channel.read(buffer);
        } catch (IOException reset) {
            read = -1;
        }
        if (read < 0) {
            visit.channel.close();
            synchronized (this) {
                connections--;
                if (visit.waits != null) {
                    visit.waits.inFlight--;
                    visit.waits.abandoned++;
                    visit.waits.latestAbandonedNanos = System.nanoTime();
                    visit.waits = null;
                }
                notifyAll();
            }
            return false;
        }
        visit.read.write(buffer.array(), 0, read);
        return read > 0;
    }

    private void serve(Visit visit) throws IOException {
        String text = visit.read.toString(StandardCharsets.UTF_8);
        int head = text.indexOf("\r\n\r\n");
        Matcher length = LENGTH.matcher(text);
        if (head < 0 || !length.find() || text.length() - head - 4 < Integer.parseInt(length.group(1))) {
            return; // the rest is still to come
        }
        visit.read.reset();
        Matcher model = MODEL.matcher(text);
        if (!model.find()) {
            throw new IOException("A request without a model");
        }
        visit.streams = text.indexOf("\"stream\":true", head) >= 0;
        synchronized (this) {
            Tally tally = tally(model.group(1));
            tally.requests++;
            tally.inFlight++;
            tally.peak = Math.max(tally.peak, tally.inFlight);
            visit.waits = tally;
            if (visit.streams) {
                write(visit, STREAM_BEGINS);
            }
            if (tally.afterNanos > 0) {
                due.add(new Due(System.nanoTime() + tally.afterNanos, visit, tally));
            } else if (tally.gathers == 0) {
                answer(visit);
            } else {
                tally.held.add(visit);
                if (tally.inFlight >= tally.gathers) {
                    tally.gathers = 0;
                    answerAll(tally);
                }
            }
            notifyAll();
        }
    }

    private void answerWhoIsDue() throws IOException {
        for (Due next = due.peek(); next != null && next.nanos <= System.nanoTime(); next = due.peek()) {
            due.remove();
            synchronized (this) {
                if (next.visit.waits == next.tally) {
                    answer(next.visit);
                }
                notifyAll();
            }
        }
    }

    private void answerAll(Tally tally) {
        try {
            for (Visit visit = tally.held.poll(); visit != null; visit = tally.held.poll()) {
                if (visit.waits == tally) {
                    answer(visit);
                }
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        notifyAll();
    }

    private static void answer(Visit visit) throws IOException {
        visit.waits.inFlight--;
        visit.waits = null;
        write(visit, visit.streams ? STREAM_ENDS : ANSWER);
    }

    private static void write(Visit visit, byte[] bytes) throws IOException {
        try {
            if (visit.channel.write(ByteBuffer.wrap(bytes)) < bytes.length) {
                throw new IllegalStateException("A few hundred bytes did not fit into an empty socket");
            }
        } catch (IOException gone) {
            // Seen as closed when it is read next.
        }
    }

    private Tally tally(String model) {
        return tallies.computeIfAbsent(model, name -> new Tally());
    }

    private static byte[] answer() {
        String body = "{\"id\":\"c1\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":"
                + "{\"role\":\"assistant\",\"content\":\"Here I am.\"},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}";
        return ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                        + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static String chunk(String body) {
        return Integer.toHexString(body.length()) + "\r\n" + body + "\r\n";
    }
}
