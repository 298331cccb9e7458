package dev.understudy.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Reads the bodies of requests: none longer than its cap, and all together within one more. Thread-safe. */
final class Bodies {

    private static final int FIRST_BYTES = 8 * 1024;
    /** Twice the longest body that any endpoint takes: whoever is not heard out sees a broken connection, and sends it again. */
    private static final int DISCARDED_BYTES = 32 << 20;

    private final long most;
    private final AtomicLong held = new AtomicLong();

    Bodies(long most) {
        this.most = most;
    }

    /** What one visit holds, until it is over. Not thread-safe. */
    final class Share implements AutoCloseable {
        private long bytes;

        /**
         * Reads a body to its end.
         *
         * @param declared its length as the head has it; negative where it does not
         * @param cap the most that is taken
         */
        byte[] read(InputStream in, long declared, int cap) throws IOException {
            if (declared > cap) {
                throw tooLong(in, cap);
            }
            long expected = declared < 0 ? FIRST_BYTES : declared;
            byte[] buffer = room(new byte[0], (int) Math.min(FIRST_BYTES, expected));
            int length = 0;
            while (true) {
                int read = in.read(buffer, length, buffer.length - length);
                if (read < 0) {
                    return length == buffer.length ? buffer : Arrays.copyOf(buffer, length);
                }
                length += read;
                if (length == buffer.length) {
                    int next = in.read();
                    if (next < 0) {
                        return buffer;
                    }
                    if (length == cap) {
                        throw tooLong(in, cap);
                    }
                    buffer = room(buffer, (int) Math.min(cap, 2L * length));
                    buffer[length++] = (byte) next;
                }
            }
        }

        /** Grows step by step with what has come: who announces much holds nothing yet. */
        private byte[] room(byte[] before, int length) {
            long more = (long) length - before.length;
            if (held.addAndGet(more) > most) {
                held.addAndGet(-more);
                throw new Refusal(503, "Too much is being sent at once; try again", Map.of("Retry-After", "1"));
            }
            bytes += more;
            return Arrays.copyOf(before, length);
        }

        @Override
        public void close() {
            held.addAndGet(-bytes);
            bytes = 0;
        }
    }

    /** Bytes that are held now. */
    long held() {
        return held.get();
    }

    /** Listens a while longer, for most clients hear an answer only when they have said everything. */
    private static Refusal tooLong(InputStream in, int cap) throws IOException {
        byte[] ignored = new byte[FIRST_BYTES];
        int left = DISCARDED_BYTES;
        while (left > 0) {
            int read = in.read(ignored, 0, Math.min(left, ignored.length));
            if (read < 0) {
                break;
            }
            left -= read;
        }
        return new Refusal(413, "A body here has at most " + cap + " bytes");
    }
}
