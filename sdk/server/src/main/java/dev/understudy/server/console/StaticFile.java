package dev.understudy.server.console;

import dev.understudy.server.http.Answer;
import dev.understudy.server.http.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/**
 * A file of the page, a resource of ours, and what a browser may do with it: run our scripts, use our styles, ask this server.
 *
 * @param type its media type
 * @param bytes the file
 * @param tag what a browser knows this version by
 */
record StaticFile(String type, byte[] bytes, String tag) {

    /** Nothing from elsewhere, nothing in line, no markup from text, in nobody's frame. */
    static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:;"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script';"
                    + " trusted-types 'none'";

    static StaticFile load(String name) {
        try (InputStream resource = StaticFile.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException(name + " is missing beside " + StaticFile.class.getName());
            }
            byte[] bytes = resource.readAllBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            String tag = '"'
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(digest)
                            .substring(0, 22)
                    + '"';
            return new StaticFile(type(name), bytes, tag);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("Every Java platform has SHA-256", missing);
        }
    }

    private static String type(String name) {
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return switch (ending) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            default -> throw new IllegalStateException("No such file: " + name);
        };
    }

    Answer answer(Request request) {
        boolean known = request.header("if-none-match").filter(tag::equals).isPresent();
        return new Answer.Whole(
                known ? 304 : 200,
                Map.of(
                        "Content-Type",
                        type,
                        "Content-Security-Policy",
                        POLICY,
                        "Cache-Control",
                        "no-cache",
                        "ETag",
                        tag),
                known ? new byte[0] : bytes);
    }
}
