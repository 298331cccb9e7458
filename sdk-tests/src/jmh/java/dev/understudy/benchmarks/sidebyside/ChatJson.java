package dev.understudy.benchmarks.sidebyside;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okhttp3.ResponseBody;

/** A chat completion's request and answer as one writes and reads them by hand with jackson-core. */
final class ChatJson {

    private static final MediaType JSON = MediaType.get("application/json");

    /** Above this, callers are virtual threads or might be: buffers for each thread would be buffers for each call. */
    private static final int FEW_CALLERS = 256;

    private final JsonFactory factory;

    ChatJson(int callers) {
        factory = callers <= FEW_CALLERS
                ? new JsonFactory()
                : JsonFactory.builder()
                        .recyclerPool(JsonRecyclerPools.newBoundedPool(FEW_CALLERS))
                        .build();
    }

    /** What is of interest in an answer. */
    record Answer(String text, int inputTokens, int outputTokens) {}

    RequestBody request(String model, String prompt, boolean stream) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(prompt.length() + 128);
        try (JsonGenerator json = factory.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("model", model);
            json.writeArrayFieldStart("messages");
            json.writeStartObject();
            json.writeStringField("role", "user");
            json.writeStringField("content", prompt);
            json.writeEndObject();
            json.writeEndArray();
            if (stream) {
                json.writeBooleanField("stream", true);
            }
            json.writeEndObject();
        }
        return RequestBody.create(bytes.toByteArray(), JSON);
    }

    Answer answer(ResponseBody body) throws IOException {
        try (JsonParser json = factory.createParser(body.byteStream())) {
            return answer(json);
        }
    }

    /** The text of an event; empty where it has none. */
    String delta(String event) throws IOException {
        try (JsonParser json = factory.createParser(event)) {
            return answer(json).text;
        }
    }

    private static Answer answer(JsonParser json) throws IOException {
        String text = "";
        int input = 0;
        int output = 0;
        for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
            if (token == JsonToken.FIELD_NAME) {
                switch (json.currentName()) {
                    case "content" -> text = json.nextToken() == JsonToken.VALUE_STRING ? json.getText() : text;
                    case "prompt_tokens" -> input = json.nextIntValue(0);
                    case "completion_tokens" -> output = json.nextIntValue(0);
                    default -> {}
                }
            }
        }
        return new Answer(text, input, output);
    }
}
