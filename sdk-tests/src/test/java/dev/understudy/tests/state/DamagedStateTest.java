package dev.understudy.tests.state;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.understudy.FastRegistry;
import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.health.Health;
import dev.understudy.rollout.Share;
import dev.understudy.store.FileRolloutStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * A state that cannot be believed gives nobody the candidate, however the service comes upon it; it is loud, the baseline
 * answers, and a reset that a person asks for mends it.
 */
class DamagedStateTest {

    /** What may happen to a file. */
    enum Damage {
        TORN(" is torn: ") {
            @Override
            void happen(Path state) throws IOException {
                byte[] whole = Files.readAllBytes(state);
                Files.write(state, Arrays.copyOf(whole, whole.length / 2));
            }
        },
        EMPTY(" is torn: it is empty") {
            @Override
            void happen(Path state) throws IOException {
                Files.write(state, new byte[0]);
            }
        },
        CHANGED(" was changed: ") {
            @Override
            void happen(Path state) throws IOException {
                Files.writeString(state, Files.readString(state).replaceFirst("\nepoch [0-9]+\n", "\nepoch 999\n"));
            }
        },
        FOREIGN(" is foreign: ") {
            @Override
            void happen(Path state) throws IOException {
                Files.writeString(state, "{\"percentage\": 100}");
            }
        },
        NEWER(" is of another format ") {
            @Override
            void happen(Path state) throws IOException {
                Files.writeString(state, Files.readString(state).replaceFirst("state 1\n", "state 2\n"));
            }
        },
        LOST(" is lost: ") {
            @Override
            void happen(Path state) throws IOException {
                Files.delete(state);
            }
        },
        NO_FILE(" is foreign: it is a directory") {
            @Override
            void happen(Path state) throws IOException {
                Files.delete(state);
                Files.createDirectory(state);
            }
        };

        private final String words;

        Damage(String words) {
            this.words = words;
        }

        abstract void happen(Path state) throws IOException;
    }

    @TempDir
    private Path directory;

    private final AtomicInteger candidateCalls = new AtomicInteger();
    private final ChatModel candidate = ChatModel.honouringDeadline((request, deadline) -> {
        candidateCalls.incrementAndGet();
        return ChatResponse.of("from the candidate");
    });

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        ((Logger) LoggerFactory.getLogger("dev.understudy")).addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        ((Logger) LoggerFactory.getLogger("dev.understudy")).detachAppender(log);
    }

    private ModelRegistry open() {
        return FastRegistry.open(Service.configuration(candidate), new FileRolloutStore(directory));
    }

    private static void call(ModelRegistry registry, int times) {
        for (int i = 0; i < times; i++) {
            registry.chat(
                    Service.AGENT,
                    List.of(Message.user("Where is my parcel?")),
                    CallOptions.builder().unit("unit-" + i).build());
        }
    }

    /** Time passes by itself, and fast. */
    private void climb(ModelRegistry registry) {
        for (int i = 0; i < 500 && registry.rollout(Service.AGENT).step() < 2; i++) {
            call(registry, 200);
            FastRegistry.round(registry);
        }
        assertThat(registry.rollout(Service.AGENT).step()).isGreaterThanOrEqualTo(2);
        assertThat(candidateCalls).hasPositiveValue();
    }

    private List<String> errors() {
        return log.list.stream()
                .filter(event -> event.getLevel() == Level.ERROR)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void a_service_that_starts_upon_it_gives_nobody_the_candidate_until_a_person_resets_it(Damage damage)
            throws Exception {
        try (ModelRegistry before = open()) {
            climb(before);
        }
        damage.happen(directory.resolve("qa_agent.state"));
        candidateCalls.set(0);

        try (ModelRegistry registry = open()) {
            for (int i = 0; i < 5; i++) {
                call(registry, 100);
                FastRegistry.round(registry);
            }

            assertThat(candidateCalls).hasValue(0);
            assertThat(registry.rollout(Service.AGENT).share()).isEqualTo(Share.NONE);
            assertThat(registry.rollout(Service.AGENT).phase()).isEqualTo(RolloutPhase.HOLD);
            assertThat(registry.rollout(Service.AGENT).reason()).isEqualTo(RolloutReason.STATE_REFUSED);
            assertThat(registry.health(Service.AGENT).status()).isEqualTo(Health.Status.DEGRADED);
            assertThat(registry.health(Service.AGENT).reason()).contains(damage.words, "qa_agent.state");
            assertThat(errors()).anyMatch(line -> line.contains(damage.words) && line.contains("rollout FILE reset"));
            assertThat(errors()).as("loud, and not a flood").hasSizeLessThan(4);

            registry.steer(Service.AGENT).reset(Service.CANDIDATE, "ops");
            FastRegistry.round(registry);

            assertThat(registry.rollout(Service.AGENT).phase()).isEqualTo(RolloutPhase.RUNNING);
            assertThat(registry.rollout(Service.AGENT).step()).isZero();
            assertThat(registry.rollout(Service.AGENT).share()).isEqualTo(Service.STAGES.get(0));
            assertThat(registry.health(Service.AGENT).status()).isEqualTo(Health.Status.UP);
            call(registry, 100);
            assertThat(candidateCalls).hasPositiveValue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_service_that_runs_climbs_no_further_until_a_person_resets_it(Damage damage) throws Exception {
        try (ModelRegistry registry = open()) {
            climb(registry);
            int reached = registry.rollout(Service.AGENT).step();
            damage.happen(directory.resolve("qa_agent.state"));

            for (int i = 0; i < 20; i++) {
                call(registry, 200);
                FastRegistry.round(registry);
            }

            assertThat(registry.rollout(Service.AGENT).step()).isEqualTo(reached);
            assertThat(registry.rollout(Service.AGENT).share()).isLessThanOrEqualTo(Service.STAGES.get(reached));
            assertThat(registry.health(Service.AGENT).status()).isEqualTo(Health.Status.DEGRADED);
            assertThat(registry.health(Service.AGENT).reason()).contains(damage.words);
            assertThat(errors()).isNotEmpty().hasSizeLessThan(4);

            registry.steer(Service.AGENT).reset(Service.CANDIDATE, "ops");
            FastRegistry.round(registry);

            assertThat(registry.rollout(Service.AGENT).step()).isZero();
            assertThat(registry.health(Service.AGENT).status()).isEqualTo(Health.Status.UP);
            climb(registry);
        }
    }
}
