package dev.understudy.tests.hostile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;

/** Event streams, as they should be and otherwise. */
final class StreamFaults {

    private static final String FINISH = data("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    private static final String DONE = data("[DONE]");

    private StreamFaults() {}

    static void addTo(Map<String, Function<Parameters, Fault>> faults) {
        // tokens: how many; every-ms: the pause before each; first-ms: before the first of them.
        // end: after "after" of them, what: done, no-done, early, cut, reset, silent, error, bad, pings, empty, filter.
        faults.put("stream", parameters -> {
            int tokens = parameters.number("tokens", 60);
            int after = parameters.number("after", tokens);
            Duration first = parameters.millis("first-ms", 0);
            Duration every = parameters.millis("every-ms", 0);
            String end = parameters.get("end", "done");
            return exchange -> play(exchange, new Speech(tokens, after, first, every, end));
        });
        // Some servers refuse to go on with an answer that was begun elsewhere.
        faults.put("stream-unless-assistant-last", parameters -> exchange -> {
            String body = exchange.attempt().body();
            String last = body.substring(body.lastIndexOf("\"role\":\"") + 8);
            if (last.startsWith("assistant")) {
                exchange.finish(Reply.of(400, ErrorBodies.named("openai-bad")).bytes());
            } else {
                play(exchange, new Speech(60, 60, Duration.ZERO, Duration.ZERO, "done"));
            }
        });
        byte[] endless = new byte[65_536];
        Arrays.fill(endless, (byte) 'x');
        faults.put("stream-endless-line", parameters -> exchange -> flood(exchange, data("").strip(), endless));
        byte[] tiny = "data: {}\n\n".repeat(5_000).getBytes(StandardCharsets.US_ASCII);
        faults.put("stream-tiny-events", parameters -> exchange -> flood(exchange, "", tiny));
        byte[] pings = ": ping\n\n".repeat(5_000).getBytes(StandardCharsets.US_ASCII);
        faults.put("stream-pings-at-full-speed", parameters -> exchange -> flood(exchange, "", pings));
    }

    private record Speech(int tokens, int after, Duration first, Duration every, String end) {}

    private static void flood(Exchange exchange, String beginning, byte[] forever) throws IOException {
        exchange.write(head("X-Framing: none"));
        exchange.write(beginning);
        while (true) {
            exchange.write(forever);
        }
    }

    private static void play(Exchange exchange, Speech speech) throws IOException {
        exchange.write(head("Transfer-Encoding: chunked"));
        exchange.pause(speech.first());
        for (int i = 1; i <= speech.after(); i++) {
            exchange.pause(speech.every());
            exchange.write(chunk(token(i)));
        }
        switch (speech.end()) {
            case "done" -> exchange.finish(chunk(FINISH + usage(speech) + DONE) + "0\r\n\r\n");
            case "no-done" -> exchange.finish(chunk(FINISH + usage(speech)) + "0\r\n\r\n");
            case "early" -> exchange.finish("0\r\n\r\n");
            case "cut" -> {
                exchange.write("ff\r\ndata: {\"choi");
                exchange.close();
            }
            case "reset" -> exchange.reset();
            case "silent" -> exchange.stall();
            case "error" ->
                exchange.finish(
                        chunk(data("{\"error\":{\"message\":\"It broke\",\"code\":\"server_error\"}}")) + "0\r\n\r\n");
            case "bad" ->
                exchange.finish(
                        chunk("data: {\"choices\":[{\"delta\":{\"con\n\n" + token(speech.after() + 1) + FINISH + DONE)
                                + "0\r\n\r\n");
            case "filter" ->
                exchange.finish(
                        chunk(data("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"content_filter\"}]}")
                                        + DONE)
                                + "0\r\n\r\n");
            case "pings" -> forever(exchange, ": ping\n\n");
            case "empty" -> forever(exchange, data("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}}]}"));
            default -> throw new IllegalArgumentException("No stream ends with " + speech.end());
        }
    }

    private static void forever(Exchange exchange, String nothing) throws IOException {
        while (true) {
            exchange.write(chunk(nothing));
            exchange.pause(Duration.ofMillis(20));
        }
    }

    private static byte[] head(String framing) {
        return Reply.of(200, "text/event-stream", new byte[0]).head(framing);
    }

    private static String usage(Speech speech) {
        return data("{\"choices\":[],\"usage\":" + Completions.usage(10, speech.tokens()) + "}");
    }

    private static String token(int number) {
        return data("{\"id\":\"chatcmpl-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
                + Completions.quote(Completions.word(number)) + "}}]}");
    }

    private static String data(String json) {
        return "data: " + json + "\n\n";
    }

    private static String chunk(String body) {
        return Integer.toHexString(body.getBytes(StandardCharsets.ISO_8859_1).length) + "\r\n" + body + "\r\n";
    }
}
