package dev.understudy.tests.simulation;

import dev.understudy.chat.FinishReason;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** How a model is for a while. */
enum Mood {
    FINE(0.05),
    FLAKY(0.3),
    DOWN(0.95),
    SILENT(0.9),
    SLOW(0.05),
    LIMITED(0.4),
    BUSY(0.9),
    BROKEN(0.5);

    /** What providers say, and what they should not. */
    private static final List<Duration> RETRY_AFTER = List.of(
            Duration.ofSeconds(-1),
            Duration.ZERO,
            Duration.ofMillis(1),
            Duration.ofMillis(20),
            Duration.ofMillis(100),
            Duration.ofMillis(300),
            Duration.ofSeconds(1),
            Duration.ofSeconds(4),
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            Duration.ofSeconds(Long.MAX_VALUE));

    /** All but the one that only the SDK itself can say. */
    private static final FailureKind[] KINDS = Arrays.stream(FailureKind.values())
            .filter(kind -> kind != FailureKind.OUTRUN)
            .toArray(FailureKind[]::new);

    private static final List<FailureKind> USUAL =
            List.of(FailureKind.UPSTREAM, FailureKind.TRANSPORT, FailureKind.CONFLICT, FailureKind.REQUEST_TIMEOUT);

    private final double trouble;

    Mood(double trouble) {
        this.trouble = trouble;
    }

    /** Draws what happens to a request. */
    Act draw(SplittableRandom chance, String model, long usualNanos) {
        long latency = chance.nextInt(10) == 0 ? 0 : chance.nextLong(2 * usualNanos + 1);
        if (chance.nextDouble() >= trouble) {
            FinishReason finish = chance.nextInt(20) == 0 ? FinishReason.LENGTH : FinishReason.STOP;
            return Act.answer(this == SLOW ? 20 * latency : latency, finish);
        }
        return switch (this) {
            case FINE, FLAKY, SLOW -> anything(chance, model, latency);
            case DOWN ->
                fail(chance.nextInt(5) == 0 ? FailureKind.TRANSPORT : FailureKind.UPSTREAM, chance, model, latency);
            case SILENT -> Act.of(Act.How.SILENCE, 0);
            // Not held against it, and tried again: what a budget is for.
            case BUSY -> Act.fail(latency / 10, FailureKind.CONFLICT, Origin.of(model));
            case LIMITED -> fail(FailureKind.RATE_LIMITED, chance, model, latency);
            case BROKEN -> Act.of(chance.nextInt(4) == 0 ? Act.How.NOTHING : Act.How.FOREIGN, latency);
        };
    }

    private static Act anything(SplittableRandom chance, String model, long latency) {
        int what = chance.nextInt(40);
        if (what < 4) {
            return Act.of(Act.How.SILENCE, 0);
        }
        if (what < 6) {
            return Act.of(what == 4 ? Act.How.FOREIGN : Act.How.NOTHING, latency);
        }
        if (what == 6) {
            return Act.of(Act.How.FATAL, latency);
        }
        FailureKind kind = what < 24 ? USUAL.get(what % USUAL.size()) : KINDS[chance.nextInt(KINDS.length)];
        // A model cannot know that the caller has cancelled, if the caller has not.
        return fail(kind == FailureKind.CANCELLED ? FailureKind.UPSTREAM : kind, chance, model, latency);
    }

    private static Act fail(FailureKind kind, SplittableRandom chance, String model, long latency) {
        boolean says = chance.nextInt(kind == FailureKind.RATE_LIMITED ? 4 : 12) != 0 && kind.retried();
        Duration retryAfter = says ? RETRY_AFTER.get(chance.nextInt(RETRY_AFTER.size())) : null;
        int advice = chance.nextInt(20);
        Boolean shouldRetry = advice == 0 ? Boolean.TRUE : advice == 1 ? Boolean.FALSE : null;
        return Act.fail(latency, kind, new Origin(model, null, 0, null, retryAfter, shouldRetry));
    }

    /** Draws a time between two, with all orders of magnitude alike. */
    static long nanos(SplittableRandom chance, long least, long most) {
        double drawn = least * Math.pow((double) most / least, chance.nextDouble());
        return (long) drawn / 1_000 * 1_000;
    }
}
