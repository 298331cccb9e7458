package dev.understudy.openai;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * Follows a stream to its end, which is not always that of its body: once the answer is complete, nobody waits long for what
 * may still come.
 */
final class StreamReading {

    /** After the last finish reason come the usage and {@code [DONE]}, or the end: at once, or never. */
    private static final long COMPLETE_PATIENCE_NANOS = 1_000_000_000;
    /** After {@code [DONE]} comes the end, mostly in the same packet; then the connection can be used again. */
    private static final long DONE_PATIENCE_NANOS = 50_000_000;

    private static final int BUFFER_BYTES = 8 << 10;

    private static final List<String> REFUSALS =
            List.of("stream_options", "extra inputs are not permitted", "extra_forbidden");

    private StreamReading() {}

    /**
     * Reads a stream.
     *
     * @param stream its bytes
     * @param answer hears its events, as they come
     * @param flight whose body it is
     * @return whether the body was read to its end: else its connection is of no use any more
     * @throws IOException what the stream failed with, unless the answer was complete by then
     */
    static boolean follow(AnswerStream stream, StreamedAnswer answer, Flight flight) throws IOException {
        flight.streams();
        stream.goOn(Caps.STREAM_BYTES, false);
        EventStream events = new EventStream(answer, Caps.EVENT_BYTES, Caps.EVENTS);
        byte[] buffer = new byte[BUFFER_BYTES];
        boolean hurried = false;
        try {
            for (int read = stream.read(buffer, 0, BUFFER_BYTES); read >= 0; ) {
                int used = events.accept(buffer, 0, read);
                flight.keeps(events.heldBytes() + MemoryBudget.HEAP_PER_BODY_BYTE * answer.keptBytes());
                if (answer.isDone()) {
                    flight.hurry(DONE_PATIENCE_NANOS);
                    return nothingFollows(stream, buffer, used, read);
                }
                if (answer.hasFailed()) {
                    return false;
                }
                if (hurried != answer.isComplete()) { // or not complete after all: another choice has begun
                    hurried = !hurried;
                    if (hurried) {
                        flight.hurry(COMPLETE_PATIENCE_NANOS);
                    } else {
                        flight.takesItsTime();
                    }
                }
                read = stream.read(buffer, 0, BUFFER_BYTES);
            }
            return true;
        } catch (IOException e) {
            boolean noMatter = flight.ending() == Flight.Ending.IMPATIENT
                    || (flight.ending() == null && stream.wireFailure() != null);
            if (answer.isComplete() && noMatter) {
                return false;
            }
            throw e;
        }
    }

    /** Reads on to the end, as long as there is nothing but the ends of lines. */
    private static boolean nothingFollows(AnswerStream stream, byte[] buffer, int from, int to) throws IOException {
        int at = from;
        for (int end = to; end >= 0; end = stream.read(buffer, 0, BUFFER_BYTES)) {
            for (; at < end; at++) {
                if (buffer[at] != '\n' && buffer[at] != '\r') {
                    return false;
                }
            }
            at = 0;
        }
        return true;
    }

    /** Says whether a server refuses to be asked for the usage of a stream. */
    static boolean refusesUsage(UpstreamError error) {
        String words = (error.message() + " " + error.codes()).toLowerCase(Locale.ROOT);
        return REFUSALS.stream().anyMatch(words::contains);
    }
}
