package dev.understudy.openai;

import dev.understudy.time.Deadline;
import dev.understudy.time.Ticker;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicReferenceArray;
import javax.net.ssl.SSLSocket;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Protocol;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One request on the wire: who waits for it and until when. The {@link Watchdog} looks at it every few milliseconds and
 * ends it by {@link Call#cancel()}; the call's own thread tells it by {@link #ending()}. As the call's event listener it
 * closes the gaps between two phases of connecting, in which OkHttp would not notice a cancel.
 */
final class Flight extends EventListener {

    /** Why a flight was ended before it landed. */
    enum Ending {
        /** Its deadline passed or was cancelled. */
        OVER,
        /** Its thread was interrupted. */
        INTERRUPTED,
        /** What it still wanted to read was not worth waiting for any longer. */
        IMPATIENT,
        /** Its client was closed. */
        CLOSED
    }

    /** What OkHttp and TLS have read, but not handed on yet: a segment of 8 KiB, a record of 16 KiB. */
    private static final long READ_AHEAD_BYTES = 32L << 10;

    private static final long NO_LIMIT = Long.MIN_VALUE;

    private static final int FLYING = 0;
    private static final int ENDING = 1;
    private static final int ENDED = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Flight.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Thread owner;
    private final Deadline deadline;
    private final Ticker ticker;
    private final Lines lines;
    private final MemoryBudget.Ration memory;

    private volatile int state = FLYING;
    private volatile @Nullable Call call;
    private volatile @Nullable Ending ending;
    private volatile long limitNanos = NO_LIMIT;

    // Only its own thread touches these: it reads HTTP/1 itself, and HTTP/2 is not counted.
    private int status;
    private @Nullable Line line;
    private long received;
    private long delivered;
    private boolean streams;
    private long forgiven;
    private @Nullable TooLarge excess;

    /** Where it is registered; written before the watchdog can see it. */
    private @Nullable AtomicReferenceArray<@Nullable Flight> bay;

    private int slot;

    Flight(Deadline deadline, Ticker ticker, Lines lines, MemoryBudget memory) {
        this.owner = Thread.currentThread();
        this.deadline = deadline;
        this.ticker = ticker;
        this.lines = lines;
        this.memory = memory.new Ration();
    }

    void carries(Call newCall) {
        call = newCall;
        if (state != FLYING) {
            newCall.cancel();
        }
    }

    void registered(AtomicReferenceArray<@Nullable Flight> inBay, int atSlot) {
        bay = inBay;
        slot = atSlot;
    }

    /** Takes it off the watchdog's list; the last thing that its own thread does. */
    void landed() {
        memory.release();
        AtomicReferenceArray<@Nullable Flight> registeredIn = bay;
        if (registeredIn != null) {
            registeredIn.setRelease(slot, null);
            bay = null;
        }
    }

    Thread owner() {
        return owner;
    }

    /** Returns why it was ended early, or null. */
    @Nullable
    Ending ending() {
        return ending;
    }

    /** Returns the status of the response, or 0 before there was one. */
    int status() {
        return status;
    }

    /**
     * Keeps its connection from being used again, after an answer that was no answer: what follows it may be the rest of
     * it. The streams of an HTTP/2 connection cannot be confused.
     */
    void distrustConnection() {
        Line used = line;
        if (used != null) {
            used.distrust();
        }
    }

    private static void close(Socket socket) {
        try {
            if (socket instanceof SSLSocket secure) {
                // close() would wait for the peer's farewell; this is seen by the pool just as well.
                secure.shutdownInput();
            } else {
                socket.close();
            }
        } catch (IOException alreadyBroken) {
            return;
        }
    }

    /** Returns what its response may take of the memory for responses. */
    MemoryBudget.Ration memory() {
        return memory;
    }

    /** Returns what was larger than it may be, or null. TLS hides it in an exception of its own. */
    @Nullable
    TooLarge excess() {
        return excess;
    }

    /**
     * Counts what came over its line.
     *
     * @throws TooLarge if there is more beside the body than there may be, or than there is memory for
     */
    void received(int bytes) throws TooLarge {
        received += bytes;
        long beside = received - delivered - forgiven - READ_AHEAD_BYTES;
        if (beside <= 0) {
            return;
        }
        try {
            if (streams && beside > Caps.HEADER_BYTES) {
                throw new TooLarge("with more than " + Caps.HEADER_BYTES + " bytes between two parts of its body");
            }
            if (streams) {
                return;
            }
            if (beside > Caps.HEADER_BYTES + Caps.FRAMING_PER_BODY_BYTE * delivered) {
                throw new TooLarge("with more than " + Caps.HEADER_BYTES + " bytes beside its body");
            }
            memory.atLeast(delivered * MemoryBudget.HEAP_PER_BODY_BYTE + beside * MemoryBudget.HEAP_PER_HEADER_BYTE);
        } catch (TooLarge e) {
            excess = e;
            throw e;
        }
    }

    /** Counts what has arrived as body of all that came over its line. */
    void delivered(long bytes) {
        delivered += bytes;
        if (streams) {
            forgiven = received - delivered;
        }
    }

    /**
     * Its body is read and forgotten from now on, and so is what stands beside it: that is bounded between any two parts of
     * the body, and not in all.
     */
    void streams() {
        streams = true;
    }

    /** Counts what is kept of a body that is read and forgotten. */
    void keeps(long heapBytes) throws TooLarge {
        memory.atLeast(heapBytes);
    }

    /** Gives what is still to be read less time than the deadline. */
    void hurry(long nanos) {
        limitNanos = ticker.nanoTime() + nanos;
    }

    /** Gives it all the time of the deadline again. */
    void takesItsTime() {
        limitNanos = NO_LIMIT;
    }

    /**
     * Looks whether it has to end, and ends it.
     *
     * @return nanoseconds until it has to; zero or less if it was ended
     */
    long check() {
        if (ending != null) {
            return 0;
        }
        long left = deadline.remainingNanos();
        if (left <= 0) {
            end(Ending.OVER);
            return 0;
        }
        if (owner.isInterrupted()) {
            end(Ending.INTERRUPTED);
            return 0;
        }
        long limit = limitNanos;
        if (limit != NO_LIMIT) {
            long patience = limit - ticker.nanoTime();
            if (patience <= 0) {
                end(Ending.IMPATIENT);
            }
            return Math.min(left, patience);
        }
        return left;
    }

    /** Ends it, if it has not ended yet: from now on every read and write of its thread fails. */
    void end(Ending why) {
        if (!STATE.compareAndSet(this, FLYING, ENDING)) {
            return;
        }
        ending = why;
        Call inFlight = call;
        if (inFlight != null) {
            inFlight.cancel();
        }
        state = ENDED;
    }

    /**
     * The whole body is there, and the connection is about to go back to the pool: from now on a cancel would hit whoever
     * takes it next. A cancel that has begun is waited for; it closes a socket, no more.
     */
    @Override
    public void responseBodyEnd(Call answered, long byteCount) {
        while (!STATE.compareAndSet(this, FLYING, ENDED) && state != ENDED) {
            Thread.onSpinWait();
        }
    }

    /**
     * Says whether its deadline or a limit passed, its thread was interrupted, or its client closed, and ends it if so: for
     * waits that the watchdog cannot end.
     */
    boolean isOver() {
        return check() <= 0;
    }

    @Override
    public void connectStart(Call starting, InetSocketAddress address, Proxy proxy) {
        // OkHttp has just begun to listen for cancels on this connection, and does not look back.
        failIfCancelled(starting);
    }

    @Override
    public void secureConnectStart(Call starting) {
        failIfCancelled(starting);
    }

    @Override
    public void connectionAcquired(Call connected, Connection acquired) {
        if (acquired.protocol() == Protocol.HTTP_2) {
            return;
        }
        Line acquiredLine = lines.of(acquired.socket());
        line = acquiredLine;
        if (acquiredLine == null) {
            return;
        }
        if (acquiredLine.isStale()) {
            close(acquired.socket());
            // Nothing was sent yet: OkHttp takes the next connection, or makes a new one.
            throw Flight.<RuntimeException>unchecked(new IOException("Stale"));
        }
        acquiredLine.occupy(this);
    }

    @Override
    public void connectionReleased(Call connected, Connection released) {
        Line releasedLine = line;
        if (releasedLine != null) {
            releasedLine.vacate();
        }
    }

    @Override
    public void responseHeadersEnd(Call answered, Response response) {
        status = response.code();
    }

    private static void failIfCancelled(Call starting) {
        if (starting.isCanceled()) {
            throw Flight.<RuntimeException>unchecked(new IOException("Canceled"));
        }
    }

    /** The signature of a listener's method allows no checked exception; its caller expects this one. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchecked(IOException exception) throws T {
        throw (T) exception;
    }
}
