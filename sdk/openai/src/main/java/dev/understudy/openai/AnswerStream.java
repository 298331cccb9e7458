package dev.understudy.openai;

import java.io.IOException;
import java.io.InputStream;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.GzipSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a body, unpacked and counted: it fails when they are more than the cap, packed or unpacked, and remembers
 * whether it was the wire that failed or only what came over it. Closing it leaves the body alone.
 */
final class AnswerStream extends InputStream {

    private static final int MOST_BLANKS = 1024;

    private final BufferedSource source;
    private final boolean packed;
    private final Flight flight;
    private long cap;
    private boolean kept = true;

    private long count;
    private @Nullable IOException wireFailure;

    /**
     * Opens a body.
     *
     * @param body what comes over the wire
     * @param packed whether it is gzip
     * @param cap most bytes, packed and unpacked
     * @param flight whose body it is
     */
    AnswerStream(ResponseBody body, boolean packed, long cap, Flight flight) {
        this.packed = packed;
        this.cap = cap;
        this.flight = flight;
        this.source = packed ? Okio.buffer(new GzipSource(new Wire(body.source()))) : body.source();
    }

    /** Goes on with another cap; what is read and forgotten takes no memory. */
    void goOn(long newCap, boolean isKept) {
        cap = newCap;
        kept = isKept;
    }

    /** Says whether the body begins as JSON does, and no event stream; waits for its first letter, and reads nothing. */
    boolean beginsLikeJson() throws IOException {
        try {
            for (long i = 0; i < MOST_BLANKS && source.request(i + 1); i++) {
                byte b = source.getBuffer().getByte(i);
                if (!isBeforeJson(b)) {
                    return b == '{' || b == '[';
                }
            }
        } catch (IOException e) {
            if (!packed) {
                wireFailure = e;
            }
            throw e;
        }
        return false;
    }

    /** Blanks, byte order marks, and the other half of a character in UTF-16. */
    private static boolean isBeforeJson(byte b) {
        return switch (b & 0xff) {
            case ' ', '\t', '\r', '\n', 0, 0xef, 0xbb, 0xbf, 0xfe, 0xff -> true;
            default -> false;
        };
    }

    /** Returns what the wire failed with, or null if it did not. */
    @Nullable
    IOException wireFailure() {
        return wireFailure;
    }

    /** Returns the bytes read so far, unpacked. */
    long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read;
        try {
            read = source.read(bytes, offset, length);
        } catch (IOException e) {
            if (!packed) {
                wireFailure = e;
            }
            throw e;
        }
        if (read > 0) {
            count += read;
            check(count);
            if (!packed) {
                flight.delivered(read);
            }
        }
        return read;
    }

    private void check(long bytes) throws TooLarge {
        if (bytes > cap) {
            throw new TooLarge("larger than " + cap + " bytes");
        }
        if (kept) {
            flight.memory().atLeast(bytes * MemoryBudget.HEAP_PER_BODY_BYTE);
        }
    }

    /** What comes over the wire before it is unpacked: a name in a gzip header may be as long as it likes. */
    private final class Wire extends ForwardingSource {
        private long bytes;

        Wire(BufferedSource delegate) {
            super(delegate);
        }

        @Override
        public long read(Buffer sink, long byteCount) throws IOException {
            long read;
            try {
                read = super.read(sink, byteCount);
            } catch (IOException e) {
                wireFailure = e;
                throw e;
            }
            if (read > 0) {
                bytes += read;
                check(bytes);
                flight.delivered(read);
            }
            return read;
        }
    }
}
