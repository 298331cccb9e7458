package dev.understudy.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/** A model server that answers whatever comes with the same bytes, one thread per connection. */
final class Stub {
    private static final String ANSWER = "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"m\","
            + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
            + "It is at your neighbour's. ".repeat(10)
            + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":60,\"completion_tokens\":70}}";
    private static final byte[] RESPONSE = ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                    + ANSWER.length() + "\r\n\r\n" + ANSWER)
            .getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket socket = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());

    private final long delayMillis;

    /**
     * Starts on a free port.
     *
     * @param delayMillis how long a model takes to answer
     */
    Stub(long delayMillis) throws IOException {
        this.delayMillis = delayMillis;
        daemon(() -> {
            while (true) {
                Socket accepted = socket.accept();
                accepted.setTcpNoDelay(true);
                daemon(() -> serve(accepted));
            }
        });
    }

    String baseUrl() {
        return "http://127.0.0.1:" + socket.getLocalPort() + "/v1";
    }

    void close() throws IOException {
        socket.close();
    }

    private void serve(Socket accepted) throws IOException {
        InputStream in = accepted.getInputStream();
        OutputStream out = accepted.getOutputStream();
        byte[] buffer = new byte[16_384];
        int length = 0;
        // Every request ends with its body, and every body with these two, which no head does.
        while (true) {
            int read = in.read(buffer, length, buffer.length - length);
            if (read < 0) {
                return;
            }
            length += read;
            if (buffer[length - 1] == '}' && buffer[length - 2] == ']') {
                length = 0;
                if (delayMillis > 0) {
                    LockSupport.parkNanos(delayMillis * 1_000_000);
                }
                out.write(RESPONSE);
            }
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void daemon(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException closed) {
                return;
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
