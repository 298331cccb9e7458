package dev.understudy.tests.hostile;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An HTTP answer that is well-formed as long as nobody adds a header that contradicts it. Immutable.
 *
 * @param status the status code
 * @param headers whole lines, without their ends
 * @param body the body
 */
public record Reply(int status, List<String> headers, byte[] body) {

    /** An answer in JSON. */
    public static Reply of(int status, String json) {
        return of(status, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** An answer of any type. */
    public static Reply of(int status, String contentType, byte[] body) {
        List<String> headers = new ArrayList<>();
        if (!contentType.isEmpty()) {
            headers.add("Content-Type: " + contentType);
        }
        return new Reply(status, headers, body);
    }

    /** A proper completion. */
    public static Reply completion(String text) {
        return of(200, Completions.of("any", text, 10, 5, "stop"));
    }

    /** The same with one more header line. */
    public Reply with(String name, String value) {
        List<String> more = new ArrayList<>(headers);
        more.add(name + ": " + value);
        return new Reply(status, more, body);
    }

    /** Status line and headers, a length among them, and the empty line. */
    public byte[] head() {
        return head("Content-Length: " + body.length);
    }

    /** Status line and headers with another framing, and the empty line. */
    public byte[] head(String... framing) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Whatever\r\n");
        headers.forEach(line -> head.append(line).append("\r\n"));
        for (String line : framing) {
            head.append(line).append("\r\n");
        }
        return head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Everything. */
    public byte[] bytes() {
        return join(head(), body);
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.write(part, 0, part.length);
        }
        return all.toByteArray();
    }

    @Override
    public String toString() {
        return "Reply[" + status + ", " + body.length + " bytes]";
    }
}
