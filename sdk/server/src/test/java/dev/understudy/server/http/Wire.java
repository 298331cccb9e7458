package dev.understudy.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A client that says to a server what no well-behaved client would. */
public final class Wire implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;

    public Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /** Says it and returns all that comes until the other side closes. */
    public static String answer(int port, String... lines) throws IOException {
        try (Wire wire = new Wire(port)) {
            return wire.say(lines).rest();
        }
    }

    /** A GET as a decent client says it, save the given lines. */
    public static String get(int port, String path, String... headers) throws IOException {
        try (Wire wire = new Wire(port)) {
            return wire.sayHead("GET " + path, port, headers).say("").rest();
        }
    }

    /** A change as an operator asks for it. */
    public static String post(int port, String path, String json, String token) throws IOException {
        return answer(
                port,
                "POST " + path + " HTTP/1.1",
                "Host: localhost",
                "Connection: close",
                "Authorization: Bearer " + token,
                "X-Understudy-Change: 1",
                "Content-Type: application/json",
                "Content-Length: " + json.length(),
                "",
                json);
    }

    /** Sends lines, each with its end. */
    public Wire say(String... lines) throws IOException {
        return send(String.join("\r\n", lines) + "\r\n");
    }

    private Wire sayHead(String what, int port, String... headers) throws IOException {
        say(what + " HTTP/1.1", "Host: 127.0.0.1:" + port, "Connection: close");
        for (String header : headers) {
            say(header);
        }
        return this;
    }

    public Wire send(String text) throws IOException {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (SocketException closed) {
            // whoever is not listened to reads that
        }
        return this;
    }

    /** What comes until the other side closes, however it closes. */
    public String rest() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(all);
        } catch (SocketException reset) {
            // what came before it counts
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** What comes up to and with a text. */
    public String until(String end) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(end) < 0) {
            int read = in.read();
            if (read < 0) {
                throw new IOException("It ended after: " + seen);
            }
            seen.append((char) read);
        }
        return seen.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
