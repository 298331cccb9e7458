package dev.understudy.tests.faults;

import dev.understudy.tests.hostile.HostileServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A key, a prompt and an answer that are found wherever they leak to: whole, in part, percent-encoded, in Base64 at any
 * offset, in hexadecimal, reversed.
 */
final class Canaries {

    static final String KEY = "sk-CANARY-Zq8vT3mW+x5Rk2Lp9/Jd4=";
    static final String PROMPT = "PROMPT-CANARY-b6Ke9sUz";
    static final String ANSWER = "ANSWER-CANARY-h3Nq7dYw";

    /** Parts long enough not to occur by chance. */
    private static final List<String> PARTS = List.of("Zq8vT3mW", "x5Rk2Lp9", "b6Ke9sUz", "h3Nq7dYw", "CANARY");

    private static final List<String> FORMS = forms();

    static {
        if (!HostileServer.TEXT.contains(ANSWER)) {
            throw new IllegalStateException("The server answers something else");
        }
    }

    private Canaries() {}

    /** What of them a text shows, if anything. */
    static Optional<String> in(String text) {
        return text == null
                ? Optional.empty()
                : FORMS.stream().filter(text::contains).findFirst();
    }

    private static List<String> forms() {
        List<String> forms = new ArrayList<>();
        for (String part : PARTS) {
            forms.add(part);
            forms.add(new StringBuilder(part).reverse().toString());
            forms.add(hex(part));
            forms.add(hex(part).toUpperCase(java.util.Locale.ROOT));
        }
        forms.add(URLEncoder.encode(KEY, StandardCharsets.UTF_8));
        for (String whole : List.of(KEY, PROMPT, ANSWER)) {
            // The same bytes look different at each of three offsets; the ends depend on what stands beside them.
            for (int offset = 0; offset < 3; offset++) {
                String shifted = Base64.getEncoder()
                        .withoutPadding()
                        .encodeToString(("x".repeat(offset) + whole).getBytes(StandardCharsets.UTF_8));
                forms.add(shifted.substring(4, shifted.length() - 4));
            }
        }
        return List.copyOf(forms);
    }

    private static String hex(String text) {
        StringBuilder hex = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hex.append(String.format("%02x", b));
        }
        return hex.toString();
    }
}
