package dev.understudy.openai;

import java.util.List;

/**
 * What the body of an error said, in whichever of the formats. Immutable.
 *
 * @param message for people; empty where there was none
 * @param codes for programs ({@code code}, {@code type}, {@code status}, {@code reason}), the most specific first; lower
 *     case, words joined by underscores
 * @param status the HTTP status that the body gave, or 0
 * @param finePrint more text, such as the error of a provider behind the provider; never shown
 */
record UpstreamError(String message, List<String> codes, int status, String finePrint) {

    /** The body was empty, not JSON, or said nothing. */
    static final UpstreamError NONE = new UpstreamError("", List.of(), 0, "");

    UpstreamError {
        codes = List.copyOf(codes);
    }

    /** Says whether anything was said at all. */
    boolean isEmpty() {
        return message.isEmpty() && codes.isEmpty() && status == 0;
    }

    @Override
    public String toString() {
        return "UpstreamError[" + codes.size() + " codes, status=" + status + "]";
    }
}
