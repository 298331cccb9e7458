package dev.understudy.tests.hostile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;

/** Too much of anything: bodies, unpacked bodies, headers, lines, depth, digits. */
final class SizeFaults {

    private static final int MIB = 1024 * 1024;

    /** The beginning and the end of a completion, between which any number of letters fit. */
    private static final String[] AROUND =
            Completions.of("any", "\0", 10, 5, "stop").split("\\\\u0000");

    private static final byte[] LETTERS = letters();

    private SizeFaults() {}

    static void addTo(Map<String, Function<Parameters, Fault>> faults) {
        faults.put("big-body", parameters -> {
            int mib = parameters.number("mib", 300);
            return exchange -> bigBody(exchange, mib, true);
        });
        faults.put("big-chunked-body", parameters -> {
            int mib = parameters.number("mib", 300);
            return exchange -> bigBody(exchange, mib, false);
        });
        faults.put("endless-body", parameters -> exchange -> bigBody(exchange, Integer.MAX_VALUE, false));
        faults.put("endless-whitespace", parameters -> exchange -> {
            exchange.write(Reply.of(200, "").head("Transfer-Encoding: chunked"));
            byte[] chunk = ("10000\r\n" + " ".repeat(65536) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            while (true) {
                exchange.write(chunk);
            }
        });
        faults.put("gzip", parameters -> {
            byte[] packed = pack(1, true);
            return exchange -> exchange.finish(gzip(packed).bytes());
        });
        faults.put("gzip-bomb", parameters -> {
            int mib = parameters.number("mib", 300);
            return exchange -> exchange.finish(
                    gzip(mib == 300 ? Bomb.PACKED : pack(mib, false)).bytes());
        });
        faults.put(
                "gzip-garbage",
                parameters ->
                        exchange -> exchange.finish(gzip("this was never packed".getBytes(StandardCharsets.US_ASCII))
                                .bytes()));
        faults.put("gzip-cut", parameters -> {
            byte[] packed = pack(1, true);
            return exchange -> exchange.finish(
                    gzip(Arrays.copyOf(packed, packed.length / 2)).bytes());
        });
        faults.put(
                "unknown-encoding",
                parameters -> exchange -> exchange.finish(Reply.completion(Faults.TEXT)
                        .with("Content-Encoding", "zstd")
                        .bytes()));
        headers(faults);
        json(faults);
    }

    private static void headers(Map<String, Function<Parameters, Fault>> faults) {
        faults.put("endless-headers", parameters -> exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\n");
            byte[] many = ("X-Filler: " + "y".repeat(1000) + "\r\n").repeat(60).getBytes(StandardCharsets.US_ASCII);
            while (true) {
                exchange.write(many);
            }
        });
        faults.put("endless-header-line", parameters -> exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nX-Filler: ");
            while (true) {
                exchange.write(LETTERS);
            }
        });
        faults.put("endless-status-line", parameters -> exchange -> {
            exchange.write("HTTP/1.1 200 ");
            while (true) {
                exchange.write(LETTERS);
            }
        });
        faults.put("endless-chunk-size", parameters -> exchange -> {
            exchange.write(Reply.of(200, "").head("Transfer-Encoding: chunked"));
            exchange.write("5;");
            while (true) {
                exchange.write(LETTERS);
            }
        });
        faults.put("endless-trailers", parameters -> exchange -> {
            exchange.write(Reply.of(200, "").head("Transfer-Encoding: chunked"));
            String body = Completions.of("any", Faults.TEXT, 10, 5, "stop");
            exchange.write(Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n");
            byte[] many = ("X-Filler: " + "y".repeat(1000) + "\r\n").repeat(60).getBytes(StandardCharsets.US_ASCII);
            while (true) {
                exchange.write(many);
            }
        });
        faults.put("huge-header", parameters -> {
            int kib = parameters.number("kib", 4096);
            return whole(Reply.completion(Faults.TEXT).with("X-Filler", "y".repeat(kib * 1024)));
        });
        faults.put("many-headers", parameters -> {
            int count = parameters.number("count", 50_000);
            Reply reply = Reply.completion(Faults.TEXT);
            StringBuilder lines = new StringBuilder("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < count; i++) {
                lines.append("X-").append(i).append(": y\r\n");
            }
            lines.append("Content-Length: ").append(reply.body().length).append("\r\n\r\n");
            byte[] bytes = Reply.join(lines.toString().getBytes(StandardCharsets.US_ASCII), reply.body());
            return exchange -> exchange.finish(bytes);
        });
    }

    private static void json(Map<String, Function<Parameters, Fault>> faults) {
        faults.put("deep-json", parameters -> {
            int depth = parameters.number("depth", 100_000);
            String body = "{\"x\":" + "[".repeat(depth) + "]".repeat(depth) + ",\"choices\":[]}";
            return whole(Reply.of(200, body));
        });
        faults.put("deep-objects", parameters -> {
            int depth = parameters.number("depth", 100_000);
            String body = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
            return whole(Reply.of(200, body));
        });
        faults.put("huge-number", parameters -> {
            String number = "9".repeat(parameters.number("digits", 1_000_000));
            String body = Completions.with(
                    "any",
                    "{\"role\":\"assistant\",\"content\":\"x\"}",
                    "\"stop\"",
                    "{\"prompt_tokens\":" + number + ",\"completion_tokens\":1}");
            return whole(Reply.of(200, body));
        });
        faults.put("huge-name", parameters -> {
            String body = "{\"" + "n".repeat(parameters.number("kib", 4096) * 1024) + "\":1}";
            return whole(Reply.of(200, body));
        });
        faults.put("huge-error", parameters -> {
            String body = "{\"error\":{\"message\":\"" + "m".repeat(parameters.number("mib", 40) * MIB) + "\"}}";
            return whole(Reply.of(500, body));
        });
        faults.put("endless-error", parameters -> exchange -> {
            exchange.write(Reply.of(500, "").head("Transfer-Encoding: chunked"));
            byte[] chunk = ("10000\r\n" + "e".repeat(65536) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            while (true) {
                exchange.write(chunk);
            }
        });
        faults.put("many-choices", parameters -> {
            String choice =
                    "{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"x\"},\"finish_reason\":\"stop\"}";
            String body = "{\"choices\":[" + choice + ("," + choice).repeat(parameters.number("count", 20_000)) + "]}";
            return whole(Reply.of(200, body));
        });
    }

    /** Put together once, however often it is sent. */
    private static Fault whole(Reply reply) {
        byte[] bytes = reply.bytes();
        return exchange -> exchange.finish(bytes);
    }

    private static void bigBody(Exchange exchange, int mib, boolean withLength) throws IOException {
        Reply reply = Reply.of(200, "");
        if (withLength) {
            long length = AROUND[0].length() + (long) mib * MIB + AROUND[1].length();
            exchange.write(reply.head("Content-Length: " + length));
            exchange.write(AROUND[0]);
            for (long written = 0; written < (long) mib * MIB; written += LETTERS.length) {
                exchange.write(LETTERS);
            }
            exchange.finish(AROUND[1]);
            return;
        }
        exchange.write(reply.head("Transfer-Encoding: chunked"));
        exchange.write(chunk(AROUND[0].getBytes(StandardCharsets.US_ASCII)));
        byte[] letters = chunk(LETTERS);
        for (long written = 0; written < (long) mib * MIB; written += LETTERS.length) {
            exchange.write(letters);
        }
        exchange.write(chunk(AROUND[1].getBytes(StandardCharsets.US_ASCII)));
        exchange.finish("0\r\n\r\n");
    }

    private static byte[] chunk(byte[] content) {
        return Reply.join(
                (Integer.toHexString(content.length) + "\r\n").getBytes(StandardCharsets.US_ASCII),
                content,
                "\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static Reply gzip(byte[] packed) {
        return Reply.of(200, "application/json", packed).with("Content-Encoding", "gzip");
    }

    private static byte[] pack(int mib, boolean small) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            if (small) {
                out.write(Completions.of("any", Faults.TEXT, 10, 5, "stop").getBytes(StandardCharsets.UTF_8));
            } else {
                out.write(AROUND[0].getBytes(StandardCharsets.US_ASCII));
                for (int i = 0; i < mib * (MIB / LETTERS.length); i++) {
                    out.write(LETTERS);
                }
                out.write(AROUND[1].getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return packed.toByteArray();
    }

    private static byte[] letters() {
        byte[] letters = new byte[64 * 1024];
        Arrays.fill(letters, (byte) 'a');
        return letters;
    }

    /** Packed once, when it is first wanted: it takes a second. */
    private static final class Bomb {
        static final byte[] PACKED = pack(300, false);
    }
}
