package dev.understudy.benchmarks.sidebyside;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What was measured, round by round. Of a figure the median counts; of a ratio, the median of the ratios of each round, because
 * both sides of it had the same neighbours on the machine then.
 *
 * @param <K> who was measured
 */
final class Rounds<K extends Enum<K>> {

    private final Map<K, List<Figures>> measured;

    Rounds(Class<K> who) {
        measured = new EnumMap<>(who);
    }

    void add(K who, Figures figures) {
        measured.computeIfAbsent(who, anew -> new ArrayList<>()).add(figures);
    }

    boolean complete() {
        return measured.values().stream().flatMap(List::stream).noneMatch(Figures::isEmpty);
    }

    /** Says whose calls failed, if any did. */
    void failures(Report report, Function<K, String> title) {
        measured.forEach((who, figures) -> {
            double failed = figures.stream()
                    .mapToDouble(each -> each.get("failed"))
                    .filter(Double::isFinite)
                    .sum();
            if (failed > 0) {
                report.paragraph("Calls of " + title.apply(who) + " that failed: " + Math.round(failed) + ".");
            }
        });
    }

    double median(K who, String name) {
        return median(of(who), figures -> figures.get(name));
    }

    double ratio(K who, String name, K base) {
        List<Figures> mine = of(who);
        List<Figures> theirs = of(base);
        return median(
                IntStream.range(0, Math.min(mine.size(), theirs.size())).boxed().toList(),
                round -> mine.get(round).get(name) / theirs.get(round).get(name));
    }

    private List<Figures> of(K who) {
        return measured.getOrDefault(who, List.of());
    }

    private static <T> double median(List<T> of, ToDoubleFunction<T> value) {
        double[] sorted =
                of.stream().mapToDouble(value).filter(Double::isFinite).sorted().toArray();
        int half = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
