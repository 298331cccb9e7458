package dev.understudy.benchmarks.sidebyside;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * One client of the stub. Reads requests and answers by what their path says: {@code /delay/<ms>}, {@code
 * /stream/<tokens>/<ms between two>}, {@code /incident}, {@code /wave} after what {@code /pace/<ms>} said last, or {@code /log} for what
 * the incident's log says.
 */
final class StubConnection {

    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};
    private static final byte[] CANDIDATE = Incident.CANDIDATE.getBytes(StandardCharsets.US_ASCII);
    private static final int LARGEST_REQUEST = 1 << 16;

    private final StubServer stub;
    private final SocketChannel channel;
    private byte[] request = new byte[2048];
    private int length;
    private int bodyStarts;
    private int ends;

    /** Most requests of a connection begin with the same bytes, and these are understood only once. */
    private byte[] head = {};

    private int bodyLength;
    private Reply reply = () -> {};

    /** What is done for a request. */
    @FunctionalInterface
    private interface Reply {
        void send() throws IOException;
    }

    StubConnection(StubServer stub, SocketChannel channel) {
        this.stub = stub;
        this.channel = channel;
    }

    void read() {
        try {
            if (length == request.length) {
                if (length == LARGEST_REQUEST) {
                    throw new IOException("A request of more than " + LARGEST_REQUEST + " bytes");
                }
                request = Arrays.copyOf(request, 2 * length);
            }
            int count = channel.read(ByteBuffer.wrap(request, length, request.length - length));
            if (count < 0) {
                channel.close();
                return;
            }
            length += count;
            if (bodyStarts == 0 && hasHead()) {
                bodyStarts = head.length;
                ends = bodyStarts + bodyLength;
            }
            if (bodyStarts > 0 && length >= ends) {
                reply.send();
                length = 0;
                bodyStarts = 0;
            }
        } catch (IOException e) {
            close();
        }
    }

    /** Sees to it that {@link #head} and what follows from it are those of this request. */
    private boolean hasHead() throws IOException {
        if (head.length > 0 && length >= head.length && Arrays.equals(request, 0, head.length, head, 0, head.length)) {
            return true;
        }
        int end = indexOf(END_OF_HEAD, 0, length);
        if (end < 0) {
            return false;
        }
        String text = new String(request, 0, end, StandardCharsets.ISO_8859_1);
        bodyLength = contentLength(text.toLowerCase(Locale.ROOT));
        reply = reply(text.split(" ", 3)[1]);
        head = Arrays.copyOf(request, end + END_OF_HEAD.length);
        return true;
    }

    private static int contentLength(String head) throws IOException {
        int name = head.indexOf("\ncontent-length:");
        if (name < 0) {
            if (head.startsWith("get ")) {
                return 0;
            }
            throw new IOException("A request that does not say its length");
        }
        int start = name + "\ncontent-length:".length();
        int end = head.indexOf('\r', start);
        return Integer.parseInt(
                head.substring(start, end < 0 ? head.length() : end).strip());
    }

    private int indexOf(byte[] wanted, int from, int to) {
        for (int i = from; i <= to - wanted.length; i++) {
            if (Arrays.equals(request, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    private Reply reply(String path) throws IOException {
        String[] said = path.split("/", 5);
        return switch (said[1]) {
            case "delay" -> {
                long millis = Long.parseLong(said[2]);
                yield () -> afterMillis(millis, this::complete);
            }
            case "wave" -> () -> afterMillis(stub.paceMillis(), this::complete);
            case "pace" -> {
                long millis = Long.parseLong(said[2]);
                yield () -> {
                    stub.pace(millis);
                    send(Answers.plain("ok"));
                };
            }
            case "stream" -> {
                int tokens = Integer.parseInt(said[2]);
                long millis = Long.parseLong(said[3]);
                yield () -> {
                    send(Answers.streamHead());
                    stream(tokens, millis);
                };
            }
            case "incident" ->
                () -> afterMillis(stub.incident().millis(indexOf(CANDIDATE, bodyStarts, length) >= 0), this::complete);
            case "log" -> () -> send(Answers.plain(stub.incident().toString()));
            default -> throw new IOException("What does " + path + " mean?");
        };
    }

    private void afterMillis(long millis, Runnable work) {
        if (millis == 0) {
            work.run();
        } else {
            stub.later(millis * 1_000_000, work);
        }
    }

    private void complete() {
        trySend(Answers.completion());
    }

    private void stream(int tokens, long millisBetween) {
        if (tokens == 0) {
            trySend(Answers.streamEnd());
        } else if (trySend(Answers.streamToken())) {
            afterMillis(millisBetween, () -> stream(tokens - 1, millisBetween));
        }
    }

    /** Sends, unless the client has gone meanwhile. */
    private boolean trySend(ByteBuffer bytes) {
        try {
            send(bytes);
            return true;
        } catch (IOException gone) {
            close();
            return false;
        }
    }

    private void send(ByteBuffer bytes) throws IOException {
        channel.write(bytes);
        if (bytes.hasRemaining()) {
            throw new IOException("A client that does not read two kilobytes");
        }
    }

    private void close() {
        try {
            channel.close();
        } catch (IOException alreadyBroken) {
            return;
        }
    }
}
