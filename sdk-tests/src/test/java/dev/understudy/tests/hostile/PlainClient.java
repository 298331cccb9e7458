package dev.understudy.tests.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A client that knows nothing of HTTP but how to ask, so that nothing repairs what the server does. */
final class PlainClient implements AutoCloseable {

    private final Socket socket;

    PlainClient(HostileServer server) throws IOException {
        socket = new Socket("127.0.0.1", server.port());
        socket.setSoTimeout(5_000);
    }

    PlainClient within(Duration patience) throws IOException {
        socket.setSoTimeout((int) patience.toMillis());
        return this;
    }

    PlainClient ask(String model) throws IOException {
        return ask(model, "Authorization: Bearer k\r\n");
    }

    PlainClient ask(String model, String headers) throws IOException {
        byte[] body = ("{\"model\":" + Completions.quote(model)
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"What is it?\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        return send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n" + headers + "Content-Length: "
                + body.length + "\r\n\r\n" + new String(body, StandardCharsets.UTF_8));
    }

    PlainClient send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    /** What comes until the server ends the connection properly. */
    String readAll() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** What comes until a reset; fails if the end is a proper one. */
    String readUntilReset() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                all.write(next);
            }
        } catch (SocketException reset) {
            return all.toString(StandardCharsets.ISO_8859_1);
        }
        throw new AssertionError("The server ended the connection without a reset");
    }

    /** What comes until that text. */
    String readUntil(String end) throws IOException {
        StringBuilder all = new StringBuilder();
        while (!all.toString().endsWith(end)) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new AssertionError("The server ended the connection after " + all);
            }
            all.append((char) next);
        }
        return all.toString();
    }

    /** One whole answer that says how long it is. */
    String readAnswer() throws IOException {
        String head = readUntil("\r\n\r\n");
        int length = Integer.parseInt(head.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
        return head + new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    /** How many bytes come, up to a limit. */
    long count(long limit) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[64 * 1024];
        long count = 0;
        while (count < limit) {
            int read = in.read(buffer);
            if (read < 0) {
                break;
            }
            count += read;
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
