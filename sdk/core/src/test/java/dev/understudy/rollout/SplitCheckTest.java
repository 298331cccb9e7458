package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.evidence.SampleRatioTest;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SplitCheckTest {

    private final SplitCheck split = new SplitCheck();

    @Test
    void a_unit_counts_once_whatever_the_share() {
        for (int share : new int[] {1_000, 5_000, 1_000, 50_000}) {
            for (int unit = 1; unit <= 100; unit++) {
                split.expose(unit <= 7, unit, share);
            }
        }
        assertThat(split.exposures()).isEqualTo(100);
        assertThat(split.candidateExposures()).isEqualTo(7);
        assertThat(split.logWealth()).isCloseTo(SampleRatioTest.logWealth(7, 100, 0.01), within(1e-9));
    }

    @Test
    void the_evidence_of_different_shares_is_multiplied() {
        for (int unit = 0; unit < 50; unit++) {
            split.expose(unit % 2 == 0, 500 + unit, 10_000);
            split.expose(unit % 5 == 0, 1_000 + unit, 25_000);
        }
        assertThat(split.exposures()).isEqualTo(100);
        // Every call changed the share, so that each unit was a step of its own.
        double one = SampleRatioTest.logWealth(1, 1, 0.1) * 25 + SampleRatioTest.logWealth(0, 1, 0.1) * 25;
        double other = SampleRatioTest.logWealth(1, 1, 0.25) * 10 + SampleRatioTest.logWealth(0, 1, 0.25) * 40;
        assertThat(split.logWealth()).isCloseTo(one + other, within(1e-9));
    }

    @Test
    void a_wrong_split_is_an_alarm_and_a_right_one_is_not() {
        Random random = new Random(3);
        SplitCheck right = new SplitCheck();
        for (int i = 0; i < 5_000; i++) {
            int unit = random.nextInt();
            right.expose(Buckets.bucket(unit) < 25_000, unit, 25_000);
            split.expose(Buckets.bucket(unit) < 30_000, unit, 25_000);
        }
        assertThat(right.logWealth()).isLessThan(Math.log(1_000));
        assertThat(split.logWealth()).isGreaterThan(Math.log(1_000));
    }

    @Test
    void one_unit_on_a_closed_arm_is_a_leak() {
        split.expose(false, 1, 0);
        split.expose(true, 2, Buckets.COUNT);
        assertThat(split.leaked()).isFalse();
        split.expose(true, 3, 0);
        assertThat(split.leaked()).isTrue();

        SplitCheck everybody = new SplitCheck();
        everybody.expose(false, 4, Buckets.COUNT);
        assertThat(everybody.leaked()).isTrue();
        assertThat(everybody.exposures()).isZero();
    }

    @Test
    void a_set_of_units_is_a_set_until_it_is_full() {
        UnitSet set = new UnitSet();
        Set<Integer> naive = new HashSet<>();
        Random random = new Random(5);
        while (naive.size() < UnitSet.LIMIT) {
            int unit = random.nextInt(3) == 0 ? random.nextInt(500) + 2 : random.nextInt();
            assertThat(set.add(unit)).isEqualTo(naive.add(unit));
        }
        assertThat(set.isFull()).isTrue();
        for (int i = 0; i < 20_000; i++) {
            assertThat(set.add(random.nextInt())).isFalse();
        }
    }

    @Test
    void counting_stops_when_the_set_is_full() {
        for (int unit = 0; unit < 10_000; unit++) {
            split.expose(unit % 10 == 0, unit * 7919 + 1, 10_000);
        }
        assertThat(split.exposures()).isEqualTo(UnitSet.LIMIT);
    }
}
