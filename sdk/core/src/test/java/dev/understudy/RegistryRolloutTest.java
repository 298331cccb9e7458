package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.RolloutDecision;
import dev.understudy.event.RolloutPhase;
import dev.understudy.event.RolloutReason;
import dev.understudy.health.Health;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.rollout.RampSettings;
import dev.understudy.rollout.Share;
import dev.understudy.rollout.Steering;
import dev.understudy.store.FileRolloutStore;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.testing.ScriptedModel;
import dev.understudy.time.Waiting;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rollout through the face: what a registry does with it, what it tells, and what survives. */
class RegistryRolloutTest {

    private static final List<Message> MESSAGES = List.of(Message.user("Where is my parcel?"));

    private final ScriptedModel steady = ScriptedModel.on(Waiting.system());
    private final ScriptedModel tuned = ScriptedModel.on(Waiting.system());
    private final RecordedEvents events = new RecordedEvents();
    private final RolloutStore store = new InMemoryRolloutStore();

    private Configuration configuration(UnaryOperator<AgentSettings.Builder> agent) {
        return Configuration.builder()
                .deployment(Deployment.builder("steady").upstream(steady).build())
                .deployment(Deployment.builder("tuned").upstream(tuned).build())
                .agent(agent.apply(AgentSettings.builder("qa_agent")
                                .baseline("steady")
                                .candidate("tuned")
                                .percentage(50))
                        .build())
                .build();
    }

    private ModelRegistry open(UnaryOperator<AgentSettings.Builder> agent) {
        return ModelRegistry.builder()
                .configuration(configuration(agent))
                .rolloutStore(store)
                .listener(events)
                .build();
    }

    private static CallOptions unit(int i) {
        return CallOptions.builder().unit("user-" + i).build();
    }

    @Test
    @Rule("R24")
    void a_failing_candidate_is_taken_away_told_once_and_stays_so_in_the_next_registry() {
        tuned.fails(FailureKind.UPSTREAM);
        steady.answers("well");
        try (ModelRegistry registry = open(agent -> agent)) {
            for (int i = 0; i < 300; i++) {
                assertThat(registry.chat("qa_agent", MESSAGES, unit(i)).text()).isEqualTo("well");
            }
            await().until(() -> {
                registry.chat("qa_agent", MESSAGES, unit(1));
                return registry.rollout("qa_agent").phase() == RolloutPhase.ROLLED_BACK;
            });
            Health health = registry.health("qa_agent");
            assertThat(health.status()).isEqualTo(Health.Status.UP);
            assertThat(health.reason()).contains("candidate 'tuned' was rolled back at ");
            assertThat(registry.rollout("qa_agent").decides()).startsWith("A latched rollback decides: ");
            assertThat(registry.model("qa_agent").why()).contains("only a reset that names it");
        }
        assertThat(events.of(Event.CallFinished.class))
                .filteredOn(end -> end.variant() == Variant.CANDIDATE)
                .hasSizeLessThanOrEqualTo(20);
        assertThat(decisions())
                .filteredOn(decision -> decision.to() == RolloutPhase.ROLLED_BACK)
                .hasSize(1);

        try (ModelRegistry next = open(agent -> agent)) {
            assertThat(next.rollout("qa_agent").share()).isEqualTo(Share.NONE);
            next.steer("qa_agent").reset("tuned", "ann");
            await().until(() -> next.rollout("qa_agent").share().equals(Share.percent(50)));
        }
    }

    private List<RolloutDecision> decisions() {
        return events.of(Event.RolloutChanged.class).stream()
                .map(Event.RolloutChanged::decision)
                .toList();
    }

    @Test
    void the_next_registry_counts_its_rollbacks_from_zero_though_it_decides_nothing() {
        open(agent -> agent).close();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (ModelRegistry next = ModelRegistry.builder()
                .configuration(configuration(agent -> agent))
                .rolloutStore(store)
                .listener(new MicrometerListener(meters))
                .build()) {
            assertThat(meters.get("model.rollback")
                            .tags("agent", "qa_agent", "model", "tuned")
                            .counter()
                            .count())
                    .isZero();
            Gauge phase = meters.get("model.rollout.phase")
                    .tags("agent", "qa_agent", "model", "tuned")
                    .gauge();
            assertThat(phase.value()).isEqualTo(RolloutPhase.RUNNING.ordinal());
            next.steer("qa_agent").hold("ann");
            await().until(() -> phase.value() == RolloutPhase.HOLD.ordinal());
            assertThat(decisions()).hasSize(1); // the first registry's start
        }
    }

    @Test
    void a_command_of_another_process_is_in_force_within_two_seconds() {
        try (ModelRegistry registry = open(agent ->
                agent.percentage(100).ramp(RampSettings.builder().stages(1, 100).build()))) {
            assertThat(registry.rollout("qa_agent").share()).isEqualTo(Share.percent(1));
            new Steering(store, "qa_agent", InstantSource.system()).hold("ann");

            await().atMost(Duration.ofSeconds(3))
                    .until(() -> registry.rollout("qa_agent").reason() == RolloutReason.HELD);
            assertThat(registry.health("qa_agent").reason()).contains("a person holds the ramp");
        }
    }

    @Test
    void another_configuration_changes_the_ceiling_the_switch_and_the_candidate() {
        try (ModelRegistry registry = open(agent -> agent)) {
            registry.install(configuration(agent -> agent.percentage(0)));
            assertThat(registry.rollout("qa_agent").share()).isEqualTo(Share.NONE);
            registry.install(configuration(agent -> agent.percentage(20)));
            assertThat(registry.rollout("qa_agent").share()).isEqualTo(Share.percent(20));
            registry.install(configuration(agent -> agent.useFinetuned(false)));
            assertThat(registry.rollout("qa_agent").phase()).isEqualTo(RolloutPhase.OFF);
            registry.install(configuration(agent -> agent.candidate(null).percentage(0)));
            assertThat(registry.rollout("qa_agent").candidate()).isNull();
            assertThat(registry.rollout("qa_agent").reason()).isEqualTo(RolloutReason.NO_CANDIDATE);
            registry.install(configuration(agent -> agent));
            await().until(() -> registry.rollout("qa_agent").share().equals(Share.percent(50)));
        }
        assertThat(decisions())
                .extracting(RolloutDecision::reason)
                .startsWith(
                        RolloutReason.STARTED, RolloutReason.MANUAL, RolloutReason.MANUAL, RolloutReason.KILL_SWITCH);
    }

    @Test
    void the_state_is_beside_the_file_and_a_damaged_one_is_refused_until_it_is_reset(@TempDir Path folder)
            throws Exception {
        Path file = folder.resolve("models.yaml");
        FileRolloutStore files = new FileRolloutStore(folder.resolve("models.yaml.state"));
        Configuration used = configuration(agent -> agent);
        try (ModelRegistry registry = ModelRegistry.builder()
                .configuration(used)
                .rolloutStore(new FileRolloutStore(used.stateDirectory(file)))
                .build()) {
            assertThat(registry.rollout("qa_agent").share()).isEqualTo(Share.percent(50));
        }
        Path state = folder.resolve("models.yaml.state").resolve("qa_agent.state");
        Files.writeString(state, Files.readString(state).replace("stage=100000", "stage=100001"));

        try (ModelRegistry registry =
                ModelRegistry.builder().configuration(used).rolloutStore(files).build()) {
            assertThat(registry.rollout("qa_agent").reason()).isEqualTo(RolloutReason.STATE_REFUSED);
            assertThat(registry.rollout("qa_agent").share()).isEqualTo(Share.NONE);
            assertThat(registry.health("qa_agent").status()).isEqualTo(Health.Status.DEGRADED);
            registry.steer("qa_agent").reset("tuned", "ann");
            await().until(() -> registry.rollout("qa_agent").share().equals(Share.percent(50)));
            assertThat(registry.health("qa_agent").status()).isEqualTo(Health.Status.UP);
        }
    }
}
