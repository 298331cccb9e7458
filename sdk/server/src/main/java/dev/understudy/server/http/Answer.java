package dev.understudy.server.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is said to a request: whole, or piece by piece. */
public sealed interface Answer {

    /**
     * The HTTP status.
     *
     * @return such as 200
     */
    int status();

    /**
     * The headers, {@code Content-Type} among them.
     *
     * @return by name
     */
    Map<String, String> headers();

    /**
     * The same answer with one header more.
     *
     * @param name its name
     * @param value its value, without control characters
     * @return a new answer
     */
    Answer with(String name, String value);

    /**
     * An answer that is known in full.
     *
     * @param status the HTTP status
     * @param headers the headers, {@code Content-Type} among them
     * @param body the body, which nobody changes any more
     */
    record Whole(int status, Map<String, String> headers, byte[] body) implements Answer {
        /** Copies the headers. */
        public Whole {
            headers = Map.copyOf(headers);
        }

        @Override
        public Answer with(String name, String value) {
            return new Whole(status, plus(headers, name, value), body);
        }
    }

    /**
     * An answer that flows: server-sent events. It ends when its body returns, when the other side goes away, or when the
     * server closes, which interrupts it.
     *
     * @param status the HTTP status
     * @param headers the headers, {@code Content-Type} among them
     * @param body writes it; each {@code flush} goes out at once
     */
    record Flowing(int status, Map<String, String> headers, Body body) implements Answer {
        /** Copies the headers. */
        public Flowing {
            headers = Map.copyOf(headers);
            Objects.requireNonNull(body, "body");
        }

        @Override
        public Answer with(String name, String value) {
            return new Flowing(status, plus(headers, name, value), body);
        }
    }

    /**
     * An answer that flows, but may turn out to be another as long as nothing of it was sent. It ends as {@link Flowing} does.
     *
     * @param status the HTTP status
     * @param headers the headers, {@code Content-Type} among them
     * @param body writes it, or says what to answer instead
     */
    record Late(int status, Map<String, String> headers, LateBody body) implements Answer {
        /** Copies the headers. */
        public Late {
            headers = Map.copyOf(headers);
            Objects.requireNonNull(body, "body");
        }

        @Override
        public Answer with(String name, String value) {
            return new Late(status, plus(headers, name, value), body);
        }
    }

    /** Writes an answer piece by piece, unless it finds that there is another. */
    @FunctionalInterface
    interface LateBody {
        /**
         * Writes until the end.
         *
         * @param head sends status and headers, once
         * @return null where they were sent; else what is to be answered instead
         * @throws IOException if the other side is gone
         */
        Answer.@Nullable Whole writeTo(Head head) throws IOException;
    }

    /** What comes before the first byte of an answer. */
    @FunctionalInterface
    interface Head {
        /**
         * Sends it.
         *
         * @param more headers that have become known meanwhile
         * @return where to write; each {@code flush} goes out at once; it fails when the other side is gone
         * @throws IOException if the other side is gone
         */
        OutputStream send(Map<String, String> more) throws IOException;
    }

    /** Writes an answer piece by piece. */
    @FunctionalInterface
    interface Body {
        /**
         * Writes until the end.
         *
         * @param out where to; it fails when the other side is gone
         * @throws IOException if the other side is gone
         */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * An answer in JSON, on a line of its own.
     *
     * @param status the HTTP status
     * @param tree what {@link Json#write} takes
     * @return a new answer
     */
    static Answer json(int status, Map<String, ?> tree) {
        byte[] json = Json.write(tree);
        byte[] line = Arrays.copyOf(json, json.length + 1);
        line[json.length] = '\n'; // a terminal's prompt stands below it
        return new Whole(status, Map.of("Content-Type", "application/json"), line);
    }

    /**
     * An answer in plain text.
     *
     * @param status the HTTP status
     * @param text the text
     * @return a new answer
     */
    static Answer text(int status, String text) {
        return new Whole(
                status, Map.of("Content-Type", "text/plain; charset=utf-8"), text.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> plus(Map<String, String> headers, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return more;
    }
}
