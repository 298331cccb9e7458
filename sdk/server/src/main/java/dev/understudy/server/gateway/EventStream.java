package dev.understudy.server.gateway;

import dev.understudy.call.OpenStream;
import dev.understudy.call.StreamListener;
import dev.understudy.chat.ChatResponse;
import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer as server-sent events, a chunk each: who speaks, what is said as it is said, why it ended, the tokens used where
 * they were asked for, and {@code [DONE]}. A stream without that last word is not complete: one that fails ends with an error.
 * What was said stays said, so an answer never begins anew. Used by one thread.
 */
final class EventStream implements StreamListener {

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    /** Up to here, in characters, an event is put together before it is sent, in one piece. */
    private static final int SMALL = 64 << 10;

    private final Answer.Head head;
    private final String agent;
    private final CompletionWriter writer;
    private final ByteArrayOutputStream event = new ByteArrayOutputStream(512);

    private @Nullable OpenStream source;
    private @Nullable OutputStream out;
    private @Nullable IOException gone;

    EventStream(Answer.Head head, String agent, CompletionWriter writer) {
        this.head = head;
        this.agent = agent;
        this.writer = writer;
    }

    @Override
    public void onStart(OpenStream stream) {
        source = stream;
    }

    @Override
    public void onText(String text) {
        try {
            OutputStream to = out == null && source != null
                    ? begin(ProvenanceFields.headersSoFar(agent, source.provenance()))
                    : begin(Map.of());
            say(writer.textChunk(text), text.length(), to);
            to.flush();
        } catch (IOException left) {
            gone = left;
            throw new UncheckedIOException(left); // which ends the call, and its connection
        }
    }

    private OutputStream begin(Map<String, String> headers) throws IOException {
        OutputStream to = out;
        if (to == null) {
            to = head.send(headers);
            out = to;
            say(writer.roleChunk(), 0, to);
        }
        return to;
    }

    boolean hasBegun() {
        return out != null;
    }

    /** What happened to whoever listened; null as long as somebody does. */
    @Nullable
    IOException gone() {
        return gone;
    }

    /** Says what comes after the text. */
    void end(ChatResponse response) throws IOException {
        OutputStream to = begin(ProvenanceFields.headers(agent, response));
        if (!response.toolCalls().isEmpty()) {
            say(writer.toolCallsChunk(response.toolCalls()), SMALL, to);
        }
        say(writer.finishChunk(response), 0, to);
        if (writer.usageFollows()) {
            say(writer.usageChunk(response.usage()), 0, to);
        }
        to.write(DATA);
        to.write(DONE);
        to.write(END);
        to.flush();
    }

    /** Says that there will be no end. */
    void fail(ApiError error) throws IOException {
        OutputStream to = begin(Map.of());
        to.write(DATA);
        to.write(error.json());
        to.write(END);
        to.flush();
    }

    private void say(Map<String, @Nullable Object> chunk, int length, OutputStream out) throws IOException {
        OutputStream to = length < SMALL ? event : out;
        event.reset();
        to.write(DATA);
        Json.write(chunk, to);
        to.write(END);
        event.writeTo(out);
    }
}
