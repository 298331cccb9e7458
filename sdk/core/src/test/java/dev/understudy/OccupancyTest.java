package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OccupancyTest {

    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicInteger told = new AtomicInteger();
    private final ProviderClient client = new ProviderClient() {
        @Override
        public ChatModel model(Deployment deployment) {
            throw new IllegalStateException("not asked");
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    };
    private final Provider provider =
            new Provider("cloud", "any", URI.create("https://example.org"), null, 1, Map.of());
    private final SharedClient shared =
            new SharedClient(provider, client, Runnable::run, gone -> told.incrementAndGet());

    @Test
    void a_client_is_closed_when_the_last_call_of_the_last_pipeline_is_over() {
        Occupancy first = new Occupancy(List.of(shared));
        Occupancy second = new Occupancy(List.of(shared));
        shared.release(); // the configuration in force has another
        assertThat(first.enter()).isTrue();
        first.replace();
        second.replace();
        assertThat(closed).hasValue(0);
        assertThat(first.enter()).isFalse();
        first.leave();
        assertThat(closed).hasValue(1);
        assertThat(told).hasValue(1);
    }

    @Test
    void a_call_that_comes_too_late_closes_nothing_twice() {
        Occupancy occupancy = new Occupancy(List.of(shared));
        occupancy.replace();
        for (int i = 0; i < 3; i++) {
            assertThat(occupancy.enter()).isFalse();
        }
        occupancy.replace();
        assertThat(closed).hasValue(0);
        shared.release();
        assertThat(closed).hasValue(1);
    }

    @Test
    void a_client_is_closed_here_where_no_worker_takes_it() {
        SharedClient last = new SharedClient(
                provider,
                client,
                task -> {
                    throw new RejectedExecutionException();
                },
                gone -> {});
        last.release();
        assertThat(closed).hasValue(1);
    }

    @Test
    void whoever_is_let_in_finds_the_client_open() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 100; round++) {
                AtomicInteger open = new AtomicInteger(1);
                SharedClient mine = new SharedClient(provider, client, Runnable::run, gone -> open.set(0));
                Occupancy occupancy = new Occupancy(List.of(mine));
                List<Future<?>> calls = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    calls.add(threads.submit(() -> {
                        while (occupancy.enter()) {
                            assertThat(open).hasValue(1);
                            occupancy.leave();
                        }
                    }));
                }
                calls.add(threads.submit(() -> {
                    mine.release();
                    occupancy.replace();
                }));
                for (Future<?> call : calls) {
                    call.get();
                }
                assertThat(open).hasValue(0);
            }
            assertThat(closed).hasValue(100);
        } finally {
            threads.shutdownNow();
        }
    }
}
