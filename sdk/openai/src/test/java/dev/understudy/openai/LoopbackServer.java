package dev.understudy.openai;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/** An HTTP/1.1 server on bare sockets that does what a script says, also what a server must not do. */
final class LoopbackServer implements AutoCloseable {

    /** What is done with a request. */
    @FunctionalInterface
    interface Script {
        void answer(Request request, Wire wire) throws Exception;
    }

    /** A request as it came. */
    record Request(String line, Map<String, String> headers, String body) {}

    private final ServerSocket socket;
    private final String scheme;
    private final Script script;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    LoopbackServer(Script script) {
        this(ServerSocketFactory.getDefault(), "http", script);
    }

    private LoopbackServer(ServerSocketFactory sockets, String scheme, Script script) {
        this.scheme = scheme;
        this.script = script;
        try {
            socket = sockets.createServerSocket(0, 512, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon("accept", this::accept);
    }

    /** The same with TLS around it. */
    static LoopbackServer secure(Script script) {
        return new LoopbackServer(Keys.servers(), "https", script);
    }

    /** Answers every request with the same status and body. */
    static LoopbackServer answering(int status, String body) {
        return new LoopbackServer((request, wire) -> wire.respond(status, body));
    }

    URI baseUrl() {
        String host = scheme.equals("https") ? "localhost" : "127.0.0.1";
        return URI.create(scheme + "://" + host + ":" + socket.getLocalPort() + "/v1");
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    int connections() {
        return connections.get();
    }

    int openConnections() {
        return open.size();
    }

    /** Closes what is open, as a server does with what was idle for long. */
    void closeConnections() {
        try {
            for (Socket each : open) {
                each.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                accepted.setTcpNoDelay(true);
                connections.incrementAndGet();
                open.add(accepted);
                daemon("serve", () -> serve(accepted));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket accepted) {
        try (accepted) {
            Wire wire = new Wire(accepted);
            Request request;
            while ((request = wire.readRequest()) != null) {
                requests.add(request);
                script.answer(request, wire);
            }
        } catch (Exception e) {
            // The client went away, or the script said so.
        } finally {
            open.remove(accepted);
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, "loopback-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket each : open) {
                each.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One connection, seen from the server. */
    static final class Wire {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private int requests;

        Wire(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        /** How many requests came over this connection. */
        int requests() {
            return requests;
        }

        private Request readRequest() throws IOException {
            String line = readLine();
            if (line == null) {
                return null;
            }
            requests++;
            Map<String, String> headers = new LinkedHashMap<>();
            String header;
            while ((header = readLine()) != null && !header.isEmpty()) {
                int colon = header.indexOf(':');
                headers.put(
                        header.substring(0, colon).toLowerCase(Locale.ROOT),
                        header.substring(colon + 1).strip());
            }
            byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
            return new Request(line, headers, new String(body, StandardCharsets.UTF_8));
        }

        private String readLine() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int b;
            while ((b = in.read()) != '\n') {
                if (b < 0) {
                    return null;
                }
                if (b != '\r') {
                    line.write(b);
                }
            }
            return line.toString(StandardCharsets.UTF_8);
        }

        /** A proper response. */
        void respond(int status, String body, String... headers) throws IOException {
            respond(status, body.getBytes(StandardCharsets.UTF_8), headers);
        }

        void respond(int status, byte[] body, String... headers) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Whatever\r\n");
            head.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(body.length)
                    .append("\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            head.append("\r\n");
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            whole.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
            whole.writeBytes(body);
            send(whole.toByteArray());
        }

        void send(String raw) throws IOException {
            send(raw.getBytes(StandardCharsets.UTF_8));
        }

        void send(byte[] raw) throws IOException {
            out.write(raw);
            out.flush();
        }

        /** Closes with a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        void close() throws IOException {
            socket.close();
        }

        /** Stays silent until the client closes; whatever it still sends is thrown away. */
        void awaitClose(CountDownLatch closed) {
            try {
                byte[] rest = new byte[8192];
                while (in.read(rest) >= 0) {
                    // Not interested.
                }
            } catch (IOException e) {
                // A reset closes, too.
            }
            closed.countDown();
        }
    }
}
