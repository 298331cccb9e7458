package dev.understudy.store;

/**
 * How names and values are written: UTF-8 on one line each. A backslash, line breaks, control and invisible formatting
 * characters, and halves of characters are escaped, so that any text comes back as it was and an editor shows what is there.
 */
final class RecordText {

    private RecordText() {}

    /** The bytes of the line {@code name=value}, with its end. */
    static int bytesOf(String name, String value) {
        return bytesOf(name, true) + bytesOf(value, false) + 2;
    }

    private static int bytesOf(String text, boolean name) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            int character = codePoint(text, i);
            if (isEscaped(character, name)) {
                bytes += character == '\\' || character == '\n' || character == '\r' || character == '\t' ? 2 : 6;
            } else if (character < 0x80) {
                bytes++;
            } else if (character < 0x800) {
                bytes += 2;
            } else if (character < 0x10000) {
                bytes += 3;
            } else {
                bytes += 4;
                i++;
            }
        }
        return bytes;
    }

    /** The character at an index; one of two halves that is escaped stands for itself. */
    private static int codePoint(String text, int index) {
        int character = text.codePointAt(index);
        return character >= 0x10000 && isEscaped(character, false) ? text.charAt(index) : character;
    }

    private static boolean isEscaped(int character, boolean name) {
        if (character == '\\' || (name && character == '=')) {
            return true;
        }
        if (character < 0x80) {
            return character < ' ' || character == 0x7f;
        }
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
