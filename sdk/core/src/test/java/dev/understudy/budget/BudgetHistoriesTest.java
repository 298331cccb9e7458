package dev.understudy.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.event.BudgetState;
import dev.understudy.event.BudgetStatus;
import dev.understudy.event.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of a few processes that spend, write, are ended and killed, on a store that fails now and then, while periods
 * change and clocks are wrong: at each step, what is stored of each period is the sum of what was written, no more and no less; and at
 * the end, of everything that was not lost with a process that was killed.
 */
class BudgetHistoriesTest {

    private static final int STEPS = 1_500;
    private static final int PROCESSES = 3;
    /** Four periods of the record's eight, so that none is forgotten. */
    private static final int PERIODS = 4;

    private final FaultyStore store = new FaultyStore();
    /** What was spent in each period by processes that wrote it down, in billionths. */
    private final Map<Instant, Long> expected = new HashMap<>();

    private final List<BudgetStatus> told = new ArrayList<>();
    private final List<Mortal> processes = new ArrayList<>();
    private long lastId;
    private int trouble;

    /** A process, what it has spent since it last wrote, and calls under way. */
    private static final class Mortal {
        private final Process process;
        private final Map<Instant, Long> unwritten = new HashMap<>();
        private final List<Spending> underWay = new ArrayList<>();

        private Mortal(Process process) {
            this.process = process;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void nothing_is_lost_and_nothing_counts_twice(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        BudgetPeriod per = BudgetPeriod.values()[random.nextInt(3)];
        Duration period = Duration.between(per.beginOf(Process.NOON), per.endOf(Process.NOON));
        BudgetSettings settings =
                BudgetSettings.of(1 + random.nextInt(200), per).atLimit(BudgetPolicy.REFUSE);
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(begin(settings, Process.NOON));
        }
        for (int step = 0; step < STEPS; step++) {
            int which = random.nextInt(PROCESSES);
            Mortal mortal = processes.get(which);
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3, 4, 5, 6 -> mortal.underWay.add(mortal.process.begin());
                case 7, 8, 9, 10 -> end(mortal, random);
                case 11, 12, 13 -> write(mortal);
                case 14 -> mortal.process.pass(period.dividedBy(200));
                default -> rarely(which, mortal, settings, period, random);
            }
            assertThat(stored()).as("seed %d, step %d", seed, step).isEqualTo(expected);
        }
        processes.forEach(this::write);
        assertThat(stored()).isEqualTo(expected);
        assertThat(expected).hasSizeBetween(2, PERIODS);
        assertThat(trouble).isPositive();
        toldOnceAndOnlyWhatIsTrue(settings);
    }

    private Mortal begin(BudgetSettings settings, Instant wall) {
        Mortal mortal = new Mortal(new Process(++lastId, settings, store, wall));
        write(mortal);
        return mortal;
    }

    private void end(Mortal mortal, SplittableRandom random) {
        if (mortal.underWay.isEmpty()) {
            return;
        }
        Spending period = mortal.underWay.remove(random.nextInt(mortal.underWay.size()));
        long billionths = 1 + random.nextLong(random.nextBoolean() ? 1_000 : 1_000_000_000);
        mortal.process.budget.spend(period, billionths / 1e9);
        mortal.unwritten.merge(period.from, billionths, Long::sum);
    }

    /** Something that happens to a process less often. */
    private void rarely(int which, Mortal mortal, BudgetSettings settings, Duration period, SplittableRandom random) {
        switch (random.nextInt(9)) {
            case 0 -> { // ended in order
                while (!mortal.underWay.isEmpty()) {
                    end(mortal, random);
                }
                write(mortal);
                told(mortal);
                processes.set(which, begin(settings, mortal.process.wall));
            }
            case 1 -> { // killed: what it has not written is lost
                told(mortal);
                processes.set(which, begin(settings, mortal.process.wall));
            }
            case 2 -> { // the clock is set, within the few periods
                long back = random.nextLong(PERIODS) * period.toNanos();
                mortal.process.wall = Process.NOON.plusNanos(back);
            }
            case 3, 4 -> {
                store.next(FaultyStore.Fault.UNREADABLE);
                mortal.process.budget.round();
                trouble++;
            }
            case 5 -> {
                mortal.unwritten.merge(mortal.process.begin().from, 1L, Long::sum);
                mortal.process.spend(1e-9); // so that there is something to write
                store.next(FaultyStore.Fault.NOT_WRITTEN);
                mortal.process.budget.round();
                trouble++;
            }
            case 6, 7 -> { // written, and yet it failed: it counts
                store.next(FaultyStore.Fault.WRITTEN_AND_FAILED);
                write(mortal);
                store.next(FaultyStore.Fault.NONE);
            }
            default -> mortal.process.wall = Process.NOON.plus(period.multipliedBy(random.nextInt(PERIODS)));
        }
        keepWithin(mortal, settings);
    }

    /** Time goes by in steps; it must not leave the periods that the record remembers. */
    private static void keepWithin(Mortal mortal, BudgetSettings settings) {
        Instant last = Process.NOON;
        for (int i = 1; i < PERIODS; i++) {
            last = settings.per().endOf(last);
        }
        if (!mortal.process.wall.isBefore(settings.per().endOf(last))) {
            mortal.process.wall = Process.NOON;
        }
    }

    private void write(Mortal mortal) {
        mortal.process.budget.round();
        mortal.unwritten.forEach((from, billionths) -> expected.merge(from, billionths, Long::sum));
        mortal.unwritten.clear();
    }

    private Map<Instant, Long> stored() {
        Map<Instant, Long> sums = new HashMap<>();
        store.read(Process.AGENT + ".budget")
                .ifPresent(record -> record.fields().forEach((name, value) -> {
                    String[] words = name.split(" ");
                    if (words.length == 3 && words[2].equals("spent") && Money.parse(value) > 0) {
                        sums.put(Instant.parse(words[1]), Money.parse(value));
                    }
                }));
        return sums;
    }

    private void told(Mortal mortal) {
        mortal.process.events.of(Event.BudgetReached.class).forEach(event -> told.add(event.status()));
    }

    /** A process that could not write may tell what another tells too: never more often than the store failed. */
    private void toldOnceAndOnlyWhatIsTrue(BudgetSettings settings) {
        processes.forEach(this::told);
        Map<String, Integer> times = new HashMap<>();
        told.forEach(status -> times.merge(status.from() + " " + status.state(), 1, Integer::sum));
        assertThat(times.values().stream().mapToInt(count -> count - 1).sum()).isLessThanOrEqualTo(trouble);
        for (Map.Entry<Instant, Long> period : expected.entrySet()) {
            long limit = Money.limit(settings.limit());
            boolean spent = times.containsKey(period.getKey() + " " + BudgetState.SPENT);
            if (spent) {
                assertThat(times).containsKey(period.getKey() + " " + BudgetState.NEARLY_SPENT);
            }
            assertThat(period.getValue() < limit && spent).isFalse();
            assertThat(period.getValue() > 2 * limit && times.isEmpty()).isFalse();
        }
    }
}
