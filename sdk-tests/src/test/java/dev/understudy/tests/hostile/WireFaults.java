package dev.understudy.tests.hostile;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;

/** Connections that end, stall or drip; framing that lies; protocols that are none. */
final class WireFaults {

    private static final Reply OK = Reply.completion(Faults.TEXT);
    private static final String OK_BODY = new String(OK.body(), StandardCharsets.UTF_8);

    private WireFaults() {}

    static void addTo(Map<String, Function<Parameters, Fault>> faults) {
        endings(faults);
        slowness(faults);
        lengths(faults);
        chunks(faults);
        protocols(faults);
    }

    private static void endings(Map<String, Function<Parameters, Fault>> faults) {
        put(faults, "reset-before-headers", Exchange::reset);
        put(faults, "reset-mid-headers", exchange -> {
            exchange.write(half(OK.head()));
            exchange.pause(Duration.ofMillis(10)); // a reset overtakes what has not been read
            exchange.reset();
        });
        put(faults, "reset-mid-body", exchange -> {
            exchange.write(Reply.join(OK.head(), half(OK.body())));
            exchange.pause(Duration.ofMillis(10));
            exchange.reset();
        });
        put(faults, "close-before-headers", Exchange::close);
        put(faults, "close-mid-headers", exchange -> {
            exchange.write(half(OK.head()));
            exchange.close();
        });
        put(faults, "close-mid-body", exchange -> {
            exchange.write(Reply.join(OK.head(), half(OK.body())));
            exchange.close();
        });
        // The races of keep-alive: the server gives an idle connection up just when the client uses it again.
        put(faults, "answer-then-close", exchange -> {
            exchange.finish(OK.bytes());
            exchange.close();
        });
        put(faults, "answer-then-reset", exchange -> {
            exchange.finish(OK.bytes());
            exchange.pause(Duration.ofMillis(10));
            exchange.reset();
        });
        put(faults, "close-on-reuse", exchange -> {
            if (exchange.requestOfConnection() > 1) {
                exchange.close();
            } else {
                exchange.finish(OK.bytes());
            }
        });
        put(faults, "reset-on-reuse", exchange -> {
            if (exchange.requestOfConnection() > 1) {
                exchange.reset();
            } else {
                exchange.finish(OK.bytes());
            }
        });
    }

    private static void slowness(Map<String, Function<Parameters, Fault>> faults) {
        put(faults, "silent", Exchange::stall);
        put(faults, "stall-mid-headers", exchange -> {
            exchange.write(half(OK.head()));
            exchange.stall();
        });
        put(faults, "stall-after-headers", exchange -> {
            exchange.write(OK.head());
            exchange.stall();
        });
        put(faults, "stall-mid-body", exchange -> {
            exchange.write(Reply.join(OK.head(), half(OK.body())));
            exchange.stall();
        });
        faults.put("drip-headers", parameters -> {
            Duration every = parameters.millis("every-ms", 100);
            return exchange -> exchange.drip(OK.bytes(), every);
        });
        faults.put("drip-body", parameters -> {
            Duration every = parameters.millis("every-ms", 100);
            return exchange -> {
                exchange.write(OK.head());
                exchange.drip(OK.body(), every);
            };
        });
        faults.put("drip-whitespace", parameters -> {
            // JSON allows blanks before the value: a body that is always alive and never says anything.
            Duration every = parameters.millis("every-ms", 100);
            return exchange -> {
                exchange.write(OK.head("Content-Length: 1000000"));
                exchange.drip(" ".repeat(1_000_000).getBytes(StandardCharsets.US_ASCII), every);
            };
        });
        faults.put("drip-chunks", parameters -> {
            Duration every = parameters.millis("every-ms", 100);
            return exchange -> {
                exchange.write(OK.head("Transfer-Encoding: chunked"));
                while (true) {
                    exchange.pause(every);
                    exchange.write("1\r\n \r\n");
                }
            };
        });
    }

    private static void lengths(Map<String, Function<Parameters, Fault>> faults) {
        put(faults, "cut-body", exchange -> {
            exchange.write(Reply.join(OK.head("Content-Length: " + (OK.body().length + 100)), OK.body()));
            exchange.close();
        });
        put(faults, "length-too-long", exchange -> {
            exchange.write(Reply.join(OK.head("Content-Length: " + (OK.body().length + 100)), OK.body()));
            exchange.stall();
        });
        put(
                faults,
                "length-too-short",
                exchange ->
                        exchange.finish(Reply.join(OK.head("Content-Length: " + (OK.body().length - 40)), OK.body())));
        framed(faults, "length-negative", "Content-Length: -1");
        framed(faults, "length-garbage", "Content-Length: plenty");
        framed(faults, "length-overflow", "Content-Length: 99999999999999999999");
        framed(faults, "length-duplicate", "Content-Length: " + OK.body().length, "Content-Length: 7");
        put(faults, "length-none", exchange -> {
            exchange.write(Reply.join(OK.head("Connection: close"), OK.body()));
            exchange.attempt().end(Attempt.End.ANSWERED);
            exchange.close();
        });
        // What lies behind the promised length would be the beginning of the next answer.
        put(
                faults,
                "poisoned-keep-alive",
                exchange ->
                        exchange.finish(Reply.join(OK.bytes(), "more than promised".getBytes(StandardCharsets.UTF_8))));
    }

    private static void chunks(Map<String, Function<Parameters, Fault>> faults) {
        String size = Integer.toHexString(OK.body().length);
        chunked(faults, "chunked", size + "\r\n" + OK_BODY + "\r\n0\r\n\r\n", true);
        chunked(faults, "chunk-garbage", "zz\r\n" + OK_BODY + "\r\n0\r\n\r\n", true);
        chunked(faults, "chunk-negative", "-5\r\n" + OK_BODY + "\r\n0\r\n\r\n", true);
        chunked(faults, "chunk-overflow", "ffffffffffffffffff\r\n" + OK_BODY + "\r\n0\r\n\r\n", true);
        chunked(faults, "chunk-oversized", "fffff\r\n" + OK_BODY, false);
        chunked(faults, "chunk-no-end", size + "\r\n" + OK_BODY + "\r\n", false);
        chunked(faults, "chunk-empty", "0\r\n\r\n", true);
        chunked(faults, "chunk-unframed", OK_BODY, false);
        put(
                faults,
                "chunk-and-length",
                exchange -> exchange.finish(Reply.join(
                        OK.head("Content-Length: 3", "Transfer-Encoding: chunked"),
                        (size + "\r\n" + OK_BODY + "\r\n0\r\n\r\n").getBytes(StandardCharsets.UTF_8))));
    }

    private static void protocols(Map<String, Function<Parameters, Fault>> faults) {
        faults.put("status-line", parameters -> {
            String line = parameters.get("line", "HTTP/1.1 abc OK");
            return exchange -> {
                exchange.write(line + "\r\nContent-Length: " + OK.body().length + "\r\n\r\n" + OK_BODY);
                exchange.close();
            };
        });
        faults.put("raw", parameters -> {
            String what = parameters.get("what", "garbage");
            byte[] bytes = raw(what);
            return exchange -> {
                exchange.write(bytes);
                exchange.close();
            };
        });
        // Interim answers are legal before the real one; a flood of them is not an answer.
        put(
                faults,
                "one-100",
                exchange -> exchange.finish(
                        Reply.join("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII), OK.bytes())));
        put(
                faults,
                "one-103",
                exchange -> exchange.finish(Reply.join(
                        "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                        OK.bytes())));
        put(faults, "flood-1xx", exchange -> {
            byte[] many = "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000).getBytes(StandardCharsets.US_ASCII);
            while (true) {
                exchange.write(many);
            }
        });
        put(faults, "upgrade-101", exchange -> {
            exchange.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
            exchange.write(raw("http2"));
            exchange.stall();
        });
        put(faults, "bad-header-line", exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nthis is no header\r\n: nor this\r\nContent-Length: " + OK.body().length
                    + "\r\n\r\n" + OK_BODY);
            exchange.close();
        });
    }

    private static byte[] raw(String what) {
        return switch (what) {
            case "garbage" -> Faults.GARBAGE;
            // A TLS 1.2 alert, level fatal, handshake failure.
            case "tls" -> new byte[] {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28};
            // An empty SETTINGS frame.
            case "http2" -> new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0};
            case "ssh" -> "SSH-2.0-OpenSSH_9.6\r\n".getBytes(StandardCharsets.US_ASCII);
            case "http09" -> OK.body();
            case "newlines" -> "\r\n".repeat(100).getBytes(StandardCharsets.US_ASCII);
            default -> throw new IllegalArgumentException("No protocol is called " + what);
        };
    }

    private static void chunked(
            Map<String, Function<Parameters, Fault>> faults, String name, String chunks, boolean keepAlive) {
        put(faults, name, exchange -> {
            exchange.write(OK.head("Transfer-Encoding: chunked"));
            if (keepAlive) {
                exchange.finish(chunks.getBytes(StandardCharsets.UTF_8));
            } else {
                exchange.write(chunks.getBytes(StandardCharsets.UTF_8));
                exchange.close();
            }
        });
    }

    private static void framed(Map<String, Function<Parameters, Fault>> faults, String name, String... framing) {
        put(faults, name, exchange -> {
            exchange.write(Reply.join(OK.head(framing), OK.body()));
            exchange.close();
        });
    }

    private static void put(Map<String, Function<Parameters, Fault>> faults, String name, Fault fault) {
        faults.put(name, parameters -> fault);
    }

    private static byte[] half(byte[] bytes) {
        return Arrays.copyOf(bytes, bytes.length / 2);
    }
}
