package dev.understudy.tests.hostile;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** What the server wants to know of a request's JSON; all of it must be well-formed. */
record RequestBody(String model, String lastText, boolean stream) {

    private static final JsonFactory JSON = new JsonFactory();
    private static final RequestBody UNREADABLE = new RequestBody("", "", false);

    static RequestBody read(byte[] body) {
        String model = "";
        String lastText = "";
        boolean stream = false;
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return UNREADABLE;
            }
            int depth = 1;
            while (depth > 0) {
                JsonToken token = parser.nextToken();
                if (token == null) {
                    return UNREADABLE;
                }
                if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (token.isScalarValue()) {
                    String name = parser.currentName();
                    if (depth == 1 && "model".equals(name)) {
                        model = parser.getText();
                    } else if (depth == 1 && "stream".equals(name)) {
                        stream = parser.getBooleanValue();
                    } else if (depth > 1 && ("content".equals(name) || "text".equals(name))) {
                        lastText = parser.getText();
                    }
                }
            }
        } catch (IOException noJson) {
            return UNREADABLE;
        }
        return new RequestBody(model, lastText, stream);
    }
}
