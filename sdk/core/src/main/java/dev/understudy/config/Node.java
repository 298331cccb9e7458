package dev.understudy.config;

import java.util.List;
import java.util.Map;

/** A value of the file. Immutable, and a tree to whoever walks it: an alias stands for the value that it names. */
sealed interface Node {

    /** How many values this is, aliases written out. */
    int size();

    /** What this is, in a sentence: {@code is a list}. */
    String kind();

    /** What the core schema of YAML 1.2 takes a scalar for. Quoted text is always text. */
    enum Type {
        EMPTY("empty"),
        BOOLEAN("true or false"),
        INTEGER("a number"),
        DECIMAL("a number"),
        TEXT("text");

        private final String kind;

        Type(String kind) {
            this.kind = kind;
        }
    }

    /**
     * A single value.
     *
     * @param text as it is written, without quotes and escapes
     * @param type what it is taken for
     * @param quoted whether it stands in quotes
     */
    record Scalar(String text, Type type, boolean quoted) implements Node {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public String kind() {
            return type.kind;
        }
    }

    /**
     * A list.
     *
     * @param elements its elements
     * @param size how many values this is
     */
    record Sequence(List<Entry> elements, int size) implements Node {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /**
     * A map.
     *
     * @param entries its entries, in the order of the file
     * @param size how many values this is
     */
    record Mapping(Map<String, Entry> entries, int size) implements Node {
        @Override
        public String kind() {
            return "a map";
        }
    }

    /**
     * A value in its place.
     *
     * @param line where its key or its element stands; an alias stands where it is used
     * @param value the value
     */
    record Entry(int line, Node value) {}
}
