package dev.understudy.tests.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Many callers at once, each on a platform thread of its own. */
final class Crowd {

    private Crowd() {}

    /** Starts so many callers; all of them begin when all are there. */
    static <T> List<CompletableFuture<T>> start(int callers, IntFunction<T> work) {
        CountDownLatch everybody = new CountDownLatch(callers);
        List<CompletableFuture<T>> results = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            int number = i;
            results.add(alone("caller-" + number, () -> {
                everybody.countDown();
                everybody.await();
                return work.apply(number);
            }));
        }
        return results;
    }

    /** One caller. */
    static <T> CompletableFuture<T> alone(String name, java.util.concurrent.Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(work.call());
                    } catch (Throwable failure) {
                        result.completeExceptionally(failure);
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    /** What all of them returned. */
    static <T> List<T> all(List<CompletableFuture<T>> results) {
        return results.stream()
                .map(result -> result.orTimeout(60, TimeUnit.SECONDS).join())
                .toList();
    }

    /** So many callers, and what they returned. */
    static <T> List<T> of(int callers, IntFunction<T> work) {
        return all(start(callers, work));
    }
}
