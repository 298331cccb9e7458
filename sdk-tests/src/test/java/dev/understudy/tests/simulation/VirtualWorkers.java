package dev.understudy.tests.simulation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An executor whose threads live in a {@link VirtualWorld}. It is asked by one thread at a time. */
final class VirtualWorkers extends AbstractExecutorService {

    private final VirtualWorld world;
    private final Consumer<Carrier> hired;
    private final Set<Carrier> working = new LinkedHashSet<>();
    private boolean shutdown;

    /** @param hired hears which carrier got a task, before it begins */
    VirtualWorkers(VirtualWorld world, Consumer<Carrier> hired) {
        this.world = world;
        this.hired = hired;
    }

    @Override
    public void execute(Runnable task) {
        if (shutdown) {
            throw new RejectedExecutionException("Shut down");
        }
        Carrier worker = world.work(() -> {
            Carrier me = world.current();
            working.add(me);
            task.run();
            working.remove(me);
        });
        hired.accept(worker);
        world.pause();
    }

    @Override
    public void shutdown() {
        shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown = true;
        working.forEach(Thread::interrupt);
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown && world.live().size() <= 1;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        throw new Violation("WAITING", "Waits for the end of workers on the machine's clock");
    }
}
