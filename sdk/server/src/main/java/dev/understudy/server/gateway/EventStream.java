package dev.understudy.server.gateway;

import dev.understudy.chat.ChatResponse;
import dev.understudy.server.http.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer as server-sent events, a chunk each: who speaks, what is said, why it ended, the tokens used where they were asked
 * for, and {@code [DONE]}. A stream without that last word is not complete. Used by one thread.
 */
final class EventStream {

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

    /** Up to here an event is put together before it is sent, in one piece. */
    private static final int SMALL = 64 << 10;

    private final OutputStream out;
    private final CompletionWriter writer;
    private final boolean includeUsage;
    private final ByteArrayOutputStream event = new ByteArrayOutputStream(512);

    EventStream(OutputStream out, CompletionWriter writer, boolean includeUsage) {
        this.out = out;
        this.writer = writer;
        this.includeUsage = includeUsage;
    }

    /** Says an answer that is known in full. */
    void all(ChatResponse response) throws IOException {
        say(writer.roleChunk(), 0);
        if (!response.text().isEmpty()) {
            say(writer.textChunk(response.text()), response.text().length());
        }
        end(response);
    }

    /** Says what comes after the text. */
    private void end(ChatResponse response) throws IOException {
        if (!response.toolCalls().isEmpty()) {
            say(writer.toolCallsChunk(response.toolCalls()), SMALL);
        }
        say(writer.finishChunk(response.finishReason()), 0);
        if (includeUsage) {
            say(writer.usageChunk(response.usage()), 0);
        }
        out.write(DATA);
        out.write(DONE);
        out.write(END);
        out.flush();
    }

    private void say(Map<String, @Nullable Object> chunk, int length) throws IOException {
        OutputStream to = length < SMALL ? event : out;
        event.reset();
        to.write(DATA);
        Json.write(chunk, to);
        to.write(END);
        event.writeTo(out);
    }
}
