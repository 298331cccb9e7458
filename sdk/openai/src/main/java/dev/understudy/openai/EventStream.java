package dev.understudy.openai;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes bytes and gives events, after the grammar of WHATWG (HTML, section 9.2.6, "Interpreting an event stream"): lines end
 * with CR LF, LF or CR, a byte order mark at the beginning is dropped, the lines of {@code data} are joined by line feeds,
 * comments, {@code id}, {@code retry} and unknown fields mean nothing, and an event that its stream cuts before the empty
 * line is none. Where the bytes are split makes no difference. Used by one thread.
 *
 * <p>Data stays what it came as: bytes of UTF-8. A line that lies in one piece of input is read where it lies.
 */
final class EventStream {

    /** Hears the events of one stream. */
    interface Handler {

        /**
         * Hears an event.
         *
         * @param type what it calls itself, or null where it says nothing, which means {@code message}
         * @param data bytes that are valid until this returns
         * @param length how many of them, from the first
         * @return whether more is wanted; what follows is not looked at then
         */
        boolean event(@Nullable String type, byte[] data, int length) throws IOException;
    }

    private static final int SMALL = 1024;
    private static final int BOM_LENGTH = 3;
    private static final byte[] DATA = {'d', 'a', 't', 'a'};
    private static final byte[] EVENT = {'e', 'v', 'e', 'n', 't'};
    /** A longer name of a type is nobody's: those that mean something are {@code message} and {@code error}. */
    private static final int MAX_TYPE_LENGTH = 64;

    private final Handler handler;
    private final int mostBytes;
    private final int mostEvents;

    /** The beginning of a line whose end has not come. */
    private byte[] line = new byte[SMALL];

    private int lineLength;

    /** The data of the event so far, each line with its line feed. */
    private byte[] data = new byte[SMALL];

    private int dataLength;
    private @Nullable String type;

    private boolean afterCarriageReturn;
    private boolean begun;
    private boolean wanted = true;
    private int events;

    /**
     * Begins a stream.
     *
     * @param handler hears its events
     * @param mostBytes most bytes of one line, and of one event's data
     * @param mostEvents most events
     */
    EventStream(Handler handler, int mostBytes, int mostEvents) {
        this.handler = handler;
        this.mostBytes = mostBytes;
        this.mostEvents = mostEvents;
    }

    /** Returns the bytes of memory that it holds. */
    int heldBytes() {
        return line.length + data.length;
    }

    /**
     * Takes the next bytes.
     *
     * @param bytes where they are
     * @param offset the first
     * @param end the one behind the last
     * @return the one behind the last that was looked at: less than {@code end} where the handler wants no more
     * @throws TooLarge if a line, an event, or their number is over its bound
     * @throws IOException what the handler throws
     */
    int accept(byte[] bytes, int offset, int end) throws IOException {
        int start = offset;
        int at = offset;
        while (at < end && wanted) {
            byte b = bytes[at];
            if (b == '\n' && afterCarriageReturn) {
                afterCarriageReturn = false;
                start = ++at;
            } else if (b == '\n' || b == '\r') {
                afterCarriageReturn = b == '\r';
                endLine(bytes, start, at);
                start = ++at;
            } else {
                afterCarriageReturn = false;
                at++;
            }
        }
        if (wanted && start < end) {
            keep(bytes, start, end);
        }
        return at;
    }

    private void endLine(byte[] bytes, int start, int end) throws IOException {
        if (lineLength == 0) {
            checkLine(end - start);
            line(bytes, start, end);
            return;
        }
        keep(bytes, start, end);
        int length = lineLength;
        lineLength = 0;
        line(line, 0, length);
    }

    private void keep(byte[] bytes, int start, int end) throws TooLarge {
        checkLine((long) lineLength + end - start);
        line = roomFor(line, lineLength + end - start);
        System.arraycopy(bytes, start, line, lineLength, end - start);
        lineLength += end - start;
    }

    private void line(byte[] bytes, int start, int end) throws IOException {
        int from = start;
        if (!begun) {
            begun = true;
            from += startsWithBom(bytes, start, end) ? BOM_LENGTH : 0;
        }
        if (from == end) {
            dispatch();
            return;
        }
        int colon = from;
        while (colon < end && bytes[colon] != ':') {
            colon++;
        }
        int value = Math.min(colon + 1, end);
        if (value < end && bytes[value] == ' ') {
            value++;
        }
        if (Arrays.equals(bytes, from, colon, DATA, 0, DATA.length)) {
            addData(bytes, value, end);
        } else if (Arrays.equals(bytes, from, colon, EVENT, 0, EVENT.length)) {
            type = end - value <= MAX_TYPE_LENGTH ? new String(bytes, value, end - value, StandardCharsets.UTF_8) : "";
        }
    }

    private void addData(byte[] bytes, int start, int end) throws TooLarge {
        long length = (long) dataLength + end - start + 1;
        if (length > mostBytes + 1L) {
            throw new TooLarge("with an event larger than " + mostBytes + " bytes");
        }
        data = roomFor(data, (int) length);
        System.arraycopy(bytes, start, data, dataLength, end - start);
        dataLength = (int) length;
        data[dataLength - 1] = '\n';
    }

    private void dispatch() throws IOException {
        int length = dataLength;
        String named = type;
        dataLength = 0;
        type = null;
        if (length == 0) {
            return;
        }
        if (++events > mostEvents) {
            throw new TooLarge("with more than " + mostEvents + " events");
        }
        wanted = handler.event(named == null || named.isEmpty() ? null : named, data, length - 1);
    }

    private void checkLine(long length) throws TooLarge {
        // The name of a field and the blank behind it are no data.
        if (length > mostBytes + 8L) {
            throw new TooLarge("with a line longer than " + mostBytes + " bytes");
        }
    }

    private static boolean startsWithBom(byte[] bytes, int start, int end) {
        return end - start >= BOM_LENGTH
                && bytes[start] == (byte) 0xef
                && bytes[start + 1] == (byte) 0xbb
                && bytes[start + 2] == (byte) 0xbf;
    }

    private static byte[] roomFor(byte[] bytes, int length) {
        return length <= bytes.length ? bytes : Arrays.copyOf(bytes, Math.max(length, 2 * bytes.length));
    }
}
