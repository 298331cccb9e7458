package dev.understudy.tests.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.error.CircuitOpenException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.InvalidRequestException;
import dev.understudy.error.Origin;
import dev.understudy.event.CircuitState;
import dev.understudy.event.Event;
import dev.understudy.health.Health;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A running registry and its real file. */
@Timeout(60)
class FollowedFileTest {

    private static final Duration EVERY = Duration.ofMillis(40);
    private static final String AGENT = "qa_agent";

    @TempDir
    Path folder;

    private final RecordedEvents events = new RecordedEvents();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private InProcessProvider.Service service;
    private Path file;
    private ModelRegistry registry;

    @BeforeEach
    void start() throws IOException {
        service = new InProcessProvider.Service((provider, model, request, deadline) ->
                ChatResponse.of(model.name() + " with " + provider.apiKey().reveal()));
        Files.writeString(folder.resolve("key"), "key-0\n");
        file = Files.writeString(folder.resolve("understudy.yaml"), yaml("25"));
        follow(file);
    }

    private void follow(Path followed) {
        registry = ModelRegistry.builder()
                .configFile(followed)
                .reloadEvery(EVERY)
                .listener(events)
                .listener(new MicrometerListener(meters))
                .build();
    }

    @AfterEach
    void stop() {
        registry.close();
        service.close();
    }

    private String yaml(String percentage) {
        return """
                providers:
                  cloud: { api: in-process, base_url: "%s", api_key: file:key }
                deployments:
                  steady: { provider: cloud }
                  tuned: { provider: cloud, breaker: { consecutive_failures: 3, open: 10m, max_open: 10m } }
                agents:
                  qa_agent:
                    baseline: steady
                    candidate: tuned
                    retries: 0
                    cache: { ttl: 1h }
                    rollout: { percentage: %s, guard: off }
                  other_agent:
                    baseline: steady
                    timeout: 5s
                """.formatted(service.address("v1"), percentage);
    }

    private double percentage() {
        return registry.model(AGENT).share().percent();
    }

    private List<Event.ConfigurationLoaded> loaded() {
        return events.of(Event.ConfigurationLoaded.class);
    }

    private double reloads(String result) {
        return meters.get("model.config.reload").tag("result", result).counter().count();
    }

    /** R22: the interval, and a second. */
    private static ConditionFactory soon() {
        return await().pollInterval(Duration.ofMillis(2)).atMost(EVERY.plusSeconds(1));
    }

    private ChatResponse call(String question, boolean tuned) {
        CallOptions options = CallOptions.builder().useFinetuned(tuned).build();
        return registry.chat(AGENT, List.of(Message.user(question)), options);
    }

    // R22

    @Test
    @Rule("R22")
    void an_edit_in_place_is_in_force_soon() throws IOException {
        Files.writeString(file, yaml("5"));
        soon().until(() -> percentage() == 5);
        await().until(() -> !loaded().isEmpty()); // told after it is in force
        assertThat(loaded()).containsExactly(new Event.ConfigurationLoaded(true, 0));
        await().until(() -> reloads("accepted") == 1);
        assertThat(reloads("refused")).isZero();
    }

    @Test
    @Rule({"R21", "R22"})
    void an_edit_that_truncates_first_and_writes_slowly_is_in_force_when_it_is_whole() throws IOException {
        // In brackets: however slowly it is written, no part of it is a file.
        byte[] bytes = ("---\n" + yaml("5") + "...\n").getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
            writer.setLength(0);
            for (int i = 0; i < bytes.length; i += 16) {
                writer.write(bytes, i, Math.min(16, bytes.length - i));
                assertThat(registry.agents()).containsExactly("other_agent", AGENT);
            }
        }
        soon().until(() -> percentage() == 5);
        assertThat(registry.agents()).containsExactly("other_agent", AGENT);
    }

    @Test
    @Rule("R22")
    void a_file_renamed_over_it_is_in_force_soon() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), yaml("50"));
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        soon().until(() -> percentage() == 50);
    }

    @Test
    @Rule("R22")
    void the_same_size_and_time_hide_nothing() throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        for (String percentage : List.of("75", "10", "25", "99")) {
            Files.writeString(file, yaml(percentage));
            Files.setLastModifiedTime(file, time);
            assertThat(Files.getLastModifiedTime(file)).isEqualTo(time);
            soon().until(() -> percentage() == Double.parseDouble(percentage));
        }
    }

    @Test
    @Rule("R22")
    void of_twenty_swaps_of_a_config_map_none_is_missed() throws IOException {
        registry.close();
        Path mount = Files.createDirectory(folder.resolve("mount"));
        ConfigMap map = new ConfigMap(mount, Map.of("understudy.yaml", yaml("0"), "key", "key-0"));
        follow(map.file("understudy.yaml"));
        for (int i = 1; i <= 20; i++) {
            int expected = i;
            String key = "key-" + i;
            map.swap(Map.of("understudy.yaml", yaml(String.valueOf(i)), "key", key));
            soon().until(() -> percentage() == expected);
            assertThat(call("question " + i, false).text()).isEqualTo("steady with " + key);
        }
        await().until(() -> loaded().size() >= 20);
        assertThat(loaded()).hasSize(20).allMatch(Event.ConfigurationLoaded::accepted);
        await().until(() -> service.open.size() == 1);
    }

    @Test
    @Rule("R22")
    void another_key_in_the_key_file_opens_another_client_and_closes_the_old_one() throws IOException {
        assertThat(call("before", false).text()).isEqualTo("steady with key-0");
        Path next = Files.writeString(folder.resolve("next"), "key-1\n");
        Files.move(next, folder.resolve("key"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        soon().until(() -> loaded().size() == 1);
        assertThat(call("after", false).text()).isEqualTo("steady with key-1");
        await().until(() -> service.open.size() == 1);
        assertThat(service.opened).hasValue(2);
    }

    @Test
    @Rule("R30")
    void nobody_looks_after_close() throws IOException {
        registry.close();
        Files.writeString(file, yaml("5"));
        await().during(EVERY.multipliedBy(5)).until(() -> loaded().isEmpty());
        assertThat(service.open).isEmpty();
    }

    @Test
    void a_registry_that_was_told_so_reads_its_file_once() throws IOException {
        registry.close();
        registry = ModelRegistry.builder()
                .configFile(file)
                .reloadEvery(Duration.ZERO)
                .listener(events)
                .build();
        Files.writeString(file, yaml("5"));
        await().during(EVERY.multipliedBy(5)).until(() -> loaded().isEmpty() && percentage() == 25);
    }

    // R21

    @Test
    @Rule({"R21", "R28"})
    void a_bad_file_changes_nothing_and_every_agent_says_so_until_it_is_mended() throws IOException {
        Files.writeString(file, yaml("2500").replace("timeout: 5s", "timeout: 5"));
        await().until(() -> reloads("refused") == 1);

        assertThat(percentage()).isEqualTo(25);
        assertThat(call("anything", false).text()).startsWith("steady");
        assertThat(registry.configurationProblems()).hasSize(2);
        assertThat(meters.get("model.config.problems").gauge().value()).isEqualTo(2);
        for (String agent : registry.agents()) {
            Health health = registry.health(agent);
            assertThat(health.status()).isEqualTo(Health.Status.DEGRADED);
            assertThat(health.reason()).contains("configuration file was refused", "line 12", "(and 1 more)");
        }
        await().during(EVERY.multipliedBy(5)).until(() -> reloads("refused") == 1);

        Files.writeString(file, yaml("25"));
        soon().until(() -> registry.health(AGENT).status() == Health.Status.UP);
        assertThat(registry.configurationProblems()).isEmpty();
        assertThat(meters.get("model.config.problems").gauge().value()).isZero();
        await().until(() -> loaded().size() >= 2);
        assertThat(loaded())
                .containsExactly(new Event.ConfigurationLoaded(false, 2), new Event.ConfigurationLoaded(true, 0));
    }

    @Test
    @Rule("R21")
    void a_file_cut_at_any_byte_never_changes_anything() throws IOException {
        byte[] whole = yaml("25").getBytes(StandardCharsets.UTF_8);
        for (int length = whole.length - 1; length >= 0; length -= 7) {
            int refusals = loaded().size();
            Files.write(file, Arrays.copyOf(whole, length));
            await().pollInterval(Duration.ofMillis(2)).until(() -> loaded().size() > refusals);
            assertThat(percentage()).isEqualTo(25);
            assertThat(registry.agents()).containsExactly("other_agent", AGENT);
        }
        assertThat(loaded()).noneMatch(Event.ConfigurationLoaded::accepted);
        Files.delete(file);
        await().until(() -> registry.configurationProblems().equals(List.of("there is no such file")));
        Files.write(file, whole);
        soon().until(() -> registry.configurationProblems().isEmpty());
        assertThat(service.opened).hasValue(1);
    }

    // What survives

    @Test
    void breakers_caches_and_stickiness_survive() throws IOException {
        List<String> units = IntStream.range(0, 200).mapToObj(i -> "unit-" + i).toList();
        Map<String, String> before = units.stream().collect(Collectors.toMap(unit -> unit, this::modelOf));
        ChatResponse first = call("once", false);
        service.behave((provider, model, request, deadline) -> {
            throw FailureKind.UPSTREAM.exception("down", Origin.of(model.name()), null);
        });
        CallOptions tuned = CallOptions.builder()
                .unit(units.stream()
                        .filter(unit -> before.get(unit).equals("tuned"))
                        .findFirst()
                        .orElseThrow())
                .useFallback(false)
                .build();
        for (int i = 0; i < 3; i++) {
            int number = i;
            assertThat(catchThrowable(() -> registry.chat(AGENT, List.of(Message.user("q" + number)), tuned)))
                    .isNotNull();
        }
        assertThat(circuit("tuned")).isEqualTo(CircuitState.OPEN);

        Files.writeString(file, yaml("26").replace("timeout: 5s", "timeout: 6s"));
        soon().until(() -> percentage() == 26);

        assertThat(circuit("tuned")).isEqualTo(CircuitState.OPEN);
        assertThat(catchThrowable(() -> registry.chat(AGENT, List.of(Message.user("q")), tuned)))
                .isInstanceOf(CircuitOpenException.class);
        ChatResponse again = call("once", false);
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(again.provenance().cache()).isEqualTo(CacheStatus.HIT);
        assertThat(units).allSatisfy(unit -> {
            if (before.get(unit).equals("tuned")) {
                assertThat(modelOf(unit)).isEqualTo("tuned");
            }
        });

        String without = yaml("26")
                .replaceAll("(?s)  qa_agent.*  other_agent", "  other_agent")
                .replaceAll("  tuned.*\n", "");
        Files.writeString(file, without);
        soon().until(() -> registry.agents().size() == 1);
        Files.writeString(file, yaml("26"));
        soon().until(() -> registry.agents().size() == 2);
        assertThat(circuit("tuned")).isEqualTo(CircuitState.OPEN);
        assertThat(call("once", false).provenance().cache()).isEqualTo(CacheStatus.HIT);
    }

    private String modelOf(String unit) {
        return registry.model(AGENT, CallOptions.builder().unit(unit).build()).model();
    }

    private CircuitState circuit(String model) {
        return registry.health(AGENT).models().stream()
                .filter(each -> each.name().equals(model))
                .findFirst()
                .orElseThrow()
                .circuit();
    }

    @Test
    void agents_come_and_go_and_calls_in_flight_end() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        service.behave((provider, model, request, deadline) -> {
            inside.countDown();
            try {
                go.await();
            } catch (InterruptedException impossible) {
                throw new AssertionError(impossible);
            }
            return ChatResponse.of("at last with " + provider.apiKey().reveal());
        });
        CompletableFuture<ChatResponse> inFlight = registry.chatAsync("other_agent", List.of(Message.user("Where?")));
        inside.await();
        assertThat(gauges("other_agent")).isPositive();

        Files.writeString(folder.resolve("key"), "key-1");
        Files.writeString(file, yaml("25").replace("other_agent", "new_agent"));
        soon().until(() -> registry.agents().contains("new_agent"));

        assertThat(registry.agents()).containsExactly("new_agent", AGENT);
        assertThat(catchThrowable(() -> registry.chat("other_agent", List.of(Message.user("Where?")))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("new_agent");
        await().until(() -> gauges("other_agent") == 0);
        assertThat(service.open).hasSize(2);
        go.countDown();
        assertThat(inFlight.get().text()).isEqualTo("at last with key-0");
        await().until(() -> service.open.size() == 1);
        assertThat(registry.chat("new_agent", List.of(Message.user("Where?"))).text())
                .isEqualTo("at last with key-1");
        assertThat(service.violations).isEmpty();
    }

    private long gauges(String agent) {
        return meters.find("model.inflight").tag("agent", agent).gauges().size();
    }
}
