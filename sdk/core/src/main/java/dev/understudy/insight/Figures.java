package dev.understudy.insight;

import dev.understudy.chat.Variant;
import dev.understudy.evidence.ConfidenceSequence;
import dev.understudy.evidence.Estimate;
import java.util.ArrayList;
import java.util.List;

/** Makes figures with bounds of what was counted. Stateless. */
final class Figures {

    private static final ConfidenceSequence BOUNDS = new ConfidenceSequence(0.05);

    /** A bin is a sixteenth of a power of two wide: at most 6 %. */
    private static final int CELLS_OF_BIN = LatencyScale.OCTAVE / 16;

    private Figures() {}

    static VariantFigures of(Variant variant, String model, Tally tally) {
        long calls = tally.calls();
        return new VariantFigures(
                variant,
                model,
                tally.units.estimate(),
                calls,
                tally.errors(),
                BOUNDS.rate(tally.errors(), calls),
                tally.fallbacks(),
                quantile(0.50, tally.latencies),
                quantile(0.95, tally.latencies),
                quantile(0.99, tally.latencies),
                tally.inputTokens,
                tally.outputTokens,
                tally.cost,
                bins(tally.latencies));
    }

    /**
     * A quantile in milliseconds. Its bounds are the empirical quantiles between which it lies, from the beginning of a cell to
     * the end of one; beyond the fastest and the slowest call nothing is known.
     */
    static Estimate quantile(double quantile, Latencies latencies) {
        long calls = latencies.total();
        if (calls == 0) {
            return Estimate.NONE;
        }
        Estimate ranks = BOUNDS.ranks(quantile, calls);
        double low = ranks.low() <= 0
                ? 0
                : LatencyScale.lowestMillis(latencies.cellOfRank((long) Math.floor(ranks.low() * calls)));
        double high = ranks.high() >= 1
                ? Double.POSITIVE_INFINITY
                : LatencyScale.endMillis(latencies.cellOfRank((long) Math.ceil(ranks.high() * calls)));
        return new Estimate(latencies.quantileMillis(quantile), low, high);
    }

    private static List<VariantFigures.Bin> bins(Latencies latencies) {
        List<VariantFigures.Bin> bins = new ArrayList<>();
        for (int first = 0; first < LatencyScale.CELLS; first += CELLS_OF_BIN) {
            long calls = 0;
            for (int cell = first; cell < first + CELLS_OF_BIN; cell++) {
                calls += latencies.at(cell);
            }
            if (calls > 0) {
                bins.add(new VariantFigures.Bin(
                        LatencyScale.lowestMillis(first), LatencyScale.endMillis(first + CELLS_OF_BIN - 1), calls));
            }
        }
        return bins;
    }
}
