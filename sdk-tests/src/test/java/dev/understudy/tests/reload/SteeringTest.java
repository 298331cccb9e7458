package dev.understudy.tests.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.Attempt;
import dev.understudy.tests.hostile.HostileServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What operators do with an editor while 200 calls come each second, as the server saw it. */
@Timeout(120)
class SteeringTest {

    /** The default. */
    private static final Duration POLL = Duration.ofSeconds(1);

    private static final int CALLS_PER_SECOND = 200;
    private static final int UNITS = 100;
    private static final String AGENT = "qa_agent";

    @TempDir
    Path folder;

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    /** Units that a candidate served since this was cleared. */
    private final Set<String> onCandidate = ConcurrentHashMap.newKeySet();

    private static String yaml(HostileServer server, int percentage) {
        return """
                providers:
                  local: { api: openai, base_url: "%s", api_key: file:key }
                deployments:
                  steady: { provider: local }
                  tuned: { provider: local }
                agents:
                  qa_agent:
                    baseline: steady
                    candidate: tuned
                    max_concurrent: 50
                    timeout: 30s
                    rollout: { percentage: %d }
                """.formatted(server.baseUrl(), percentage);
    }

    private void call(ModelRegistry registry) {
        String unit = "unit-" + calls.incrementAndGet() % UNITS;
        registry.chatAsync(
                        AGENT,
                        List.of(Message.user("Where is my parcel?")),
                        CallOptions.builder().unit(unit).build())
                .whenComplete((answer, failure) -> ended(unit, answer, failure));
    }

    private void ended(String unit, ChatResponse answer, Throwable failure) {
        if (failure != null) {
            errors.add(failure);
        } else if (answer.variant() == Variant.CANDIDATE) {
            onCandidate.add(unit);
        }
    }

    /** Waits until every unit has called a few times. */
    private void someCalls() {
        int enough = calls.get() + 5 * UNITS;
        await().until(() -> calls.get() >= enough);
    }

    @Test
    @Rule({"R22", "R23"})
    void lowering_the_percentage_to_zero_takes_the_candidate_away_and_raising_it_brings_the_same_units_back()
            throws IOException {
        Files.writeString(folder.resolve("key"), "key-of-the-test\n");
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        try (HostileServer server = HostileServer.start()) {
            Path file = Files.writeString(folder.resolve("understudy.yaml"), yaml(server, 25));
            try (ModelRegistry registry = ModelRegistry.fromYaml(file)) {
                pace.scheduleAtFixedRate(() -> call(registry), 0, 1_000_000 / CALLS_PER_SECOND, TimeUnit.MICROSECONDS);
                someCalls();
                Set<String> before = new TreeSet<>(onCandidate);
                assertThat(before).hasSizeBetween(10, 40);

                Files.writeString(file, yaml(server, 0));
                long saved = System.nanoTime();
                long limit = saved + POLL.plusSeconds(1).toNanos();
                await().until(() -> registry.model(AGENT).share().percent() == 0);
                await().until(() -> System.nanoTime() - limit > 0);
                someCalls();
                List<Attempt> candidates = server.log().attempts("tuned");
                assertThat(candidates).isNotEmpty().allSatisfy(attempt -> assertThat(
                                Duration.ofNanos(attempt.arrivedNanos() - saved))
                        .isLessThan(POLL.plusSeconds(1)));

                onCandidate.clear();
                Files.writeString(file, yaml(server, 25));
                await().until(() -> registry.model(AGENT).share().percent() == 25);
                someCalls();
                assertThat(new TreeSet<>(onCandidate)).isEqualTo(before);

                pace.shutdownNow();
                await().until(() ->
                        server.log().inFlight("tuned") + server.log().inFlight("steady") == 0);
                assertThat(server.log().attempts("tuned").size()).isGreaterThan(candidates.size());
                assertThat(errors).isEmpty();
            }
        } finally {
            pace.shutdownNow();
        }
    }

    @Test
    @Rule({"R22", "R28"})
    void a_rotated_key_is_what_the_server_gets_and_no_call_fails() throws IOException {
        Path key = Files.writeString(folder.resolve("key"), "first-key-of-the-test\n");
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        try (HostileServer server = HostileServer.start()) {
            Path file = Files.writeString(folder.resolve("understudy.yaml"), yaml(server, 25));
            try (ModelRegistry registry = ModelRegistry.builder()
                    .configFile(file)
                    .reloadEvery(Duration.ofMillis(100))
                    .build()) {
                pace.scheduleAtFixedRate(() -> call(registry), 0, 1_000_000 / CALLS_PER_SECOND, TimeUnit.MICROSECONDS);
                await().until(() -> arrived(server, "first-key-of-the-test") > 50);
                Path next = Files.writeString(folder.resolve("next"), "second-key-of-the-test\n");
                Files.move(next, key, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                await().until(() -> arrived(server, "second-key-of-the-test") > 50);
                long first = arrived(server, "first-key-of-the-test");
                someCalls();
                assertThat(arrived(server, "first-key-of-the-test") - first).isLessThan(10); // were in flight
                pace.shutdownNow();
                await().until(() ->
                        server.log().inFlight("tuned") + server.log().inFlight("steady") == 0);
                assertThat(errors).isEmpty();
            }
        } finally {
            pace.shutdownNow();
        }
    }

    private static long arrived(HostileServer server, String key) {
        return server.log().attempts().stream()
                .filter(attempt -> attempt.header("authorization").equals(Optional.of("Bearer " + key)))
                .count();
    }
}
