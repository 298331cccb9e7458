package dev.understudy.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A map of the file whose values have been read: what is asked of it is there and right, or has been noted as a problem. What
 * it does not say, it may inherit.
 */
final class Section {

    /** What a capability is that was switched off. */
    static final Section OFF = new Section(Where.TOP, Map.of(), Set.of(), null);

    /** What a map is that nobody wrote. */
    static final Section NONE = new Section(Where.TOP, Map.of(), Set.of(), null);

    /** Stands for every key of a map that could not be read at all. */
    private static final Key<Object> ALL = new Key<>("", (node, where, problems) -> null);

    private final Where where;
    private final Map<Key<?>, Object> values;
    private final Set<Key<?>> broken;
    private final @Nullable Section inherited;

    private Section(Where where, Map<Key<?>, Object> values, Set<Key<?>> broken, @Nullable Section inherited) {
        this.where = where;
        this.values = values;
        this.broken = broken;
        this.inherited = inherited;
    }

    /** Reads every entry of a map, and notes those that have no business there. */
    static Section read(Node.Mapping mapping, Keys keys, Where where, Problems problems) {
        Map<Key<?>, Object> values = new HashMap<>();
        Set<Key<?>> broken = new HashSet<>();
        mapping.entries().forEach((name, entry) -> {
            Where at = where.at(name, entry.line());
            Key<?> key = keys.find(name);
            if (key == null) {
                problems.add(at, problems.isFull() ? "" : Schema.unknown(name, keys));
                return;
            }
            Object value = key.value().read(entry.value(), at, problems);
            if (value != null) {
                values.put(key, value);
            } else {
                broken.add(key);
            }
        });
        return new Section(where, values, broken, null);
    }

    /** A map of which nothing is known but that it is not right. */
    static Section broken(Where where) {
        return new Section(where, Map.of(), Set.of(ALL), null);
    }

    /** A map with these values. */
    static Section of(Where where, Map<Key<?>, Object> values) {
        return new Section(where, values, Set.of(), null);
    }

    /** This one, and behind it what it does not say itself. */
    Section over(Section behind) {
        return behind == OFF || behind == NONE || this == OFF ? this : new Section(where, values, broken, behind);
    }

    /** Where it stands. */
    Where where() {
        return where;
    }

    /** The path of one of its settings. */
    String path(Key<?> key) {
        return where.path().isEmpty() ? key.name() : where.path() + "." + key.name();
    }

    /** What this map says itself, or null. */
    <T> @Nullable T own(Key<T> key) {
        @SuppressWarnings("unchecked") // The key's own reader made the value.
        T value = (T) values.get(key);
        return value;
    }

    /** What this map says or inherits, or null. */
    <T> @Nullable T get(Key<T> key) {
        T own = own(key);
        return own != null || inherited == null ? own : inherited.get(key);
    }

    /** What this map says or inherits, or else the default. */
    <T> T get(Key<T> key, T otherwise) {
        T value = get(key);
        return value != null ? value : otherwise;
    }

    /** What this map says or inherits; null if it is missing, which is then noted, or is not right. */
    <T> @Nullable T require(Key<T> key, String what, Problems problems) {
        T value = get(key);
        if (value == null && !isBroken(key)) {
            problems.add(where, "'" + key.name() + "' is missing; write " + what);
        }
        return value;
    }

    /** A map within this one, merged key by key with the inherited one; what else to take if there is neither. */
    Section section(Key<Section> key, Section otherwise) {
        Section own = own(key);
        Section behind = inherited == null ? NONE : inherited.section(key, NONE);
        if (own != null) {
            return own.over(behind);
        }
        return behind != NONE ? behind : otherwise;
    }

    /** Whether nothing is wrong here, within, and in what is inherited: only then contradictions mean anything. */
    boolean isSound() {
        return broken.isEmpty()
                && values.values().stream().allMatch(value -> !(value instanceof Section within) || within.isSound())
                && (inherited == null || inherited.isSound());
    }

    /** Whether this key is there, but not right. */
    boolean isBroken(Key<?> key) {
        return broken.contains(key) || broken.contains(ALL) || (inherited != null && inherited.isBroken(key));
    }
}
