package dev.understudy.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The page's looks, a resource of ours.
 *
 * @param css the style sheet
 * @param digest what the page's policy knows it by: no other style is let in
 */
record StyleSheet(String css, String digest) {

    static final StyleSheet INSTANCE = load();

    private static StyleSheet load() {
        try (InputStream resource = StyleSheet.class.getResourceAsStream("report.css")) {
            if (resource == null) {
                throw new IllegalStateException("report.css is missing beside " + StyleSheet.class.getName());
            }
            // A browser reads every line end as \n before it computes the digest.
            String css = new String(resource.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(css.getBytes(StandardCharsets.UTF_8));
            return new StyleSheet(css, "sha256-" + Base64.getEncoder().encodeToString(digest));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("Every Java platform has SHA-256", missing);
        }
    }
}
