package dev.understudy.tests.hostile;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;

/** Answers that are well-framed and say something odd: statuses, redirects, JSON that is not what was promised. */
final class BodyFaults {

    private static final String MESSAGE = "{\"role\":\"assistant\",\"content\":\"" + Faults.TEXT + "\"}";
    private static final String STOP = "\"stop\"";
    private static final String USAGE = Completions.usage(10, 5);
    private static final String OK = Completions.of("any", Faults.TEXT, 10, 5, "stop");

    private BodyFaults() {}

    static void addTo(Map<String, Function<Parameters, Fault>> faults) {
        answers(faults);
        statuses(faults);
        noJson(faults);
        oddJson(faults);
        oddCompletions(faults);
    }

    private static void answers(Map<String, Function<Parameters, Fault>> faults) {
        faults.put("answer", parameters -> {
            String text = parameters.get("text", Faults.TEXT);
            int input = parameters.number("input", 10);
            int output = parameters.number("output", 5);
            String finish = parameters.get("finish", "stop");
            return exchange -> exchange.finish(
                    Reply.of(200, Completions.of(exchange.attempt().model(), text, input, output, finish))
                            .with("x-request-id", "req-" + exchange.attempt().number())
                            .bytes());
        });
        faults.put(
                "echo",
                parameters -> exchange -> exchange.finish(Reply.completion(
                                RequestBody.read(exchange.attempt().request().body())
                                        .lastText())
                        .bytes()));
    }

    private static void statuses(Map<String, Function<Parameters, Fault>> faults) {
        faults.put("status", parameters -> {
            int code = parameters.number("code", 500);
            String body = ErrorBodies.named(parameters.get("body", "openai-server"));
            boolean json = body.startsWith("{") || body.startsWith("[") || body.startsWith("\"");
            Reply reply =
                    Reply.of(code, json ? "application/json" : "text/html", body.getBytes(StandardCharsets.UTF_8));
            for (String name : new String[] {
                "retry-after", "retry-after-ms", "x-should-retry", "x-request-id", "location", "www-authenticate"
            }) {
                String value = parameters.get(name, "");
                if (!value.isEmpty()) {
                    reply = reply.with(name, value);
                }
            }
            byte[] bytes = code == 204 || code == 304 ? reply.head("X-Empty: 1") : reply.bytes();
            return exchange -> exchange.finish(bytes);
        });
        // An upstream that tells everybody what it was told.
        faults.put("echo-error", parameters -> {
            int code = parameters.number("code", 400);
            String field = parameters.get("field", "message");
            return exchange -> {
                String key = exchange.attempt().header("authorization").orElse("");
                String prompt =
                        RequestBody.read(exchange.attempt().request().body()).lastText();
                String what = Completions.quote("You said " + key + " and " + prompt);
                String body =
                        field.equals("plain") ? what : "{\"error\":{\"" + field + "\":" + what + ",\"type\":\"odd\"}}";
                exchange.finish(Reply.of(code, body)
                        .with("x-request-id", key)
                        .with("x-echo", key)
                        .bytes());
            };
        });
        faults.put("redirect", parameters -> {
            int code = parameters.number("code", 302);
            String to = parameters.get("to", "http://127.0.0.1:9/");
            byte[] bytes = Reply.of(code, "{}").with("Location", to).bytes();
            return exchange -> exchange.finish(bytes);
        });
        faults.put(
                "redirect-nowhere",
                parameters -> exchange -> exchange.finish(Reply.of(302, "{}").bytes()));
    }

    private static void noJson(Map<String, Function<Parameters, Fault>> faults) {
        body(faults, "html", "text/html", ErrorBodies.named("html"));
        body(faults, "html-as-json", "application/json", ErrorBodies.named("html"));
        body(faults, "empty", "application/json", "");
        body(faults, "whitespace", "application/json", " \r\n\t ".repeat(100));
        body(faults, "text", "text/plain", "I am sorry, Dave.");
        body(faults, "json-cut", "application/json", OK.substring(0, OK.length() / 2));
        body(faults, "json-trailing", "application/json", OK + " and that is not all }");
        body(faults, "json-twice", "application/json", OK + OK);
        body(faults, "json-single-quotes", "application/json", OK.replace('"', '\''));
        body(faults, "json-control", "application/json", OK.replace(Faults.TEXT, "A \u0000\u0007 proper answer"));
        body(faults, "json-nan", "application/json", OK.replace(":10,", ":NaN,"));
        body(faults, "json-infinity", "application/json", OK.replace(":10,", ":-Infinity,"));
        body(faults, "sse", "text/event-stream", "data: {\"choices\":[]}\n\ndata: [DONE]\n\n");
        body(faults, "bom", "application/json", "\ufeff" + OK);
        charset(faults, "utf16", "application/json", StandardCharsets.UTF_16);
        charset(faults, "latin1", "application/json; charset=iso-8859-1", StandardCharsets.ISO_8859_1);
        charset(faults, "latin1-undeclared", "application/json", StandardCharsets.ISO_8859_1);
        charset(faults, "utf8-declared-otherwise", "application/json; charset=shift_jis", StandardCharsets.UTF_8);
        charset(faults, "charset-unknown", "application/json; charset=klingon", StandardCharsets.UTF_8);
        charset(faults, "content-type-garbage", ";;;=/", StandardCharsets.UTF_8);
        body(faults, "content-type-none", "", OK);
    }

    private static void oddJson(Map<String, Function<Parameters, Fault>> faults) {
        json(faults, "root-null", "null");
        json(faults, "root-array", "[" + OK + "]");
        json(faults, "root-string", Completions.quote(OK));
        json(faults, "root-number", "42");
        json(faults, "root-empty", "{}");
        json(faults, "choices-none", "{\"id\":\"x\",\"usage\":" + USAGE + "}");
        json(faults, "choices-null", "{\"choices\":null,\"usage\":" + USAGE + "}");
        json(faults, "choices-empty", "{\"choices\":[],\"usage\":" + USAGE + "}");
        json(faults, "choices-of-null", "{\"choices\":[null]}");
        json(faults, "choices-object", "{\"choices\":{\"0\":1}}");
        json(faults, "duplicate-keys", "{\"choices\":[]," + OK.substring(1));
        faults.put("error-object", parameters -> {
            String body = ErrorBodies.named(parameters.get("body", "openai-server"));
            return exchange -> exchange.finish(Reply.of(200, body).bytes());
        });
        json(faults, "error-null", "{\"error\":null," + OK.substring(1));
    }

    private static void oddCompletions(Map<String, Function<Parameters, Fault>> faults) {
        completion(faults, "message-null", "null", STOP, USAGE);
        completion(faults, "message-string", "\"hello\"", STOP, USAGE);
        completion(faults, "content-null", "{\"role\":\"assistant\",\"content\":null}", STOP, USAGE);
        completion(faults, "content-none", "{\"role\":\"assistant\"}", STOP, USAGE);
        completion(faults, "content-empty", "{\"role\":\"assistant\",\"content\":\"\"}", STOP, USAGE);
        completion(faults, "content-number", "{\"role\":\"assistant\",\"content\":42}", STOP, USAGE);
        completion(
                faults,
                "content-parts",
                "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"" + Faults.TEXT + "\"}]}",
                STOP,
                USAGE);
        completion(
                faults,
                "tool-call",
                "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"call_1\",\"type\":\"function\","
                        + "\"function\":{\"name\":\"look_up\",\"arguments\":\"{\\\"q\\\":1}\"}}]}",
                "\"tool_calls\"",
                USAGE);
        completion(faults, "finish-length", MESSAGE, "\"length\"", USAGE);
        completion(faults, "finish-filter", MESSAGE, "\"content_filter\"", USAGE);
        completion(faults, "finish-null", MESSAGE, "null", USAGE);
        completion(faults, "finish-unknown", MESSAGE, "\"tired\"", USAGE);
        completion(faults, "usage-none", MESSAGE, STOP, "");
        completion(faults, "usage-null", MESSAGE, STOP, "null");
        completion(faults, "usage-negative", MESSAGE, STOP, Completions.usage(-10, -5));
        completion(faults, "usage-huge", MESSAGE, STOP, "{\"prompt_tokens\":1e400,\"completion_tokens\":5}");
        completion(
                faults,
                "usage-overflow",
                MESSAGE,
                STOP,
                "{\"prompt_tokens\":99999999999999999999,\"completion_tokens\":5}");
        completion(faults, "usage-string", MESSAGE, STOP, "{\"prompt_tokens\":\"ten\",\"completion_tokens\":5}");
        completion(
                faults,
                "unknown-fields",
                "{\"role\":\"assistant\",\"content\":\"" + Faults.TEXT + "\",\"refusal\":null,\"annotations\":[],"
                        + "\"reasoning\":{\"deep\":[1,2,{\"x\":null}]}}",
                STOP,
                USAGE);
        completion(faults, "surrogate", "{\"role\":\"assistant\",\"content\":\"half of \\ud83d a pair\"}", STOP, USAGE);
    }

    private static void completion(
            Map<String, Function<Parameters, Fault>> faults, String name, String message, String finish, String usage) {
        json(faults, name, Completions.with("any", message, finish, usage));
    }

    private static void json(Map<String, Function<Parameters, Fault>> faults, String name, String json) {
        body(faults, name, "application/json", json);
    }

    private static void charset(
            Map<String, Function<Parameters, Fault>> faults, String name, String contentType, Charset charset) {
        byte[] body = OK.replace(Faults.TEXT, "Eine gr\u00fcndliche Antwort").getBytes(charset);
        faults.put(
                name,
                parameters -> exchange ->
                        exchange.finish(Reply.of(200, contentType, body).bytes()));
    }

    private static void body(
            Map<String, Function<Parameters, Fault>> faults, String name, String contentType, String body) {
        Reply reply = Reply.of(200, contentType, body.getBytes(StandardCharsets.UTF_8));
        faults.put(name, parameters -> exchange -> exchange.finish(reply.bytes()));
    }
}
