package dev.understudy.server.gateway;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Parameters;
import dev.understudy.server.http.Json;
import dev.understudy.server.http.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a request for a chat completion. Everything in it is carried to the model, or says nothing (null, or the
 * format's own default), or is refused by name: a gateway that drops what it does not know answers another question than was
 * asked.
 */
final class RequestReader {

    /** Names for the benefit of OpenAI's own house; no answer depends on them. */
    private static final List<String> WITHOUT_EFFECT =
            List.of("safety_identifier", "prompt_cache_key", "prompt_cache_retention");

    private RequestReader() {}

    /**
     * Reads a body.
     *
     * @throws ApiError with status 400, if it cannot be understood or honoured
     */
    static CompletionRequest read(byte[] body) {
        Fields fields = new Fields("", json(body));
        String agent = fields.needText("model");
        ChatRequest.Builder chat = ChatRequest.builder(MessageReader.messages(fields));
        chat.parameters(parameters(fields));
        ToolReader.read(fields, chat);
        chat.responseFormat(responseFormat(fields));
        boolean stream = fields.isTrue("stream");
        boolean includeUsage = includeUsage(fields, stream);
        String user = fields.text("user");
        WITHOUT_EFFECT.forEach(fields::text);
        Unsupported.refuse(fields);
        fields.end();
        return new CompletionRequest(agent, chat.build(), stream, includeUsage, user);
    }

    private static Map<String, @Nullable Object> json(byte[] body) {
        try {
            return Json.read(body);
        } catch (Refusal broken) {
            throw ApiError.wrong(broken.status(), "invalid_json", null, String.valueOf(broken.getMessage()));
        }
    }

    private static Parameters parameters(Fields fields) {
        Parameters parameters = Parameters.UNSET;
        Double temperature = fields.number("temperature");
        if (temperature != null) {
            parameters = bounded(fields, "temperature", parameters, p -> p.withTemperature(temperature));
        }
        Double topP = fields.number("top_p");
        if (topP != null) {
            parameters = bounded(fields, "top_p", parameters, p -> p.withTopP(topP));
        }
        Integer maxTokens = maxTokens(fields);
        if (maxTokens != null) {
            parameters = parameters.withMaxTokens(maxTokens);
        }
        List<String> stop = stop(fields);
        if (!stop.isEmpty()) {
            parameters = parameters.withStop(stop);
        }
        Long seed = fields.integer("seed");
        return seed == null ? parameters : parameters.withSeed(seed);
    }

    private static Parameters bounded(
            Fields fields, String name, Parameters parameters, UnaryOperator<Parameters> change) {
        try {
            return change.apply(parameters);
        } catch (IllegalArgumentException outOfBounds) {
            throw fields.value(name, "is out of bounds: " + outOfBounds.getMessage());
        }
    }

    /** One limit under two names: the newer one for models that think before they answer. */
    private static @Nullable Integer maxTokens(Fields fields) {
        Integer older = tokens(fields, "max_tokens");
        Integer newer = tokens(fields, "max_completion_tokens");
        if (older != null && newer != null && !older.equals(newer)) {
            throw fields.value("max_tokens", "and 'max_completion_tokens' are one limit here; send one of them");
        }
        return newer != null ? newer : older;
    }

    private static @Nullable Integer tokens(Fields fields, String name) {
        Long tokens = fields.integer(name);
        if (tokens == null) {
            return null;
        }
        if (tokens < 1 || tokens > Integer.MAX_VALUE) {
            throw fields.value(name, "is at least 1 and at most " + Integer.MAX_VALUE);
        }
        return tokens.intValue();
    }

    private static List<String> stop(Fields fields) {
        Object value = fields.take("stop");
        if (value == null) {
            return List.of();
        }
        if (value instanceof String one) {
            return List.of(one);
        }
        if (!(value instanceof List<?> list)) {
            throw fields.type("stop", "a string or an array of strings");
        }
        List<String> stops = new ArrayList<>();
        for (Object element : list) {
            if (!(element instanceof String one)) {
                throw fields.type("stop", "a string or an array of strings");
            }
            stops.add(one);
        }
        return stops;
    }

    private static Map<String, @Nullable Object> responseFormat(Fields fields) {
        Map<String, @Nullable Object> format = fields.tree("response_format");
        if (format == null) {
            return Map.of();
        }
        Object type = format.get("type");
        if (!(type instanceof String)) {
            throw fields.value("response_format", "needs a 'type', such as \"json_object\"");
        }
        return type.equals("text") ? Map.of() : format;
    }

    private static boolean includeUsage(Fields fields, boolean stream) {
        Fields options = fields.object("stream_options");
        if (options == null) {
            return false;
        }
        if (!stream) {
            throw fields.value("stream_options", "is only allowed together with \"stream\": true");
        }
        boolean include = options.isTrue("include_usage");
        if (options.isTrue("include_obfuscation")) {
            throw options.unsupported("include_obfuscation", "cannot be honoured: chunks are not padded here");
        }
        options.end();
        return include;
    }
}
