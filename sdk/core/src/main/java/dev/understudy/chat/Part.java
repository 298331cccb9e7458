package dev.understudy.chat;

import java.util.Objects;

/** A piece of a message's content. Immutable; {@code toString} never shows it. */
public sealed interface Part {

    /**
     * Text.
     *
     * @param text the text, possibly empty
     */
    record Text(String text) implements Part {
        /** Checks the text. */
        public Text {
            Objects.requireNonNull(text, "text");
        }

        @Override
        public String toString() {
            return "Text[" + text.length() + " characters]";
        }
    }

    /**
     * An image, by address.
     *
     * @param url an {@code https:} or {@code data:} URL, passed on as it is
     */
    record ImageUrl(String url) implements Part {
        /** Checks the address. */
        public ImageUrl {
            Objects.requireNonNull(url, "url");
        }

        @Override
        public String toString() {
            return "ImageUrl[" + url.length() + " characters]";
        }
    }
}
