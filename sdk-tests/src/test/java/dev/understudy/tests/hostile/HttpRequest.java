package dev.understudy.tests.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request as it came. Names of headers are in lower case. */
record HttpRequest(String method, String path, List<Map.Entry<String, String>> headers, byte[] body, int size) {

    Optional<String> header(String name) {
        return headers.stream()
                .filter(header -> header.getKey().equals(name))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** Puts requests together from whatever pieces arrive. Not thread-safe. */
    static final class Assembler {

        private byte[] pending = new byte[0];

        void add(byte[] bytes, int length) {
            int old = pending.length;
            pending = Arrays.copyOf(pending, old + length);
            System.arraycopy(bytes, 0, pending, old, length);
        }

        /** Whether what came cannot be the beginning of a request. */
        boolean isNoHttp() {
            return pending.length > 0 && (pending[0] < 'A' || pending[0] > 'Z');
        }

        String beginning() {
            return new String(pending, 0, Math.min(pending.length, 64), StandardCharsets.ISO_8859_1);
        }

        /** Takes the next whole request out, if it is there. */
        @Nullable
        HttpRequest next() {
            int headEnd = indexOf("\r\n\r\n", 0);
            if (headEnd < 0) {
                return null;
            }
            String[] lines = new String(pending, 0, headEnd, StandardCharsets.ISO_8859_1).split("\r\n");
            List<Map.Entry<String, String>> headers = new ArrayList<>();
            for (String line : Arrays.asList(lines).subList(1, lines.length)) {
                int colon = line.indexOf(':');
                headers.add(Map.entry(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).trim()));
            }
            String[] words = lines[0].split(" ");
            HttpRequest head = new HttpRequest(words[0], words[1], headers, new byte[0], 0);
            int bodyStart = headEnd + 4;
            return head.header("transfer-encoding").map("chunked"::equals).orElse(false)
                    ? chunked(head, bodyStart)
                    : sized(
                            head,
                            bodyStart,
                            Integer.parseInt(head.header("content-length").orElse("0")));
        }

        private @Nullable HttpRequest sized(HttpRequest head, int start, int length) {
            if (pending.length < start + length) {
                return null;
            }
            return take(head, Arrays.copyOfRange(pending, start, start + length), start + length);
        }

        private @Nullable HttpRequest chunked(HttpRequest head, int start) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            int at = start;
            while (true) {
                int lineEnd = indexOf("\r\n", at);
                if (lineEnd < 0) {
                    return null;
                }
                String line = new String(pending, at, lineEnd - at, StandardCharsets.ISO_8859_1);
                int size = Integer.parseInt(line.split(";")[0].trim(), 16);
                at = lineEnd + 2 + size + 2;
                if (pending.length < at) {
                    return null;
                }
                if (size == 0) {
                    return take(head, body.toByteArray(), at);
                }
                body.write(pending, lineEnd + 2, size);
            }
        }

        private HttpRequest take(HttpRequest head, byte[] body, int end) {
            pending = Arrays.copyOfRange(pending, end, pending.length);
            return new HttpRequest(head.method, head.path, List.copyOf(head.headers), body, end);
        }

        private int indexOf(String text, int from) {
            byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
            for (int i = from; i <= pending.length - wanted.length; i++) {
                if (Arrays.equals(pending, i, i + wanted.length, wanted, 0, wanted.length)) {
                    return i;
                }
            }
            return -1;
        }
    }
}
