package dev.understudy;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What outlives configurations, by name. What the configuration in force does not name any more is put aside, for a mistake
 * is soon mended: if it comes back in time, it goes on as if it had never been away. Used by one thread at a time.
 *
 * @param <S> what is kept
 */
final class Shelf<S> {

    /** How long something is kept that no configuration names; and for as long as it is busy. */
    static final Duration KEPT = Duration.ofMinutes(10);

    private final Map<String, S> states = new LinkedHashMap<>();
    /** What is not named, and since when. */
    private final Map<String, Long> aside = new LinkedHashMap<>();

    @Nullable
    S get(String name) {
        return states.get(name);
    }

    S getOrPut(String name, Supplier<S> maker) {
        return states.computeIfAbsent(name, missing -> maker.get());
    }

    Collection<S> all() {
        return states.values();
    }

    Map<String, S> byName() {
        return Map.copyOf(states);
    }

    /**
     * Says what the configuration in force names.
     *
     * @param names all that is kept without end
     * @param now a reading of the registry's clock
     */
    void named(Set<String> names, long now) {
        aside.keySet().removeAll(names);
        for (String name : states.keySet()) {
            if (!names.contains(name)) {
                aside.putIfAbsent(name, now);
            }
        }
    }

    /**
     * Lets go of what has been aside for long enough.
     *
     * @param now a reading of the registry's clock
     * @param busy what is kept nevertheless
     */
    void clear(long now, Predicate<S> busy) {
        aside.entrySet().removeIf(entry -> {
            S state = states.get(entry.getKey());
            if (now - entry.getValue() < KEPT.toNanos() || (state != null && busy.test(state))) {
                return false;
            }
            states.remove(entry.getKey());
            return true;
        });
    }
}
