package dev.understudy.config;

/**
 * One key of the file; compared by reference.
 *
 * @param <T> what its value becomes
 */
final class Key<T> {

    private final String name;
    private final Value<T> value;

    Key(String name, Value<T> value) {
        this.name = name;
        this.value = value;
    }

    /** How the file spells it. */
    String name() {
        return name;
    }

    /** What its value must look like. */
    Value<T> value() {
        return value;
    }
}
