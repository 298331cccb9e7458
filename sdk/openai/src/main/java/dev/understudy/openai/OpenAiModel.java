package dev.understudy.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.QuotaListener;
import dev.understudy.chat.Sink;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.time.Deadline;
import java.io.IOException;
import java.util.Locale;
import okhttp3.Call;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * One model at the provider. A call is one request on the caller's thread; when it returns or throws, the attempt is over on
 * the wire: what was not read to its end is cancelled before it is closed, for closing alone would read on. Thread-safe.
 */
final class OpenAiModel implements ChatModel {

    /** An error's status is known, and its body only says more: it is not waited for any longer than this. */
    private static final long ERROR_PATIENCE_NANOS = 1_000_000_000;

    private final OpenAiClient client;
    private final JsonFactory json;
    private final JsonFactory smallJson;
    private final RequestWriter writer;
    private final Failures failures;
    private final QuotaListener quotas;

    OpenAiModel(
            OpenAiClient client,
            JsonFactory json,
            JsonFactory smallJson,
            RequestWriter writer,
            Failures failures,
            QuotaListener quotas) {
        this.client = client;
        this.smallJson = smallJson;
        this.json = json;
        this.writer = writer;
        this.failures = failures;
        this.quotas = quotas;
    }

    @Override
    public boolean honoursDeadline() {
        return true;
    }

    @Override
    public boolean streams() {
        return true;
    }

    @Override
    public ChatResponse chat(ChatRequest request, Deadline deadline) {
        return ask(request, deadline, null);
    }

    @Override
    public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
        return ask(request, deadline, sink);
    }

    private ChatResponse ask(ChatRequest request, Deadline deadline, @Nullable Sink sink) {
        if (Thread.currentThread().isInterrupted()) {
            throw failures.cancelled("its thread was interrupted");
        }
        if (deadline.isOver()) {
            throw deadline.isCancelled()
                    ? failures.cancelled("the caller cancelled, or the registry was closed")
                    : failures.timeout(false, 0);
        }
        Buffer body = writer.write(request, sink != null);
        Flight flight = client.flight(deadline);
        Exchange exchange = new Exchange(request, flight, sink);
        try {
            return exchange.run(body);
        } catch (Throwable failure) {
            throw failed(failure, flight, deadline);
        } finally {
            try {
                exchange.end();
            } finally {
                flight.landed();
                body.clear();
            }
        }
    }

    private RuntimeException failed(Throwable failure, Flight flight, Deadline deadline) {
        if (failure instanceof ChatException said) {
            return said;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        Flight.Ending ending = flight.ending();
        if (failure instanceof InterruptedException
                || ending == Flight.Ending.INTERRUPTED
                || Thread.currentThread().isInterrupted()) {
            // OkHttp's wait for a connection takes the flag away.
            Thread.currentThread().interrupt();
            return failures.cancelled("its thread was interrupted");
        }
        if (ending == Flight.Ending.CLOSED) {
            return failures.cancelled("its client was closed");
        }
        if (deadline.isCancelled()) {
            return failures.cancelled("the caller cancelled, or the registry was closed");
        }
        if (ending == Flight.Ending.OVER || deadline.isOver()) {
            return failures.timeout(true, flight.status());
        }
        TooLarge excess = flight.excess();
        if (excess != null) {
            return failures.tooLarge(flight.status(), excess.what(), null);
        }
        if (failure instanceof IOException io) {
            if (flight.status() == 0) {
                client.distrustIdle();
            }
            // OkHttp throws for a proxy's status that no proxy sent, and for a body where none may be.
            return flight.status() >= 300 ? failures.status(flight.status()) : failures.transport(io, flight.status());
        }
        if (failure instanceof NumberFormatException && flight.status() >= 300) {
            // OkHttp reads the Retry-After of a 503 as an int, whatever its number of digits.
            return failures.status(flight.status());
        }
        return failure instanceof RuntimeException unexpected
                ? failures.unexpected(unexpected, flight.status())
                : failures.unexpected(new IllegalStateException(failure), flight.status());
    }

    /** One request and its response. */
    private final class Exchange {
        private final ChatRequest request;
        private final Flight flight;
        private final @Nullable Sink sink;
        private final boolean usageAsked;
        private @Nullable Call call;
        private @Nullable Response response;
        private boolean readToItsEnd;

        Exchange(ChatRequest request, Flight flight, @Nullable Sink sink) {
            this.request = request;
            this.flight = flight;
            this.sink = sink;
            this.usageAsked = sink != null && writer.asksForUsage();
        }

        ChatResponse run(Buffer body) throws IOException {
            Call newCall = client.call(new OneShotBody(body, flight), sink != null);
            call = newCall;
            flight.carries(newCall);
            Response answered = newCall.execute();
            response = answered;
            RateLimitHeaders.tell(answered, quotas);
            return answered.isSuccessful() ? answer(answered) : error(answered);
        }

        private ChatResponse answer(Response answered) throws IOException {
            String requestId = failures.requestId(answered.headers());
            ResponseBody body = answered.body();
            if (body.contentLength() > (sink == null ? Caps.BODY_BYTES : Caps.STREAM_BYTES)) {
                throw failures.tooLarge(
                        answered.code(), "of " + body.contentLength() + " bytes, which is too large", requestId);
            }
            Boolean packed = packed(answered);
            if (packed == null) {
                throw failures.malformed(answered.code(), "an encoding that was not asked for", requestId);
            }
            AnswerReader answer;
            boolean small = !packed && body.contentLength() >= 0 && body.contentLength() <= Caps.SMALL_BODY_BYTES;
            try (AnswerStream stream = new AnswerStream(body, packed, Caps.BODY_BYTES, flight)) {
                // Who was asked for a stream may answer as a whole.
                if (sink == null || beginsLikeJson(stream, answered.code(), requestId)) {
                    answer = read(stream, small ? smallJson : json, answered.code(), requestId);
                    readToItsEnd = true;
                } else {
                    answer = follow(stream, sink, answered.code(), requestId);
                }
            }
            try {
                answer.check();
            } catch (AnswerReader.Malformed e) {
                throw failures.malformed(answered.code(), e.what(), requestId)
                        .carryTokens(answer.usage.inputTokens(), answer.usage.outputTokens());
            }
            if (answer.error != null) {
                throw failures.upstream(answered, answer.error, request);
            }
            return new ChatResponse(
                    answer.text,
                    answer.toolCalls,
                    answer.finishReason,
                    answer.usage,
                    requestId != null ? requestId : failures.bodyId(answer.id),
                    Provenance.NONE);
        }

        private AnswerReader read(AnswerStream stream, JsonFactory factory, int status, @Nullable String requestId)
                throws IOException {
            try {
                return AnswerReader.read(factory, stream);
            } catch (TooLarge e) {
                throw failures.tooLarge(status, e.what(), requestId);
            } catch (IOException e) {
                throw unreadable(e, stream, status, requestId);
            }
        }

        private boolean beginsLikeJson(AnswerStream stream, int status, @Nullable String requestId) throws IOException {
            try {
                return stream.beginsLikeJson();
            } catch (TooLarge e) {
                throw failures.tooLarge(status, e.what(), requestId);
            } catch (IOException e) {
                throw unreadable(e, stream, status, requestId);
            }
        }

        private AnswerReader follow(AnswerStream stream, Sink listening, int status, @Nullable String requestId)
                throws IOException {
            StreamedAnswer answer = new StreamedAnswer(smallJson, listening);
            try {
                readToItsEnd = StreamReading.follow(stream, answer, flight);
                AnswerReader whole = answer.whole();
                if (whole.error == null && !answer.isComplete()) {
                    ChatException cut = answer.hasBegun()
                            ? failures.incomplete(status, requestId)
                            : failures.malformed(status, "a stream without events", requestId);
                    throw cut.carryTokens(whole.usage.inputTokens(), whole.usage.outputTokens());
                }
                return whole;
            } catch (TooLarge e) {
                throw failures.tooLarge(status, e.what(), requestId);
            } catch (IOException e) {
                throw unreadable(e, stream, status, requestId);
            }
        }

        /** Returns what is wrong with the body, unless it was the wire. */
        private ChatException unreadable(
                IOException failure, AnswerStream stream, int status, @Nullable String requestId) throws IOException {
            if (flight.ending() != null || stream.wireFailure() != null) {
                throw failure;
            }
            flight.distrustConnection();
            return failures.malformed(
                    status,
                    failure instanceof AnswerReader.Malformed bad ? bad.what() : "not what its encoding says",
                    requestId);
        }

        /** Never returns. */
        private ChatResponse error(Response answered) throws IOException {
            flight.hurry(ERROR_PATIENCE_NANOS);
            UpstreamError error = UpstreamError.NONE;
            Boolean packed = packed(answered);
            if (packed == null) {
                throw failures.upstream(answered, error, request);
            }
            try (AnswerStream stream = new AnswerStream(answered.body(), packed, Caps.ERROR_BYTES, flight)) {
                try (JsonParser parser = json.createParser(stream)) {
                    error = ErrorReader.readBody(parser);
                }
                byte[] rest = new byte[1024];
                int read;
                do {
                    read = stream.read(rest, 0, rest.length);
                } while (read >= 0);
                readToItsEnd = true;
            } catch (IOException e) {
                // The status says enough, unless it was we who broke off.
                if (flight.ending() != null && flight.ending() != Flight.Ending.IMPATIENT) {
                    throw e;
                }
            }
            ChatException failure = failures.upstream(answered, error, request);
            if (usageAsked && failure.kind() == FailureKind.INVALID_REQUEST && StreamReading.refusesUsage(error)) {
                writer.askForNoUsage();
                throw Failures.worthAnother(failure);
            }
            throw failure;
        }

        /** Says whether a body is gzip, which we asked for, or plain; null if it is something else. */
        private @Nullable Boolean packed(Response answered) {
            String encoding = answered.header("Content-Encoding");
            if (encoding == null) {
                return false;
            }
            return switch (encoding.strip().toLowerCase(Locale.ROOT)) {
                case "", "identity" -> false;
                case "gzip", "x-gzip" -> true;
                default -> null;
            };
        }

        void end() {
            if (call != null && !readToItsEnd) {
                call.cancel();
            }
            if (response != null) {
                response.close();
            }
        }
    }
}
