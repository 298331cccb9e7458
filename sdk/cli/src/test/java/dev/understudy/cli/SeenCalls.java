package dev.understudy.cli;

import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.insight.Comparison;
import dev.understudy.insight.Findings;
import dev.understudy.insight.Insight;
import dev.understudy.insight.Limits;
import dev.understudy.insight.StoredInsight;
import dev.understudy.insight.Subject;
import dev.understudy.rollout.Written;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import dev.understudy.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

/** The calls of an agent, as an application would have written them down: the same each time. */
final class SeenCalls {

    private static final int QUARTER = 25_000;

    private long nanos;

    private SeenCalls() {}

    /**
     * Ten minutes in which a quarter of the units get a candidate, unless it is slow: then three do.
     *
     * @param millis what the candidate takes, where more than 400 is slow; the baseline takes 90 to 120
     */
    static void write(RolloutStore store, String agent, int millis) {
        RolloutStore memory = new InMemoryRolloutStore();
        new SeenCalls().tenMinutes(memory, agent, millis);
        String key = StoredInsight.key(agent);
        store.write(key, 0, StoredRecord.first(memory.read(key).orElseThrow().fields()));
    }

    private void tenMinutes(RolloutStore store, String agent, int millis) {
        Ticker ticker = () -> nanos;
        Instant start = Written.AT;
        SplittableRandom random = new SplittableRandom(1);
        boolean slow = millis > 400;
        int bad = 0;
        GuardEvidence evidence = slow
                ? new GuardEvidence(Guard.LATENCY_LIMIT, Math.log(128.5), Math.log(200), 3, 3)
                : new GuardEvidence(Guard.LATENCY_LIMIT, Math.log(0.5), 0, 3, 600);
        Findings findings = new Findings(
                List.of(evidence),
                slow ? new Comparison.Split(0.25, 12, 3, 0.1) : new Comparison.Split(0.25, 500, 123, 0.1));
        try (Insight insight = new Insight(ticker, () -> start.plusNanos(nanos), store)) {
            insight.watch(new Subject(
                    agent,
                    "open-mistral-7b",
                    "qa-tuned-v1.3",
                    false,
                    new Limits(Duration.ofMillis(400), 0.05),
                    null,
                    () -> 25,
                    () -> findings));
            for (int second = 0; second < 600; second++) {
                for (int call = 0; call < 4; call++) {
                    boolean candidate = call == 0 && (!slow || bad++ < 3);
                    long took = candidate ? millis + random.nextInt(20) : 90 + random.nextInt(30);
                    insight.on(ended(agent, candidate, took, random.nextInt(500)));
                }
                nanos += Duration.ofSeconds(1).toNanos();
                if (second % 5 == 4) {
                    insight.round();
                }
            }
        }
    }

    private Event.CallFinished ended(String agent, boolean candidate, long millis, int unit) {
        boolean late = millis > 500;
        return new Event.CallFinished(
                agent,
                candidate ? Variant.CANDIDATE : Variant.BASELINE,
                candidate && !late ? "qa-tuned-v1.3" : "open-mistral-7b",
                late ? Outcome.DEGRADED : Outcome.SUCCESS,
                late ? FailureKind.TIMEOUT : null,
                Duration.ofMillis(millis).toNanos(),
                1,
                CacheStatus.OFF,
                false,
                nanos,
                unit,
                QUARTER,
                new Usage(100, 20),
                0.001);
    }
}
