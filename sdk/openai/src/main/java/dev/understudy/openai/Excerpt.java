package dev.understudy.openai;

import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Part;
import dev.understudy.chat.Secret;
import dev.understudy.chat.Tool;
import dev.understudy.chat.ToolCall;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What may be shown of what an upstream said: at most {@value #LENGTH} characters on one line, without our key in any
 * spelling, without anything that looks like a key, and without what it repeats of the request. Thread-safe.
 */
final class Excerpt {

    static final int LENGTH = 200;

    private static final String MASK = "[...]";
    /** So much is looked at: what is masked makes room for what follows. */
    private static final int CONSIDERED = 2 * LENGTH;

    private static final int REQUEST_ID_LENGTH = 128;

    /** Things that look like keys, whoever's they are. */
    private static final List<Pattern> KEYS = List.of(
            Pattern.compile("(?i)\\b(?:bearer|basic)\\s+[^\\s,;\"']+"),
            Pattern.compile("\\b(?:sk|pk|rk|gsk|xai|hf|ghp)[-_][A-Za-z0-9*._-]{3,}"),
            Pattern.compile("\\b(?:AKIA|AIza)[A-Za-z0-9*_-]{8,}"),
            Pattern.compile(
                    "(?i)\\b(?:api[ _-]?key|access[ _-]?token|token|password|secret)(?: provided)?[\"']?\\s*[:=]\\s*"
                            + "[\"']?[^\\s,;\"']+"),
            Pattern.compile("\\b(?=[A-Za-z]*\\d)[A-Za-z0-9+/=_*-]{32,}"));

    private final List<String> spellings;

    /**
     * Hides a key.
     *
     * @param key the provider's, or null where there is none
     */
    Excerpt(@Nullable Secret key) {
        List<String> all = new ArrayList<>();
        if (key != null) {
            String value = key.reveal();
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            all.add(value);
            all.add(Base64.getEncoder().encodeToString(bytes));
            all.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
            all.add(Base64.getEncoder().encodeToString(("Bearer " + value).getBytes(StandardCharsets.UTF_8)));
            all.add(URLEncoder.encode(value, StandardCharsets.UTF_8));
        }
        spellings = List.copyOf(all);
    }

    /** Returns what may be shown of a text that an upstream sent in answer to a request. */
    String of(String text, @Nullable ChatRequest request) {
        String considered = text.length() <= CONSIDERED ? text : text.substring(0, CONSIDERED);
        Echo echo = new Echo(considered);
        spellings.forEach(echo::hide);
        for (Pattern pattern : KEYS) {
            Matcher matcher = pattern.matcher(considered);
            while (matcher.find()) {
                echo.hide(matcher.start(), matcher.end());
            }
        }
        if (request != null) {
            hide(request, echo);
        }
        StringBuilder shown = new StringBuilder(LENGTH + MASK.length());
        for (int i = 0; i < considered.length() && shown.length() <= LENGTH; i++) {
            if (!echo.isHidden(i)) {
                appendPlain(shown, considered.charAt(i));
            } else if (i == 0 || !echo.isHidden(i - 1)) {
                shown.append(MASK);
            }
        }
        return cut(shown, LENGTH);
    }

    /** Returns the provider's id of a request if it can be one: a short word of ASCII that is not our key. */
    @Nullable
    String requestId(@Nullable String id) {
        if (id == null || id.isEmpty() || id.length() > REQUEST_ID_LENGTH) {
            return null;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c <= 0x20 || c >= 0x7f) {
                return null;
            }
        }
        for (String spelling : spellings) {
            if (id.contains(spelling)) {
                return null;
            }
        }
        return id;
    }

    private static void hide(ChatRequest request, Echo echo) {
        for (Message message : request.messages()) {
            for (Part part : message.parts()) {
                if (part instanceof Part.Text text) {
                    echo.hide(text.text());
                } else if (part instanceof Part.ImageUrl image) {
                    echo.hide(image.url());
                }
            }
            for (ToolCall call : message.toolCalls()) {
                echo.hide(call.arguments());
            }
        }
        for (Tool tool : request.tools()) {
            echo.hide(tool.description());
        }
    }

    /** Returns a text on one line: control characters escaped, at most so long. */
    static String plain(String text, int length) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && shown.length() <= length; i++) {
            appendPlain(shown, text.charAt(i));
        }
        return cut(shown, length);
    }

    private static void appendPlain(StringBuilder shown, char c) {
        switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> escape(shown, c);
            default -> shown.append(c);
        }
    }

    private static void escape(StringBuilder shown, char c) {
        switch (c) {
            case '\n' -> shown.append("\\n");
            case '\r' -> shown.append("\\r");
            case '\t' -> shown.append("\\t");
            default -> {
                String hex = Integer.toHexString(c);
                shown.append("\\u").append("0000", hex.length(), 4).append(hex);
            }
        }
    }

    private static String cut(StringBuilder text, int length) {
        if (text.length() <= length) {
            return text.toString();
        }
        return text.substring(0, length - 3) + "...";
    }

    @Override
    public String toString() {
        return "Excerpt";
    }
}
