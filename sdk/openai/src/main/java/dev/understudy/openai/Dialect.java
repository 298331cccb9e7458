package dev.understudy.openai;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a provider's chat-completions format differs from OpenAI's: what {@code options} of a provider may say. Immutable.
 *
 * @param seedField what the provider calls the seed; default {@code seed}, Mistral says {@code random_seed}
 * @param maxTokensField what it calls the token limit; default {@code max_tokens}, OpenAI's reasoning models say {@code
 *     max_completion_tokens}
 * @param requiredToolChoice how it spells "must call a tool"; default {@code required}, Mistral also knows {@code any}
 * @param streamUsage whether a stream is asked for its usage ({@code stream_options}); default true. Who gives it unasked, and
 *     refuses the question, is found out by the first stream
 * @param headers sent with every request besides our own; never a key; default: none
 */
record Dialect(
        String seedField,
        String maxTokensField,
        String requiredToolChoice,
        boolean streamUsage,
        Map<String, String> headers) {

    static final Dialect OPENAI = new Dialect("seed", "max_tokens", "required", true, Map.of());

    private static final String SEED_FIELD = "seed_field";
    private static final String MAX_TOKENS_FIELD = "max_tokens_field";
    private static final String REQUIRED_TOOL_CHOICE = "required_tool_choice";
    private static final String STREAM_USAGE = "stream_usage";
    private static final String HEADERS = "headers";
    private static final List<String> OPTIONS =
            List.of(SEED_FIELD, MAX_TOKENS_FIELD, REQUIRED_TOOL_CHOICE, STREAM_USAGE, HEADERS);

    private static final Set<String> SEED_FIELDS = Set.of("seed", "random_seed");
    private static final Set<String> MAX_TOKENS_FIELDS = Set.of("max_tokens", "max_completion_tokens");
    private static final Set<String> TOOL_CHOICES = Set.of("required", "any");

    /** Ours or the transport's: setting them would break a request, or send it or its key elsewhere. */
    private static final Set<String> OWN_HEADERS = Set.of(
            "accept",
            "accept-encoding",
            "authorization",
            "connection",
            "cookie",
            "expect",
            "host",
            "keep-alive",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final int MAX_HEADER_LENGTH = 4096;

    /** Reads checked options. */
    static Dialect of(Map<String, ? extends @Nullable Object> options) {
        return new Dialect(
                string(options, SEED_FIELD, OPENAI.seedField),
                string(options, MAX_TOKENS_FIELD, OPENAI.maxTokensField),
                string(options, REQUIRED_TOOL_CHOICE, OPENAI.requiredToolChoice),
                options.get(STREAM_USAGE) instanceof Boolean asked ? asked : OPENAI.streamUsage,
                headers(options.get(HEADERS)));
    }

    private static String string(Map<String, ? extends @Nullable Object> options, String name, String otherwise) {
        return options.get(name) instanceof String value ? value : otherwise;
    }

    private static Map<String, String> headers(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return Map.of();
        }
        Map<String, String> headers = new LinkedHashMap<>();
        map.forEach((name, content) -> headers.put(String.valueOf(name), String.valueOf(content)));
        return headers;
    }

    /** Says what is wrong with options, one sentence each. */
    static List<String> problems(Map<String, ? extends @Nullable Object> options) {
        List<String> problems = new ArrayList<>();
        options.forEach((name, value) -> {
            switch (name) {
                case SEED_FIELD -> oneOf(name, value, SEED_FIELDS, problems);
                case MAX_TOKENS_FIELD -> oneOf(name, value, MAX_TOKENS_FIELDS, problems);
                case REQUIRED_TOOL_CHOICE -> oneOf(name, value, TOOL_CHOICES, problems);
                case STREAM_USAGE -> {
                    if (!(value instanceof Boolean)) {
                        problems.add("option 'stream_usage' is true or false");
                    }
                }
                case HEADERS -> headerProblems(value, problems);
                default ->
                    problems.add("unknown option '" + shown(name) + "'; did you mean '"
                            + Neighbour.nearest(name, OPTIONS) + "'?");
            }
        });
        return problems;
    }

    private static void oneOf(String name, @Nullable Object value, Set<String> allowed, List<String> problems) {
        if (!(value instanceof String text) || !allowed.contains(text)) {
            problems.add("option '" + name + "' is one of "
                    + allowed.stream().sorted().toList());
        }
    }

    private static void headerProblems(@Nullable Object value, List<String> problems) {
        if (!(value instanceof Map<?, ?> map)) {
            problems.add("option 'headers' is a map from header names to their values");
            return;
        }
        map.forEach((key, content) -> {
            String name = String.valueOf(key);
            String lower = name.toLowerCase(Locale.ROOT);
            if (name.isEmpty() || !name.chars().allMatch(Dialect::isTokenCharacter)) {
                problems.add("header '" + shown(name) + "' is no header name; letters, digits and hyphens make one");
            } else if (OWN_HEADERS.contains(lower) || lower.startsWith("content-")) {
                problems.add("header '" + shown(name) + "' is set by the client itself");
            } else if (lower.endsWith("api-key") || lower.endsWith("token") || lower.endsWith("secret")) {
                problems.add(
                        "header '" + shown(name) + "' looks like a secret; a key goes into 'api_key', by reference");
            } else if (!(content instanceof String text)
                    || text.length() > MAX_HEADER_LENGTH
                    || !text.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
                problems.add("header '" + shown(name) + "' needs a value of printable ASCII on one line, at most "
                        + MAX_HEADER_LENGTH + " characters");
            }
        });
    }

    /** RFC 9110, section 5.6.2. */
    private static boolean isTokenCharacter(int c) {
        return c < 0x7f && (Character.isLetterOrDigit(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
    }

    private static String shown(String name) {
        return Excerpt.plain(name, 64);
    }
}
