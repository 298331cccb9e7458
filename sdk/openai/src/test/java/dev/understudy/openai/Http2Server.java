package dev.understudy.openai;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** As much HTTP/2 (RFC 9113) as it takes to be asked and to answer, or not to. */
final class Http2Server implements AutoCloseable {

    /** What is done with a request once it is there. */
    @FunctionalInterface
    interface Script {
        void answer(Stream stream) throws IOException;
    }

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private final SSLServerSocket socket;
    private final Script script;
    private final Set<SSLSocket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger resets = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();

    Http2Server(Script script) {
        this.script = script;
        try {
            socket = (SSLServerSocket) Keys.servers().createServerSocket(0, 64, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        daemon(this::accept);
    }

    URI baseUrl() {
        return URI.create("https://localhost:" + socket.getLocalPort() + "/v1");
    }

    int connections() {
        return connections.get();
    }

    /** How many streams the client gave up. */
    int resets() {
        return resets.get();
    }

    int requests() {
        return requests.get();
    }

    private void accept() {
        try {
            while (true) {
                SSLSocket accepted = (SSLSocket) socket.accept();
                connections.incrementAndGet();
                open.add(accepted);
                daemon(() -> serve(accepted));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void serve(SSLSocket accepted) {
        try (accepted) {
            DataInputStream in = new DataInputStream(accepted.getInputStream());
            Connection connection = new Connection(accepted.getOutputStream());
            in.readFully(new byte[24]);
            connection.frame(SETTINGS, 0, 0, new byte[0]);
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                byte[] payload = new byte[length];
                in.readFully(payload);
                if (type == SETTINGS && flags == 0) {
                    connection.frame(SETTINGS, ACK, 0, new byte[0]);
                } else if (type == PING && flags == 0) {
                    connection.frame(PING, ACK, 0, payload);
                } else if (type == RST_STREAM) {
                    resets.incrementAndGet();
                } else if (type == DATA && (flags & END_STREAM) != 0) {
                    requests.incrementAndGet();
                    daemon(() -> answer(new Stream(connection, stream, accepted)));
                }
            }
        } catch (IOException closed) {
            return;
        } finally {
            open.remove(accepted);
        }
    }

    private void answer(Stream stream) {
        try {
            script.answer(stream);
        } catch (IOException gone) {
            return;
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "http2");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (SSLSocket each : open) {
                each.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Connection(OutputStream out) {
        synchronized void frame(int type, int flags, int stream, byte[] payload) throws IOException {
            ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
            frame.putInt(payload.length << 8 | type)
                    .put((byte) flags)
                    .putInt(stream)
                    .put(payload);
            out.write(frame.array());
            out.flush();
        }
    }

    /** One request, to be answered. */
    record Stream(Connection connection, int id, SSLSocket socket) {

        void respond(int status, String body) throws IOException {
            headers(status);
            data(body, true);
        }

        /** The header {@code :status}, as a literal with the name of index 8 (RFC 7541, appendix A). */
        void headers(int status) throws IOException {
            byte[] digits = String.valueOf(status).getBytes(StandardCharsets.US_ASCII);
            byte[] block = {8, 3, digits[0], digits[1], digits[2]};
            connection.frame(HEADERS, END_HEADERS, id, block);
        }

        void data(String content, boolean last) throws IOException {
            connection.frame(DATA, last ? END_STREAM : 0, id, content.getBytes(StandardCharsets.UTF_8));
        }

        void reset() throws IOException {
            connection.frame(RST_STREAM, 0, id, new byte[] {0, 0, 0, 2});
        }
    }
}
