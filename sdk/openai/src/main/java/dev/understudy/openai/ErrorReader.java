package dev.understudy.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads an error, in all the shapes that providers give it:
 *
 * <pre>
 * {"error": {"message": …, "type": …, "code": …}}             OpenAI, vLLM, Ollama, most
 * {"error": "text"}                                           Ollama's own, some gateways
 * {"object": "error", "message": …, "type": …, "code": …}     Mistral (its message may be an object), older vLLM
 * {"detail": "text"} and {"detail": [{"loc": […], "msg": …}]}  Mistral and vLLM, from their web framework
 * [{"error": {"message": …, "status": …, "details": […]}}]     Gemini
 * {"statusCode": 401, "message": …}                           Azure's gateway
 * </pre>
 *
 * <p>Only fields that describe the error are kept: others may echo the prompt. Used for one error, by one thread.
 */
final class ErrorReader {

    private static final int MAX_CODES = 8;
    private static final int MAX_CODE_LENGTH = 64;
    private static final int MAX_TEXT_LENGTH = 4096;
    private static final int MAX_NESTING = 4;

    private String message = "";
    private final List<String> codes = new ArrayList<>();
    private int status;
    private String finePrint = "";

    /** Reads the body of an error; what is no JSON, or breaks off, says as much as was read. */
    static UpstreamError readBody(JsonParser json) {
        ErrorReader reader = new ErrorReader();
        try {
            JsonToken first = json.nextToken();
            if (first == JsonToken.START_ARRAY) {
                first = json.nextToken();
            }
            if (first == JsonToken.START_OBJECT) {
                reader.object(json, 0);
            }
        } catch (IOException | RuntimeException e) {
            // Half an error says more than none: the status is known anyway.
            return reader.result();
        }
        return reader.result();
    }

    /** Reads the value of a field {@code error}, whose first token is the current one. */
    void value(JsonParser json) throws IOException {
        value(json, 0);
    }

    /** Reads a field of an error object, whose value's first token is the current one. */
    void field(String name, JsonParser json) throws IOException {
        field(name, json, 0);
    }

    UpstreamError result() {
        return new UpstreamError(message, codes, status, finePrint);
    }

    private void value(JsonParser json, int depth) throws IOException {
        if (json.currentToken() == JsonToken.START_OBJECT && depth < MAX_NESTING) {
            object(json, depth + 1);
        } else {
            setMessage(json);
        }
    }

    private void object(JsonParser json, int depth) throws IOException {
        String name;
        while ((name = json.nextFieldName()) != null) {
            json.nextToken();
            field(name, json, depth);
        }
    }

    private void field(String name, JsonParser json, int depth) throws IOException {
        switch (name) {
            case "error", "message", "innererror", "inner_error" -> value(json, depth);
            case "code", "status", "statusCode", "reason" -> addCode(json, true);
            case "type" -> addCode(json, false);
            case "detail" -> detail(json, depth);
            case "details" -> details(json, depth);
            case "metadata" -> metadata(json);
            default -> json.skipChildren();
        }
    }

    /** Problems of validation: where, and what; but not {@code input}, which is the caller's own. */
    private void detail(JsonParser json, int depth) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            value(json, depth);
            return;
        }
        while (json.nextToken() == JsonToken.START_OBJECT) {
            String name;
            while ((name = json.nextFieldName()) != null) {
                json.nextToken();
                if (name.equals("msg") && message.isEmpty()) {
                    setMessage(json);
                } else {
                    json.skipChildren();
                }
            }
        }
        skipRest(json);
    }

    private void details(JsonParser json, int depth) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY || depth >= MAX_NESTING) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() == JsonToken.START_OBJECT) {
            String name;
            while ((name = json.nextFieldName()) != null) {
                json.nextToken();
                if (name.equals("reason")) {
                    addCode(json, true);
                } else {
                    json.skipChildren();
                }
            }
        }
        skipRest(json);
    }

    private void metadata(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        String name;
        while ((name = json.nextFieldName()) != null) {
            json.nextToken();
            if (name.equals("raw") && json.currentToken() == JsonToken.VALUE_STRING) {
                finePrint = text(json);
            } else {
                json.skipChildren();
            }
        }
    }

    /** Leaves an array whose elements turned out to be something else. */
    private static void skipRest(JsonParser json) throws IOException {
        for (JsonToken token = json.currentToken(); token != null && token != JsonToken.END_ARRAY; ) {
            json.skipChildren();
            token = json.nextToken();
        }
    }

    private void setMessage(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            if (message.isEmpty()) {
                message = text(json);
            }
        } else {
            json.skipChildren();
        }
    }

    private void addCode(JsonParser json, boolean first) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.VALUE_NUMBER_INT) {
            int number = json.getText().length() == 3 ? json.getIntValue() : 0;
            if (number >= 300 && number < 600) {
                status = number;
            }
        } else if (token == JsonToken.VALUE_STRING) {
            String code = normalized(json.getText());
            if (code != null && codes.size() < MAX_CODES) {
                codes.add(first ? specific(code) : codes.size(), code);
            }
        } else {
            json.skipChildren();
        }
    }

    /** An inner error is more specific than the one around it, which was read before or will be read after it. */
    private int specific(String code) {
        if (isStatus(code)) {
            status = Integer.parseInt(code);
        }
        return 0;
    }

    private static boolean isStatus(String code) {
        return code.length() == 3
                && code.chars().allMatch(c -> c >= '0' && c <= '9')
                && code.charAt(0) >= '3'
                && code.charAt(0) <= '5';
    }

    private static @Nullable String normalized(String code) {
        if (code.isEmpty() || code.length() > MAX_CODE_LENGTH) {
            return null;
        }
        return code.toLowerCase(Locale.ROOT).replace('-', '_').replace(' ', '_');
    }

    private static String text(JsonParser json) throws IOException {
        String text = json.getText();
        return text.length() <= MAX_TEXT_LENGTH ? text : text.substring(0, MAX_TEXT_LENGTH);
    }
}
