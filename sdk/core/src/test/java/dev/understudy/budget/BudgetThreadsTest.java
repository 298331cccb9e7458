package dev.understudy.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.event.BudgetState;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.RolloutStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Eight threads spend, in two processes, while both are balanced again and again. */
@Timeout(30)
class BudgetThreadsTest {

    private static final int THREADS = 8;
    private static final int CALLS = 20_000;
    private static final double COST = 0.000_012_347;

    private final RolloutStore store = new InMemoryRolloutStore();

    @Test
    void the_sum_is_exact_whoever_adds_and_writes_meanwhile() throws Exception {
        BudgetSettings settings = BudgetSettings.of(1, BudgetPeriod.DAY);
        List<Process> processes = List.of(new Process(1, settings, store), new Process(2, settings, store));
        AtomicBoolean over = new AtomicBoolean();
        List<Callable<Void>> work = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Process mine = processes.get(i % 2);
            work.add(() -> {
                for (int call = 0; call < CALLS; call++) {
                    mine.spend(COST);
                }
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS + 2);
        try {
            List<Future<?>> rounds = new ArrayList<>();
            for (Process process : processes) {
                rounds.add(threads.submit(() -> {
                    while (!over.get()) {
                        process.budget.round();
                        process.pass(Duration.ofNanos(1));
                    }
                }));
            }
            for (Future<Void> spent : threads.invokeAll(work)) {
                spent.get();
            }
            over.set(true);
            for (Future<?> round : rounds) {
                round.get();
            }
        } finally {
            threads.shutdownNow();
        }
        processes.forEach(process -> process.budget.round());
        processes.get(0).budget.round();

        double all = 12_347L * THREADS * CALLS / 1e9;
        assertThat(processes.get(0).spent()).isEqualTo(all);
        assertThat(processes.get(1).spent()).isEqualTo(all);
        List<BudgetState> told = new ArrayList<>();
        processes.forEach(process -> told.addAll(process.told()));
        assertThat(told).containsExactlyInAnyOrder(BudgetState.NEARLY_SPENT, BudgetState.SPENT);
    }

    @Test
    void what_is_spent_beyond_the_limit_is_what_was_under_way() throws Exception {
        Process process = new Process(1, BudgetSettings.of(1, BudgetPeriod.DAY).atLimit(BudgetPolicy.REFUSE), store);
        AtomicInteger refused = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> work = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                work.add(() -> {
                    for (int call = 0; call < 2_000; call++) {
                        if (process.refuses()) {
                            refused.incrementAndGet();
                        } else {
                            process.spend(0.001);
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> spent : threads.invokeAll(work)) {
                spent.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(process.spent()).isBetween(1.0, 1.0 + 0.001 * (THREADS - 1));
        assertThat(refused.get()).isEqualTo(THREADS * 2_000 - (int) Math.round(process.spent() * 1_000));
    }
}
