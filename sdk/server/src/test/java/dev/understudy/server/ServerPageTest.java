package dev.understudy.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.server.http.Json;
import dev.understudy.server.http.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page shows of each endpoint is what it gives: the same fields, with values of the same kinds. */
class ServerPageTest {

    private static final Pattern COMMAND =
            Pattern.compile("\\$ curl http://127\\.0\\.0\\.1:9464(/\\S*)(?: -d '([^']*)' .*)?\n(\\{.*)\n");

    @TempDir
    Path folder;

    private static String page() throws IOException {
        return Files.readString(Path.of("..", "..", "docs", "server.md"));
    }

    @Test
    void each_curl_gives_what_is_shown() throws Exception {
        Matcher command = COMMAND.matcher(page());
        int seen = 0;
        try (Served served = Served.in(folder)) {
            served.calls("qa_agent", 40);
            while (command.find()) {
                seen++;
                String answer = command.group(2) == null
                        ? Wire.get(served.port(), command.group(1))
                        : Wire.post(served.port(), command.group(1), command.group(2), Served.TOKEN);
                assertThat(shape(answer.substring(answer.indexOf("\r\n\r\n") + 4)))
                        .describedAs(command.group(1))
                        .isEqualTo(shape(command.group(3)));
            }
        }
        assertThat(seen).isEqualTo(5);
    }

    @Test
    void the_defaults_are_the_codes() throws IOException {
        assertThat(page())
                .contains("the loopback, " + ServerOptions.DEFAULT_PORT + ";")
                .contains("{\"action\": \"set\"", "X-Understudy-Change: 1");
    }

    private static String shape(String json) {
        return shape(Json.read(json.strip().getBytes(StandardCharsets.UTF_8)));
    }

    private static String shape(Object value) {
        if (value instanceof Map<?, ?> map) {
            TreeSet<String> fields = new TreeSet<>();
            map.forEach((name, field) -> fields.add(name + "=" + shape(field)));
            return fields.toString();
        }
        if (value instanceof List<?> list) {
            return list.isEmpty() ? "[]" : "[" + shape(list.get(0)) + "]";
        }
        if (value instanceof Number) {
            return "number";
        }
        return value == null ? "null" : value.getClass().getSimpleName();
    }
}
