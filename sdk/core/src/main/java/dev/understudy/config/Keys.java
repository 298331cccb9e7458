package dev.understudy.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys that one kind of map may have. */
final class Keys {

    private static final int SHORT = 100;

    private final String home;
    private final Map<String, Key<?>> keys = new LinkedHashMap<>();

    /**
     * Starts without any.
     *
     * @param home where such a map stands in the file, for the advice to somebody who wrote one of its keys elsewhere
     */
    Keys(String home) {
        this.home = home;
    }

    /** Adds a key. */
    <T> Key<T> add(String name, Value<T> value) {
        Key<T> key = new Key<>(name, value);
        keys.put(name, key);
        return key;
    }

    /** Where such a map stands in the file. */
    String home() {
        return home;
    }

    /** The key of this name, or null. */
    @Nullable
    Key<?> find(String name) {
        return keys.get(name);
    }

    /** All keys by name. */
    Map<String, Key<?>> all() {
        return Collections.unmodifiableMap(keys);
    }

    /** A map with these keys and no others. */
    Value<Section> section() {
        return (node, where, problems) -> {
            if (node instanceof Node.Mapping mapping) {
                return Section.read(mapping, this, where, problems);
            }
            problems.add(where, Value.mismatch(node, what()));
            return null;
        };
    }

    private String what() {
        String all = String.join(", ", keys.keySet());
        return all.length() <= SHORT ? "a map of " + all : "a map of settings";
    }

    /** A map of names to maps with these keys. */
    Value<Map<String, Section>> named() {
        return (node, where, problems) -> {
            if (!(node instanceof Node.Mapping mapping)) {
                problems.add(where, Value.mismatch(node, "a map from names to settings"));
                return null;
            }
            Map<String, Section> sections = new LinkedHashMap<>();
            mapping.entries().forEach((name, entry) -> {
                Where at = where.at(name, entry.line());
                Section section = section().read(entry.value(), at, problems);
                sections.put(name, section != null ? section : Section.broken(at));
            });
            return sections;
        };
    }
}
