package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Evidence outlives the process. */
class GuardRestartTest {

    private static final GuardSettings LIMIT = GuardSettings.DEFAULT.withP95(Duration.ofMillis(400));

    private static Watched someTime(long seed) {
        Watched rollout = new Watched(LIMIT, 10);
        Random random = new Random(seed);
        for (int i = 0; i < 1_500; i++) {
            Variant variant = random.nextInt(10) == 0 ? Variant.CANDIDATE : Variant.BASELINE;
            rollout.run(
                    1,
                    variant,
                    random.nextInt(50) == 0
                            ? rollout.fails(FailureKind.UPSTREAM, 100)
                            : rollout.answers(80 + random.nextInt(random.nextInt(20) == 0 ? 500 : 40)));
        }
        return rollout;
    }

    @Test
    @Rule("R24")
    void all_of_it_but_the_split_comes_back() {
        Watched before = someTime(11);
        Watched after = new Watched(LIMIT, 10);
        after.guard.restore(before.guard.save());

        assertThat(after.guard.evidence()).isEqualTo(before.guard.evidence());
        assertThat(after.guard.baseline()).isEqualTo(before.guard.baseline());
        assertThat(after.guard.candidate()).isEqualTo(before.guard.candidate());
        assertThat(after.guard.logWealth()).isEqualTo(before.guard.logWealth());
        assertThat(after.guard.logStrictWealth()).isEqualTo(before.guard.logStrictWealth());
        assertThat(after.guard.save()).isEqualTo(before.guard.save());
        assertThat(after.guard.exposures()).isZero();
    }

    @Test
    @Rule("R24")
    void what_follows_counts_as_if_nothing_had_happened() {
        Watched through = someTime(12);
        Watched after = new Watched(LIMIT, 10);
        after.guard.restore(through.guard.save());
        for (int i = 0; i < 100; i++) {
            for (Watched one : new Watched[] {through, after}) {
                String unit = "late-" + i;
                one.run(unit, one.fails(FailureKind.UPSTREAM, 100));
            }
        }
        assertThat(after.guard.evidence()).isEqualTo(through.guard.evidence());
        assertThat(after.alarms.get()).isEqualTo(through.alarms.get());
    }

    @Test
    @Rule("R24")
    void an_alarm_that_was_given_keeps_the_share_closed_and_is_not_repeated() {
        Watched before = new Watched(LIMIT, 25);
        before.run(3, Variant.CANDIDATE, before.answers(680));

        Watched after = new Watched(LIMIT, 25);
        after.guard.restore(before.guard.save());
        assertThat(after.guard.alarmed()).isTrue();
        assertThat(after.inForce.share()).isEqualTo(Share.NONE);
        after.guard.lookForSlow(after.waiting.nanoTime());
        assertThat(after.alarms).hasValue(0);
    }

    @Test
    void after_a_reset_only_what_came_since_is_counted_also_after_a_restart() {
        Watched before = someTime(13);
        before.guard.reset();
        before.run(7, Variant.BASELINE, before.answers(100));
        Watched after = new Watched(LIMIT, 10);
        after.guard.restore(before.guard.save());
        assertThat(after.guard.baseline().calls()).isEqualTo(7);
        assertThat(after.guard.candidate().calls()).isZero();
    }

    @Test
    void nothing_saved_is_a_fresh_start() {
        Watched rollout = new Watched(LIMIT, 10);
        rollout.guard.restore(new TreeMap<>());
        assertThat(rollout.guard.logWealth()).isZero();
    }

    @Test
    void what_was_tampered_with_is_refused_and_changes_nothing() {
        SortedMap<String, String> saved = someTime(14).guard.save();
        for (String key : saved.keySet()) {
            for (String broken : new String[] {null, "", "x", "-1", "1 2 3 4 5 6 7 8 9", "NaN"}) {
                if (key.equals("guard.version") && broken == null) {
                    continue;
                }
                if (key.endsWith(".units") && "".equals(broken)) {
                    continue; // no units, refused for the number of those on the candidate where there was one
                }
                SortedMap<String, String> tampered = new TreeMap<>(saved);
                if (broken == null) {
                    tampered.remove(key);
                } else {
                    tampered.put(key, broken);
                }
                Watched rollout = new Watched(LIMIT, 10);
                assertThatThrownBy(() -> rollout.guard.restore(tampered))
                        .as(key + " = " + broken)
                        .isInstanceOf(IllegalArgumentException.class);
                assertThat(rollout.guard.candidate().calls()).isZero();
            }
        }
    }

    @Test
    void hashes_in_order_come_back_as_they_were() {
        Random random = new Random(15);
        for (int count : new int[] {0, 1, 2, 100, AffectedUnits.LIMIT}) {
            int[] hashes = random.ints().distinct().limit(count).sorted().toArray();
            if (count == 2) {
                hashes = new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE};
            }
            SortedMap<String, String> entries = new TreeMap<>();
            entries.put("hashes", Numbers.writeSorted(hashes, count));
            assertThat(Numbers.readSorted(entries, "hashes")).containsExactly(hashes);
            assertThat(entries.get("hashes").length())
                    .isLessThanOrEqualTo(count == AffectedUnits.LIMIT ? 18_000 : 7 * count);
        }
    }
}
