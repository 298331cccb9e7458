package dev.understudy.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.StoreException;
import dev.understudy.event.Outcome;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import dev.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What was counted is written down, survives the process, adds up over several, and is read without any. */
class InsightRestartTest {

    private static final Duration FAST = Duration.ofMillis(100);
    private static final ExperimentSettings ASKED =
            new ExperimentSettings(Duration.ofMillis(400), null, null, null, 10, 2);

    private final FakeTicker ticker = new FakeTicker();
    private final Calls calls = new Calls(ticker);
    private final InMemoryRolloutStore memory = new InMemoryRolloutStore();
    private Findings findings = Findings.NONE;

    @Test
    void the_rollout_and_the_timeline_survive_a_restart() {
        Insight before = start(memory, "tuned");
        serve(before, 100);
        ticker.advance(Duration.ofMinutes(3));
        serve(before, 50);
        before.close();
        Timeline told = before.timeline(Calls.AGENT, Duration.ofMinutes(30));

        Insight after = start(memory, "tuned");
        after.load();

        assertThat(candidate(after)).isEqualTo(150);
        assertThat(after.compare(Calls.AGENT, Comparison.WHOLE_ROLLOUT).from()).isEqualTo(Calls.START);
        assertThat(after.timeline(Calls.AGENT, Duration.ofMinutes(30)).points())
                .startsWith(told.points().toArray(new Timeline.Point[0]));
    }

    @Test
    void a_point_that_a_restart_has_cut_in_two_is_whole_again() {
        Insight before = start(memory, "tuned");
        serve(before, 100);
        before.close();
        Insight after = start(memory, "tuned");
        after.load();
        serve(after, 20);

        assertThat(after.timeline(Calls.AGENT, Duration.ofDays(8)).points())
                .singleElement()
                .satisfies(point -> assertThat(point.candidate().calls()).isEqualTo(120));
    }

    @Test
    void it_is_written_every_ten_seconds_and_only_if_there_is_news() {
        Insight insight = start(memory, "tuned");
        serve(insight, 1);
        assertThat(epoch()).isZero();
        for (int i = 0; i < 12; i++) {
            ticker.advance(Duration.ofSeconds(5));
            insight.round();
            serve(insight, 1);
        }
        assertThat(epoch()).isBetween(5L, 6L);

        insight.close();
        long epoch = epoch();
        for (int i = 0; i < 12; i++) {
            ticker.advance(Duration.ofSeconds(5));
            insight.round();
        }
        assertThat(epoch()).isEqualTo(epoch);
    }

    @Test
    void several_processes_add_up() {
        Insight one = start(memory, "tuned");
        Insight other = start(memory, "tuned");
        one.load();
        other.load();
        for (int i = 0; i < 6; i++) {
            serve(one, 10);
            serve(other, 20);
            ticker.advance(Duration.ofSeconds(10));
            one.round();
            other.round();
        }
        one.close();
        other.close();

        Insight third = start(memory, "tuned");
        third.load();
        assertThat(candidate(third)).isEqualTo(180);
    }

    @Test
    void a_write_that_fails_is_made_up_for() {
        Flaky store = new Flaky();
        Insight insight = start(store, "tuned");
        insight.load();
        serve(insight, 10);
        store.broken = true;
        for (int i = 0; i < 3; i++) {
            ticker.advance(Duration.ofSeconds(10));
            insight.round();
            serve(insight, 1);
        }
        assertThat(candidate(insight)).isEqualTo(13);
        store.broken = false;
        store.late = 2;
        insight.close();

        assertThat(candidate(insight)).isEqualTo(13);
        Insight after = start(memory, "tuned");
        after.load();
        assertThat(candidate(after)).isEqualTo(13);
    }

    @Test
    void another_candidate_begins_anew_and_the_first_goes_on_when_it_comes_back() {
        Insight insight = start(memory, "tuned");
        serve(insight, 10);
        watch(insight, "tuned-2");
        serve(insight, 3);
        ticker.advance(Duration.ofSeconds(10));
        insight.round();
        assertThat(candidate(insight)).isEqualTo(3);

        watch(insight, "tuned");
        ticker.advance(Duration.ofSeconds(10));
        insight.round();
        assertThat(candidate(insight)).isEqualTo(10);
    }

    @Test
    void what_is_stored_is_read_without_a_registry() {
        findings = new Findings(
                List.of(new GuardEvidence(Guard.LATENCY_LIMIT, 1.5, 2.5, 3, 400)),
                new Comparison.Split(0.25, 400, 97, -1.25));
        Insight insight = start(memory, "tuned");
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 2_000; i++) {
            Variant variant = i % 4 == 0 ? Variant.CANDIDATE : Variant.BASELINE;
            Duration latency = Duration.ofMillis(random.nextInt(50, 900));
            insight.on(
                    i % 50 == 0
                            ? calls.failed(variant, i, latency)
                            : calls.call(
                                    variant,
                                    i,
                                    latency,
                                    Outcome.SUCCESS,
                                    null,
                                    new Usage(10, 3),
                                    random.nextInt(9) / 8.0));
            ticker.advance(Duration.ofMillis(random.nextInt(90_000)));
        }
        insight.close();

        StoredInsight stored = new StoredInsight(Calls.AGENT, record());

        for (Duration window :
                List.of(Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofHours(24), Comparison.WHOLE_ROLLOUT)) {
            assertThat(stored.compare(window)).isEqualTo(insight.compare(Calls.AGENT, window));
        }
        for (Duration back : List.of(Duration.ofMinutes(30), Duration.ofHours(6), Duration.ofDays(8))) {
            assertThat(stored.timeline(back)).isEqualTo(insight.timeline(Calls.AGENT, back));
        }
        assertThat(stored.experiment(ASKED)).isEqualTo(insight.experiment(Calls.AGENT));
        assertThat(stored.writtenAt()).isEqualTo(calls.now());
    }

    @Test
    void what_is_no_insight_is_refused() {
        assertThatThrownBy(() -> new StoredInsight(Calls.AGENT, StoredRecord.first(Map.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Nothing is written");
        assertThatThrownBy(() -> new StoredInsight(Calls.AGENT, StoredRecord.first(Map.of("format", "7"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("format");
        for (String broken : List.of("written", "split", "window/HOUR/baseline", "since/tuned", "timeline/SECONDS")) {
            Insight kept = start(memory, "tuned");
            serve(kept, 3);
            kept.close();
            Map<String, String> fields = new TreeMap<>(record().fields());
            fields.put(broken, "x");
            StoredInsight stored = new StoredInsight(Calls.AGENT, StoredRecord.first(fields));
            assertThatThrownBy(() -> {
                        stored.writtenAt();
                        stored.compare(Duration.ofHours(1));
                        stored.compare(Comparison.WHOLE_ROLLOUT);
                        stored.timeline(Duration.ofMinutes(5));
                    })
                    .as(broken)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void what_cannot_be_read_is_left_alone_and_calls_are_counted_all_the_same() {
        StoredRecord foreign = StoredRecord.first(Map.of("format", "99"));
        memory.write(StoredInsight.key(Calls.AGENT), 0, foreign);
        Insight insight = start(memory, "tuned");
        serve(insight, 10);
        ticker.advance(Duration.ofSeconds(10));
        insight.round();
        insight.close();

        assertThat(candidate(insight)).isEqualTo(10);
        assertThat(record()).isEqualTo(foreign);
    }

    @Test
    void two_busy_months_with_latencies_all_over_the_scale_fit_into_a_record() {
        Insight insight = start(memory, "tuned");
        SplittableRandom random = new SplittableRandom(11);
        for (int day = 0; day < 60; day++) {
            for (int i = 0; i < 3_000; i++) {
                Duration latency = Duration.ofNanos((long) (1e6 * Math.exp(10 * random.nextDouble())));
                insight.on(calls.good(i % 2 == 0 ? Variant.CANDIDATE : Variant.BASELINE, random.nextInt(), latency));
            }
            for (int hour = 0; hour < 24; hour++) {
                ticker.advance(Duration.ofHours(1));
                insight.round();
            }
        }
        insight.close();

        assertThat(candidate(insight)).isEqualTo(60 * 1_500);
        Insight after = start(memory, "tuned");
        after.load();
        assertThat(candidate(after)).isEqualTo(60 * 1_500);
        assertThat(record().fields().keySet().stream()
                        .filter(name -> name.startsWith("day/2"))
                        .count())
                .isGreaterThan(30);
    }

    private Insight start(RolloutStore store, String candidate) {
        Insight insight = new Insight(ticker, calls.wall(), store);
        watch(insight, candidate);
        return insight;
    }

    private void watch(Insight insight, String candidate) {
        insight.watch(
                new Subject(Calls.AGENT, "steady", candidate, false, Limits.DEFAULT, ASKED, () -> 25, () -> findings));
    }

    private void serve(Insight insight, int number) {
        for (int i = 0; i < number; i++) {
            insight.on(calls.good(Variant.CANDIDATE, i, FAST));
        }
    }

    private static long candidate(Insight insight) {
        VariantFigures figures =
                insight.compare(Calls.AGENT, Comparison.WHOLE_ROLLOUT).candidate();
        return figures == null ? -1 : figures.calls();
    }

    private StoredRecord record() {
        return memory.read(StoredInsight.key(Calls.AGENT)).orElseThrow();
    }

    private long epoch() {
        return memory.read(StoredInsight.key(Calls.AGENT))
                .map(StoredRecord::epoch)
                .orElse(0L);
    }

    /** Refuses to work while it is broken, and lets others write first a few times. */
    private final class Flaky implements RolloutStore {
        private boolean broken;
        private int late;

        @Override
        public Optional<StoredRecord> read(String key) {
            return memory.read(key);
        }

        @Override
        public boolean write(String key, long expectedEpoch, StoredRecord record) {
            if (broken) {
                throw StoreException.unavailable("the test", "cannot be written", "wait", null);
            }
            return late-- <= 0 && memory.write(key, expectedEpoch, record);
        }

        @Override
        public Optional<String> setAside(String key) {
            return memory.setAside(key);
        }
    }
}
