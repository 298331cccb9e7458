package dev.understudy.server.gateway;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatResponse;
import dev.understudy.config.AgentSettings;
import dev.understudy.error.ChatException;
import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Json;
import dev.understudy.server.http.Request;
import dev.understudy.server.http.Route;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Answers {@code POST /v1/chat/completions}. */
final class Completions implements Route {

    private static final Map<String, String> JSON = Map.of("Content-Type", "application/json");
    private static final Map<String, String> EVENTS =
            Map.of("Content-Type", "text/event-stream; charset=utf-8", "X-Accel-Buffering", "no");

    private final ModelRegistry registry;
    private final Clients clients;
    private final Memory memory;
    private final InstantSource clock;

    Completions(ModelRegistry registry, Clients clients, Memory memory, InstantSource clock) {
        this.registry = registry;
        this.clients = clients;
        this.memory = memory;
        this.clock = clock;
    }

    @Override
    public Answer answer(Request request) {
        String client = clients.client(request);
        needJson(request);
        long room = (long) request.body().length * Memory.PER_BODY_BYTE;
        if (!memory.take(room)) {
            throw noRoom();
        }
        CompletionRequest asked;
        CallOptions options;
        ChatResponse response;
        try {
            asked = RequestReader.read(request.body());
            AgentSettings agent = registry.configuration().agents().get(asked.agent());
            if (agent == null) {
                throw Models.unknown(asked.agent(), registry);
            }
            options = CallHeaders.options(request, asked.user(), client, agent.timeout());
            response = asked.stream() ? null : registry.chat(asked.agent(), asked.chat(), options);
        } finally {
            memory.giveBack(room);
        }
        return response == null ? stream(asked, options, room) : whole(asked, response);
    }

    /** Browsers send other types than these to strange servers without asking first. */
    private static void needJson(Request request) {
        String type = request.header("Content-Type").orElse("").toLowerCase(Locale.ROOT);
        if (!type.equals("application/json") && !type.startsWith("application/json;")) {
            throw ApiError.wrong(415, "unsupported_media_type", null, "The body is JSON: send 'application/json'");
        }
    }

    private static ApiError noRoom() {
        return ApiError.failed(
                503,
                ApiError.SERVER,
                "out_of_room",
                "Requests and answers take all the memory that is set aside for them",
                Failures.soon());
    }

    private Answer whole(CompletionRequest asked, ChatResponse response) {
        Map<String, @Nullable Object> completion = writer(asked).whole(response);
        Map<String, String> headers = new LinkedHashMap<>(JSON);
        headers.putAll(ProvenanceFields.headers(asked.agent(), response));
        long size = size(response);
        if (size <= Memory.SMALL_ANSWER) {
            return new Answer.Whole(200, headers, Json.write(completion));
        }
        return new Answer.Late(200, headers, head -> {
            long room = size * Memory.PER_CHARACTER;
            if (!memory.take(room)) {
                return noRoom().answer();
            }
            try {
                Json.write(completion, head.send(Map.of()));
            } finally {
                memory.giveBack(room);
            }
            return null;
        });
    }

    /** The call is made while it is answered: whoever reads slowly is what the model waits for. */
    private Answer stream(CompletionRequest asked, CallOptions options, long room) {
        return new Answer.Late(200, EVENTS, head -> {
            if (!memory.take(room)) {
                return noRoom().answer();
            }
            EventStream events = new EventStream(head, asked.agent(), writer(asked));
            try {
                events.end(registry.stream(asked.agent(), asked.chat(), options, events));
                return null;
            } catch (ChatException failure) {
                IOException gone = events.gone();
                if (gone != null) {
                    throw gone;
                }
                ApiError error = Failures.of(failure);
                if (!events.hasBegun()) {
                    return error.answer();
                }
                events.fail(error);
                return null;
            } finally {
                memory.giveBack(room);
            }
        });
    }

    private CompletionWriter writer(CompletionRequest asked) {
        return new CompletionWriter(newId(), asked.agent(), clock.instant().getEpochSecond(), asked.includeUsage());
    }

    private static long size(ChatResponse response) {
        long size = response.text().length();
        for (int i = 0; i < response.toolCalls().size(); i++) {
            size += response.toolCalls().get(i).arguments().length();
        }
        return size;
    }

    private static String newId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return "chatcmpl-" + Long.toString(random.nextLong(Long.MAX_VALUE), 36)
                + Long.toString(random.nextLong(Long.MAX_VALUE), 36);
    }
}
