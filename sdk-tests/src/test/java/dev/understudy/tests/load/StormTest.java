package dev.understudy.tests.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ModelSettings;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.testing.Rule;
import dev.understudy.throttle.ThrottleSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One agent in a storm: its model answers nobody, every permit is out, its queue is full, and hundreds more come again and
 * again and are refused. Another agent of the same provider does not notice. Order decides, not time: whatever of the quiet
 * agent waited for anything of the stormy one would wait until its deadline, for nothing of that comes free before all calls
 * of the quiet one are over.
 */
@Timeout(120)
@Rule("R8")
class StormTest {

    private static final String STORMY = "stormy";
    private static final String QUIET = "quiet";
    private static final int PERMITS = 200;
    private static final int QUEUE = 800;
    private static final int REFUSED = 200;
    private static final int CALLS = 500;
    private static final Duration SOON = Duration.ofSeconds(30);
    /** Longer than any test here: who waits that long waits in vain. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final PatientServer server = PatientServer.start().hold(STORMY);
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Thread> storm = new ArrayList<>();
    private final ConcurrentLinkedQueue<Throwable> surprises = new ConcurrentLinkedQueue<>();
    private ModelRegistry registry;
    private volatile boolean over;

    @BeforeEach
    void start() {
        registry = ModelRegistry.builder()
                .configuration(configuration())
                .listener(new MicrometerListener(meters))
                .build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        over = true;
        registry.close();
        for (Thread caller : storm) {
            caller.join();
        }
        server.close();
    }

    /** Both agents at one provider, which has room for both. */
    private Configuration configuration() {
        return Configuration.builder()
                .provider(new Provider("shared", "openai", server.baseUrl(), null, PERMITS + 10, Map.of()))
                .model(ModelSettings.of(
                        Deployment.builder(STORMY).provider("shared").build()))
                .model(ModelSettings.of(
                        Deployment.builder(QUIET).provider("shared").build()))
                .agent(AgentSettings.builder(STORMY)
                        .baseline(STORMY)
                        .timeout(PATIENCE)
                        .throttle(new ThrottleSettings(PERMITS, QUEUE, PATIENCE, 1))
                        .build())
                .agent(AgentSettings.builder(QUIET)
                        .baseline(QUIET)
                        .timeout(Duration.ofSeconds(20))
                        .throttle(new ThrottleSettings(4, 4, PATIENCE, 1))
                        .build())
                .build();
    }

    @Test
    void it_leaves_another_agents_calls_alone() throws Exception {
        long[] before = quietCalls();
        begin();

        long[] during = quietCalls();

        assertThat(server.inFlight(STORMY)).as("the storm still rages").isEqualTo(PERMITS);
        assertThat(server.requests(STORMY))
                .as("nothing of it came free meanwhile")
                .isEqualTo(PERMITS);
        assertThat(gauge("model.queue")).isEqualTo(QUEUE);
        assertThat(server.requests(QUIET)).as("each call once").isEqualTo(2 * CALLS);
        assertThat(count("model.requests", "agent", QUIET, "outcome", "success"))
                .isEqualTo(2 * CALLS);
        assertThat(count("model.rejected", "agent", QUIET)).isZero();
        assertThat(refusals()).as("refused all the while").isGreaterThan(REFUSED);
        assertThat(surprises).isEmpty();
        // Generous, for the machine is shared: whatever is held up by the storm is held up for seconds, and five of the
        // 500
        // may have met a busy machine.
        assertThat(Duration.ofNanos(during[CALLS * 99 / 100]))
                .isLessThan(Duration.ofNanos(before[CALLS * 99 / 100])
                        .multipliedBy(10)
                        .plusMillis(250));
    }

    @Test
    @Rule({"R5", "R6"})
    void when_it_is_over_everybody_who_waited_is_served_and_every_permit_is_back() throws Exception {
        begin();
        over = true;
        for (Thread refused : storm.subList(PERMITS + QUEUE, storm.size())) {
            refused.join();
        }

        server.release(STORMY);
        for (Thread caller : storm) {
            caller.join();
        }

        assertThat(surprises).isEmpty();
        assertThat(server.peak(STORMY)).isEqualTo(PERMITS);
        assertThat(server.requests(STORMY)).isEqualTo(PERMITS + QUEUE);
        assertThat(count("model.requests", "agent", STORMY, "outcome", "success"))
                .isEqualTo(PERMITS + QUEUE);
        assertThat(gauge("model.inflight")).isZero();
        assertThat(gauge("model.queue")).isZero();
    }

    /** Calls of the quiet agent, one after the other; how long each took, sorted. */
    private long[] quietCalls() {
        long[] took = new long[CALLS];
        for (int i = 0; i < CALLS; i++) {
            long began = System.nanoTime();
            registry.chat(QUIET, Callers.request(i));
            took[i] = System.nanoTime() - began;
        }
        Arrays.sort(took);
        return took;
    }

    /** Fills the wire, then the queue, and lets others knock in vain. */
    private void begin() throws InterruptedException {
        for (int i = 0; i < PERMITS + QUEUE; i++) {
            storm.add(VirtualThreads.start(this::waitForIt));
        }
        assertThat(server.await(() -> server.inFlight(STORMY) == PERMITS, SOON)).isTrue();
        while (gauge("model.queue") < QUEUE) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < REFUSED; i++) {
            storm.add(VirtualThreads.start(this::knock));
        }
        while (refusals() < REFUSED) {
            Thread.onSpinWait();
        }
    }

    private void waitForIt() {
        try {
            registry.chat(STORMY, Callers.request(0));
        } catch (ChatException ended) {
            if (ended.kind() != FailureKind.CANCELLED) {
                surprises.add(ended);
            }
        }
    }

    /** Comes again every few milliseconds, as impatient clients do. */
    private void knock() {
        while (!over) {
            try {
                registry.chat(STORMY, Callers.request(0));
                surprises.add(new AssertionError("There was room"));
            } catch (ChatException refused) {
                if (refused.kind() != FailureKind.OVERLOADED && refused.kind() != FailureKind.CANCELLED) {
                    surprises.add(refused);
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private double refusals() {
        return count("model.rejected", "agent", STORMY, "guard", "queue");
    }

    private double gauge(String name) {
        return meters.find(name).tags("agent", STORMY).gauges().stream()
                .mapToDouble(gauge -> gauge.value())
                .sum();
    }

    private double count(String name, String... tags) {
        return meters.find(name).tags(tags).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }
}
