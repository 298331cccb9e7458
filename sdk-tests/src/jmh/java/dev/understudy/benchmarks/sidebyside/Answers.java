package dev.understudy.benchmarks.sidebyside;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What the stub says, as bytes that are ready to be sent: an answer of 200 tokens, whole or a token at a time. */
final class Answers {

    static final int TOKENS = 200;

    private static final String WORD = "parcel ";

    /** Every contestant has to hand over this text, so that none of them saves the reading. */
    static final String TEXT = WORD.repeat(TOKENS);

    private static final String USAGE = """
            "usage":{"prompt_tokens":256,"completion_tokens":200,"total_tokens":456,\
            "prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},\
            "completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,\
            "rejected_prediction_tokens":0}}""";

    private static final String WHOLE = """
            {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion","created":1741569952,\
            "model":"qa-2026-11-01","choices":[{"index":0,"message":{"role":"assistant","content":"%s","refusal":null,\
            "annotations":[]},"logprobs":null,"finish_reason":"stop"}],%s,"service_tier":"default",\
            "system_fingerprint":"fp_44709d6fcb"}""".formatted(TEXT, USAGE);

    private static final ByteBuffer COMPLETION = bytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            + "x-request-id: req_4f0e9a570c1f0b6e\r\nContent-Length: " + WHOLE.length() + "\r\n\r\n" + WHOLE);

    private static final ByteBuffer STREAM_HEAD = bytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            + "x-request-id: req_4f0e9a570c1f0b6e\r\nTransfer-Encoding: chunked\r\n\r\n"
            + event("{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null}", "null"));

    private static final ByteBuffer STREAM_TOKEN = bytes(event("{\"content\":\"" + WORD + "\"}", "null"));

    private static final ByteBuffer STREAM_END =
            bytes(event("{}", "\"stop\"") + chunk("data: [DONE]\n\n") + "0\r\n\r\n");

    private Answers() {}

    static ByteBuffer completion() {
        return COMPLETION.duplicate();
    }

    static ByteBuffer streamHead() {
        return STREAM_HEAD.duplicate();
    }

    static ByteBuffer streamToken() {
        return STREAM_TOKEN.duplicate();
    }

    static ByteBuffer streamEnd() {
        return STREAM_END.duplicate();
    }

    static ByteBuffer plain(String text) {
        return bytes(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + text.length() + "\r\n\r\n" + text);
    }

    private static String event(String delta, String finish) {
        return chunk("""
                data: {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk","created":1741569952,\
                "model":"qa-2026-11-01","service_tier":"default","system_fingerprint":"fp_44709d6fcb",\
                "choices":[{"index":0,"delta":%s,"logprobs":null,"finish_reason":%s}]}

                """.formatted(delta, finish));
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    /** Off the heap: from there the kernel reads them without a copy. */
    private static ByteBuffer bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
