package dev.understudy.server.console;

import dev.understudy.error.Bounds;
import dev.understudy.event.ArmCounts;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutReason;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.rollout.Share;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Says in plain words what took a candidate away. Stateless. */
final class Because {

    /** From which part on the bad calls are said as a part of all: below, "3 of 593 calls" would sound like few. */
    private static final int MANY = 4;

    private Because() {}

    /** Such as "slower than 500 ms in 6 of 6 calls". */
    static String of(RolloutDecision decision, @Nullable Duration latencyLimit) {
        GuardEvidence strongest = decision.reason() == RolloutReason.GUARD
                ? decision.evidence().stream()
                        .max(Comparator.comparingDouble(GuardEvidence::logWealth))
                        .orElse(null)
                : null;
        if (strongest == null || strongest.bad() == 0) {
            return decision.reason().words();
        }
        return switch (strongest.guard()) {
            case LATENCY_LIMIT -> calls(strongest, slow(decision.candidateSeen(), latencyLimit));
            case ERROR_CAP -> calls(strongest, "failed");
            case ERROR_INCREASE -> units(strongest, "failed calls", "more failures than the baseline", decision);
            case LATENCY_INCREASE -> units(strongest, "slow calls", "slower than the baseline", decision);
        };
    }

    /** What a bad call was, where a call that failed counts as slow too. */
    private static String slow(ArmCounts seen, @Nullable Duration limit) {
        String slower = "slower than "
                + (limit == null ? "the limit" : Bounds.spell(limit).replaceAll("(\\d)(\\D)", "$1 $2"));
        if (seen.errors() == 0) {
            return slower;
        }
        return seen.slow() == 0 ? "failed" : slower + " or failed";
    }

    private static String calls(GuardEvidence evidence, String bad) {
        return evidence.bad() * MANY >= evidence.total()
                ? bad + " in " + count(evidence.bad()) + " of " + count(evidence.total(), "call")
                : count(evidence.bad(), "call") + " " + bad + ", of " + count(evidence.total()) + " in this rollout";
    }

    /** Chance would have dealt it its share of them. */
    private static String units(GuardEvidence evidence, String what, String judgement, RolloutDecision decision) {
        return judgement + ": " + count(evidence.bad()) + " of the " + count(evidence.total(), "user") + " with " + what
                + " were on it, though only " + share(Share.percent(decision.sharePercentBefore()))
                + " of all users were";
    }

    static String share(Share share) {
        return share.toString().replace("%", " %");
    }

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    static String count(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }
}
