package dev.understudy.openai;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection that tells the flight that uses it how much it reads. OkHttp caps the letters of headers, but neither
 * their number nor the length of what may stand beside a chunk's size: what is counted here is all that comes. It also
 * knows how long it was idle, and can tell whether the server has closed it meanwhile.
 */
final class Line extends Socket {

    /** So lately used, it may be taken for alive: servers keep idle connections for seconds at least. */
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Lines lines;

    /** What OkHttp speaks through: this, or the TLS socket around it. */
    private volatile Socket face = this;

    private volatile boolean distrusted;
    private volatile @Nullable Flight flight;
    private volatile long idleSince = System.nanoTime();
    private @Nullable InputStream input;

    Line(Lines lines) {
        this.lines = lines;
    }

    /** Puts TLS around it. */
    void wrappedIn(Socket secure) {
        face = secure;
    }

    /** Has it closed instead of used again. */
    void distrust() {
        distrusted = true;
    }

    /** Counts for a flight from now on. */
    void occupy(Flight newFlight) {
        flight = newFlight;
    }

    /** Counts for nobody. */
    void vacate() {
        flight = null;
        idleSince = System.nanoTime();
    }

    /**
     * Says whether an idle connection must not be used: it is distrusted, or the server has closed it or sent something
     * that nobody asked for. A server that keeps
     * connections for five seconds (uvicorn, and so vLLM) would make a failure of every call that comes after six.
     */
    boolean isStale() {
        if (distrusted) {
            return true;
        }
        if (System.nanoTime() - idleSince < FRESH_NANOS) {
            return false;
        }
        try {
            face.setSoTimeout(1);
            try {
                // Whatever comes, the end or a byte, should not be there; waiting in vain is as it should be.
                face.getInputStream().read();
                return true;
            } finally {
                face.setSoTimeout(0);
            }
        } catch (SocketTimeoutException silent) {
            return false;
        } catch (IOException broken) {
            return true;
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        InputStream metered = input;
        if (metered == null) {
            metered = new Metered(super.getInputStream());
            input = metered;
        }
        return metered;
    }

    @Override
    public void close() throws IOException {
        lines.forget(face);
        super.close();
    }

    private final class Metered extends FilterInputStream {

        Metered(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = in.read();
            if (read >= 0) {
                count(1);
            }
            return read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = in.read(bytes, offset, length);
            if (read > 0) {
                count(read);
            }
            return read;
        }

        private void count(int read) throws TooLarge {
            Flight counting = flight;
            if (counting != null) {
                counting.received(read);
            }
        }
    }
}
