package dev.understudy.tests.hostile;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Bodies of chat completions, proper and odd. */
public final class Completions {

    private Completions() {}

    /** A proper one. */
    public static String of(String model, String text, long input, long output, String finish) {
        return with(
                model, "{\"role\":\"assistant\",\"content\":" + quote(text) + "}", quote(finish), usage(input, output));
    }

    /** One whose message, finish reason and usage are given as JSON; an empty usage is left out. */
    public static String with(String model, String message, String finish, String usage) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":" + quote(model)
                + ",\"choices\":[{\"index\":0,\"message\":" + message + ",\"logprobs\":null,\"finish_reason\":" + finish
                + "}]" + (usage.isEmpty() ? "" : ",\"usage\":" + usage) + "}";
    }

    static String usage(long input, long output) {
        return "{\"prompt_tokens\":" + input + ",\"completion_tokens\":" + output + ",\"total_tokens\":"
                + (input + output) + "}";
    }

    /** The text of a stream of so many tokens. */
    public static String spoken(int tokens) {
        return IntStream.rangeClosed(1, tokens).mapToObj(Completions::word).collect(Collectors.joining());
    }

    /** One token of it, counted from 1. */
    static String word(int number) {
        return number == 1 ? Faults.TEXT : " " + number;
    }

    /** A JSON string. */
    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x20) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
