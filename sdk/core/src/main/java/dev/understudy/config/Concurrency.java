package dev.understudy.config;

import dev.understudy.throttle.AdaptiveSettings;
import org.jspecify.annotations.Nullable;

/**
 * How many attempts may be on the wire at once: a number, {@code adaptive}, or a map of the bounds between which it is learnt.
 *
 * @param most the number, or the upper bound
 * @param learnt the bounds, or null for a number
 */
record Concurrency(int most, @Nullable AdaptiveSettings learnt) {

    private static final String EXAMPLE = "10, adaptive, or { min: 2, initial: 10, max: 100 }";

    /** A number, the word, or a map. */
    static Value<Concurrency> value() {
        Value<Integer> number = Values.whole(1, 100_000);
        Value<Section> bounds = Schema.Adaptive.KEYS.section();
        return (node, where, problems) -> {
            if (node instanceof Node.Scalar scalar && scalar.text().equals("adaptive")) {
                return of(AdaptiveSettings.DEFAULT);
            }
            if (node instanceof Node.Scalar scalar && scalar.type() == Node.Type.TEXT && !scalar.quoted()) {
                problems.add(
                        where,
                        Excerpt.quoted(scalar.text()) + " is neither a number nor adaptive; write for example "
                                + EXAMPLE);
                return null;
            }
            if (node instanceof Node.Mapping) {
                Section section = bounds.read(node, where, problems);
                return section == null || !section.isSound() ? null : of(section, problems);
            }
            Integer fixed = number.read(node, where, problems);
            return fixed == null ? null : new Concurrency(fixed, null);
        };
    }

    private static Concurrency of(AdaptiveSettings learnt) {
        return new Concurrency(learnt.max(), learnt);
    }

    /** What is not said is the default, or next to it where that contradicts what is said. */
    private static @Nullable Concurrency of(Section said, Problems problems) {
        AdaptiveSettings usual = AdaptiveSettings.DEFAULT;
        Integer initial = said.get(Schema.Adaptive.INITIAL);
        Integer least = said.get(Schema.Adaptive.MIN);
        Integer most = said.get(Schema.Adaptive.MAX);
        int max = most != null ? most : Math.max(usual.max(), Math.max(or(least, 1), or(initial, 1)));
        int min = least != null ? least : Math.min(usual.min(), Math.min(max, or(initial, max)));
        if (min > max) {
            problems.add(new Finding(
                    said.path(Schema.Adaptive.MIN),
                    min + " is more than max, which is " + max + "; write at most that"));
            return null;
        }
        if (initial != null && (initial < min || initial > max)) {
            problems.add(new Finding(
                    said.path(Schema.Adaptive.INITIAL),
                    initial + " is not between min and max; write between " + min + " and " + max));
            return null;
        }
        return of(new AdaptiveSettings(
                min,
                initial != null ? initial : AdaptiveSettings.between(min, max).initial(),
                max));
    }

    private static int or(@Nullable Integer said, int otherwise) {
        return said != null ? said : otherwise;
    }
}
