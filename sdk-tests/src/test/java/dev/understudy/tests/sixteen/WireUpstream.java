package dev.understudy.tests.sixteen;

import dev.understudy.ModelRegistry;
import dev.understudy.tests.hostile.Attempt;
import dev.understudy.tests.hostile.HostileServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Over real sockets, in real time. */
final class WireUpstream implements Upstream {

    private final HostileServer server = HostileServer.start();
    private final ModelRegistry registry = ModelRegistry.builder()
            .configuration(Setting.onTheWire(server.baseUrl()))
            .build();

    @Override
    public ModelRegistry registry() {
        return registry;
    }

    @Override
    public void script(String model, String... faults) {
        server.script(model, faults);
    }

    @Override
    public List<Long> sent(String model) {
        return server.log().attempts(model).stream().map(Attempt::arrivedNanos).toList();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void pass(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException ended) {
            throw new IllegalStateException(ended);
        }
    }

    @Override
    public void close() {
        registry.close();
        server.close();
    }
}
