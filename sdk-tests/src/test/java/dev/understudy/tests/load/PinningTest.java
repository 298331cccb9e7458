package dev.understudy.tests.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The watch for pinned carriers can fail: a listener that waits inside a class initializer holds on to its carrier with our
 * frames below it. (A {@code synchronized} block would do that up to JDK 23 only.) {@link ManyCallsTest} watches real calls.
 */
@Timeout(60)
class PinningTest {

    private static final int LONG_MILLIS = 100;

    /** Waits while it is loaded. */
    private static final class Slow {
        static {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LONG_MILLIS));
        }

        static void load() {}
    }

    @Test
    @Rule("R8")
    void who_waits_in_a_class_initializer_below_our_frames_is_found() throws Exception {
        assumeTrue(VirtualThreads.exist(), "virtual threads came with JDK 21");
        Pinning pinning = Pinning.record();
        try (PatientServer server = PatientServer.start();
                ModelRegistry registry = ModelRegistry.builder()
                        .configuration(Callers.configuration(server.baseUrl(), Callers.MODEL, 10, 0))
                        .build()) {
            VirtualThreads.start(() -> registry.stream(
                            Callers.AGENT, Callers.request(1), CallOptions.DEFAULT, text -> Slow.load()))
                    .join();
        }
        List<String> pinned = pinning.stop();

        assertThat(pinned).singleElement().asString().contains("PinningTest$Slow.<clinit>", "dev.understudy.call.");
    }

    @Test
    @Rule("R8")
    void who_waits_for_a_model_is_not() throws Exception {
        assumeTrue(VirtualThreads.exist(), "virtual threads came with JDK 21");
        try (PatientServer server = PatientServer.start();
                ModelRegistry registry = ModelRegistry.builder()
                        .configuration(Callers.configuration(server.baseUrl(), Callers.MODEL, 10, 0))
                        .build()) {
            registry.chat(Callers.AGENT, Callers.request(0)); // loads what it needs
            server.hold(Callers.MODEL);
            Pinning pinning = Pinning.record();
            Thread caller = VirtualThreads.start(() -> registry.chat(Callers.AGENT, Callers.request(1)));
            assertThat(server.await(() -> server.inFlight(Callers.MODEL) == 1, Duration.ofSeconds(10)))
                    .isTrue();
            // As long as the other one held on to its carrier.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LONG_MILLIS));
            server.release(Callers.MODEL);
            caller.join();

            assertThat(pinning.stop()).isEmpty();
        }
    }
}
