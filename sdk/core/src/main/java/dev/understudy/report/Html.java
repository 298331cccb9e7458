package dev.understudy.report;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes markup that is HTML and well-formed XML at once. Every text and every attribute is escaped; there is no way to write
 * it raw. Not thread-safe.
 */
final class Html {

    /** More of a single text is cut: nobody reads it, and a name may be as long as its file. */
    private static final int LONGEST = 1_000;

    private static final char UNSHOWABLE = '\uFFFD';

    private final StringBuilder out = new StringBuilder(64 * 1024).append("<!DOCTYPE html>\n");
    private final Deque<String> open = new ArrayDeque<>();

    /** Begins an element. Attributes are names and values in turn. */
    Html open(String element, String... attributes) {
        tag(element, attributes);
        out.append('>');
        open.push(element);
        return this;
    }

    /** Ends the innermost element. */
    Html close() {
        String element = open.pop();
        out.append("</").append(element).append('>');
        if (BLOCKS.contains(' ' + element + ' ')) {
            out.append('\n');
        }
        return this;
    }

    /** An element of HTML that has no content by definition, or one of SVG that has none here. */
    Html empty(String element, String... attributes) {
        tag(element, attributes);
        out.append("/>");
        return this;
    }

    /** An element with nothing but text. */
    Html leaf(String element, String text, String... attributes) {
        return open(element, attributes).text(text).close();
    }

    /** Text; what would be markup is shown as it stands. */
    Html text(String text) {
        escape(text, LONGEST);
        return this;
    }

    /** A name that an operator chose: whatever its script, it does not turn its neighbours round. */
    Html name(String name) {
        return leaf("bdi", name, "class", "name");
    }

    /** Our own style sheet. */
    Html style(String css) {
        if (css.indexOf('<') >= 0 || css.indexOf('&') >= 0) {
            throw new IllegalArgumentException("A style sheet must be the same in HTML and in XML: no < and no &");
        }
        out.append("<style>").append(css).append("</style>\n");
        return this;
    }

    private static final String BLOCKS =
            " head title body header section figure figcaption table caption thead tbody tr dl div p ul li svg details ";

    private void tag(String element, String... attributes) {
        if (attributes.length % 2 != 0) {
            throw new IllegalArgumentException("An attribute of " + element + " has no value");
        }
        out.append('<').append(element);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1], Integer.MAX_VALUE);
            out.append('"');
        }
    }

    private void escape(String text, int longest) {
        int shown = 0;
        for (int i = 0; i < text.length(); ) {
            if (shown++ == longest) {
                out.append('…');
                return;
            }
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            switch (point) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n', '\r', '\t' -> out.append(' ');
                default -> {
                    if (isShowable(point)) {
                        out.appendCodePoint(point);
                    } else {
                        out.append(UNSHOWABLE);
                    }
                }
            }
        }
    }

    /** Neither forbidden in XML nor invisible mischief: controls, lone surrogates, and what reverses the text around it. */
    private static boolean isShowable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.SURROGATE, Character.UNASSIGNED, Character.LINE_SEPARATOR -> false;
            case Character.FORMAT -> point == 0x200C || point == 0x200D; // (non-)joiners, which some scripts need
            default -> true;
        };
    }

    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("Still open: " + open);
        }
        return out.toString();
    }
}
