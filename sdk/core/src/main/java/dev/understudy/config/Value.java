package dev.understudy.config;

import org.jspecify.annotations.Nullable;

/**
 * What a key's value must look like, and what it becomes.
 *
 * @param <T> what it becomes
 */
@FunctionalInterface
interface Value<T> {

    /**
     * Reads a value.
     *
     * @param node what the file says
     * @param where the key
     * @param problems where to note what is wrong
     * @return the value, or null if something was noted
     */
    @Nullable
    T read(Node node, Where where, Problems problems);

    /** Reads a single value. */
    @FunctionalInterface
    interface OfScalar<T> {
        /** Turns the scalar into a value, or says what is wrong and what would be right. */
        T read(Node.Scalar scalar) throws Refusal;
    }

    /**
     * A value that is neither a map nor a list.
     *
     * @param what what is expected, with an example
     * @param reader turns it into the value
     */
    static <T> Value<T> scalar(String what, OfScalar<T> reader) {
        return (node, where, problems) -> {
            try {
                if (node instanceof Node.Scalar scalar && scalar.type() != Node.Type.EMPTY) {
                    return reader.read(scalar);
                }
                problems.add(where, mismatch(node, what));
            } catch (Refusal refusal) {
                problems.add(where, refusal.sentence());
            }
            return null;
        };
    }

    /** Says that something else stands here than what is expected. */
    static String mismatch(Node node, String what) {
        return node.kind().equals("empty")
                ? "has no value; write " + what + ", or leave the key out"
                : "is " + node.kind() + "; write " + what;
    }
}
