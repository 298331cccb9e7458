package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.budget.BudgetSettings;
import dev.understudy.cache.CacheSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Price;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.BudgetExceededException;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import dev.understudy.event.BudgetState;
import dev.understudy.event.BudgetStatus;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.health.Health;
import dev.understudy.micrometer.MicrometerListener;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.rollout.Share;
import dev.understudy.store.FileRolloutStore;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A budget through the face: a call of the baseline costs 1, one of the candidate 3, and 20 may be spent in a day. */
class RegistryBudgetTest {

    private static final String AGENT = "qa_agent";
    private static final Usage MILLION = new Usage(1_000_000, 0);
    private static final CallOptions CANDIDATE =
            CallOptions.builder().variant(Variant.CANDIDATE).build();

    private final FakeTicker ticker = new FakeTicker();
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final RecordedEvents events = new RecordedEvents();
    private final RolloutStore store = new InMemoryRolloutStore();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private boolean candidateIsWell = true;
    private long billedInVain;
    private int questions;

    @AfterEach
    void end() {
        workers.shutdownNow();
    }

    private Configuration configuration(UnaryOperator<AgentSettings.Builder> agent) {
        ChatModel proven = ChatModel.honouringDeadline((request, deadline) -> ChatResponse.of("proven", MILLION));
        ChatModel tuned = ChatModel.honouringDeadline((request, deadline) -> {
            if (candidateIsWell) {
                return ChatResponse.of("tuned", MILLION);
            }
            throw FailureKind.MODEL_UNAVAILABLE
                    .exception("gone", Origin.NONE, null)
                    .carryTokens(billedInVain, 0);
        });
        return Configuration.builder()
                .deployment(Deployment.builder("steady")
                        .upstream(proven)
                        .price(new Price(1, 1))
                        .build())
                .deployment(Deployment.builder("tuned")
                        .upstream(tuned)
                        .price(new Price(3, 3))
                        .build())
                .agent(agent.apply(AgentSettings.builder(AGENT)
                                .baseline("steady")
                                .candidate("tuned")
                                .rollout(new RolloutSettings(Share.ALL, null, true)))
                        .build())
                .build();
    }

    private Configuration with(BudgetPolicy policy) {
        return configuration(agent -> agent.budget(twenty(policy)));
    }

    private static BudgetSettings twenty(BudgetPolicy policy) {
        return BudgetSettings.of(20, BudgetPeriod.DAY).atLimit(policy);
    }

    private ModelRegistry open(Configuration configuration) {
        return ModelRegistry.builder()
                .configuration(configuration)
                .rolloutStore(store)
                .listener(events)
                .listener(new MicrometerListener(meters))
                .seams(ticker.waiting(), new SplittableRandom(1), workers)
                .build();
    }

    private ChatResponse ask(ModelRegistry registry) {
        return ask(registry, CallOptions.DEFAULT);
    }

    private ChatResponse ask(ModelRegistry registry, CallOptions options) {
        return registry.chat(AGENT, List.of(Message.user("question " + questions++)), options);
    }

    private void spendAll(ModelRegistry registry) {
        for (int i = 0; i < 7; i++) {
            ask(registry);
        }
        registry.rounds().forEach(Rounds::round);
    }

    private static BudgetStatus budget(ModelRegistry registry) {
        return registry.budget(AGENT).orElseThrow();
    }

    @Test
    void it_knows_what_its_agents_have_spent() {
        try (ModelRegistry registry = open(with(BudgetPolicy.ALERT))) {
            ask(registry);
            ask(registry, CallOptions.builder().variant(Variant.BASELINE).build());
            assertThat(budget(registry).spent()).isEqualTo(4);
            assertThat(budget(registry).limit()).isEqualTo(20);
            assertThat(budget(registry).state()).isEqualTo(BudgetState.WITHIN);
            assertThat(meters.get("model.budget")
                            .tags("agent", AGENT, "per", "day")
                            .gauge()
                            .value())
                    .isEqualTo(20);
            assertThat(meters.get("model.budget.spent")
                            .tags("agent", AGENT, "per", "day")
                            .gauge()
                            .value())
                    .isEqualTo(4);
            assertThat(reached("80")).isZero();
        }
        try (ModelRegistry registry = open(configuration(agent -> agent))) {
            ask(registry);
            assertThat(registry.budget(AGENT)).isEmpty();
        }
    }

    private double reached(String percent) {
        return meters.get("model.budget.reached")
                .tags("agent", AGENT, "percent", percent)
                .counter()
                .count();
    }

    @Test
    void a_spent_budget_that_only_alerts_is_told_and_calls_go_on() {
        try (ModelRegistry registry = open(with(BudgetPolicy.ALERT))) {
            spendAll(registry);
            assertThat(ask(registry).text()).isEqualTo("tuned");
            assertThat(registry.health(AGENT).status()).isEqualTo(Health.Status.DEGRADED);
            assertThat(registry.health(AGENT).reason())
                    .contains(
                            "; the budget is spent: 24 of 20 per day are spent, and the next day begins at 2026-01-02");
            assertThat(events.of(Event.BudgetReached.class))
                    .extracting(event -> event.status().state())
                    .containsExactly(BudgetState.NEARLY_SPENT, BudgetState.SPENT);
            assertThat(reached("80")).isEqualTo(1);
            assertThat(reached("100")).isEqualTo(1);
        }
    }

    @Test
    void four_fifths_are_said_by_a_health_that_is_still_up() {
        try (ModelRegistry registry = open(with(BudgetPolicy.REFUSE))) {
            for (int i = 0; i < 6; i++) {
                ask(registry);
            }
            assertThat(registry.health(AGENT).status()).isEqualTo(Health.Status.UP);
            assertThat(registry.health(AGENT).reason()).contains("; the budget is nearly spent: 18 of 20 per day");
        }
    }

    @Test
    @Rule({"R10", "R14", "R25"})
    void a_spent_budget_refuses_with_the_time_until_the_next_and_sends_nothing() {
        try (ModelRegistry registry = open(with(BudgetPolicy.REFUSE))) {
            spendAll(registry);
            ticker.advance(Duration.ofHours(20));
            BudgetExceededException refused = catchThrowableOfType(BudgetExceededException.class, () -> ask(registry));
            assertThat(refused)
                    .hasMessage("Agent 'qa_agent' refuses, for its budget is spent: 21 of 20 per day are spent, and the"
                            + " next day begins at 2026-01-02T00:00:00Z");
            assertThat(refused.retryAfter()).contains(Duration.ofHours(4));
            assertThat(refused.guard()).isEqualTo("budget");
            assertThat(refused.model()).contains("tuned");
            assertThat(refused.retryable()).isFalse();
            assertThat(refused.getStackTrace()).isEmpty();

            Event.CallFinished end = events.of(Event.CallFinished.class).get(7);
            assertThat(end.outcome()).isEqualTo(Outcome.ERROR);
            assertThat(end.failure()).isEqualTo(FailureKind.BUDGET_EXCEEDED);
            assertThat(end.variant()).isEqualTo(Variant.CANDIDATE);
            assertThat(end.attempts()).isZero();
            assertThat(end.isNeutral()).isTrue();
            assertThat(events.of(Event.AttemptFinished.class)).hasSize(7);
            assertThat(events.of(Event.FellBack.class)).isEmpty();
            assertThat(events.of(Event.Rejected.class)).containsExactly(new Event.Rejected(AGENT, "tuned", "budget"));
            assertThat(registry.health(AGENT).status()).isEqualTo(Health.Status.DOWN);
            assertThat(registry.health(AGENT).reason()).contains("; the budget is spent, and calls are refused: ");

            ticker.advance(Duration.ofHours(4));
            assertThat(ask(registry).text()).isEqualTo("tuned");
            assertThat(budget(registry).spent()).isEqualTo(3);
        }
    }

    @Test
    void what_the_cache_knows_is_answered_though_the_budget_is_spent() {
        Configuration cached =
                configuration(agent -> agent.budget(twenty(BudgetPolicy.REFUSE)).cache(CacheSettings.DEFAULT));
        ChatRequest known = ChatRequest.of(List.of(Message.user("known")));
        try (ModelRegistry registry = open(cached)) {
            registry.chat(AGENT, known);
            for (int i = 0; i < 6; i++) {
                ask(registry);
            }
            assertThat(budget(registry).spent()).isEqualTo(21);
            ChatResponse hit = registry.chat(AGENT, known);
            assertThat(hit.provenance().cache()).isEqualTo(CacheStatus.HIT);
            assertThat(hit.cost()).isZero();
            assertThat(budget(registry).spent()).isEqualTo(21);
            assertThat(catchThrowableOfType(BudgetExceededException.class, () -> ask(registry)))
                    .isNotNull();
        }
    }

    @Test
    @Rule({"R23", "R24"})
    void a_spent_budget_keeps_everybody_from_the_candidate_and_out_of_the_comparison() {
        try (ModelRegistry registry = open(with(BudgetPolicy.BASELINE_ONLY))) {
            spendAll(registry);
            long compared = registry.rollout(AGENT).candidateSeen().calls();
            assertThat(ask(registry).text()).isEqualTo("proven");
            assertThat(ask(registry, CANDIDATE).text()).isEqualTo("proven");
            assertThat(registry.model(AGENT).why())
                    .isEqualTo("'steady' serves: the budget is spent, and everybody gets the baseline until the next"
                            + " period begins");
            assertThat(registry.rollout(AGENT).share()).isEqualTo(Share.NONE);
            assertThat(registry.rollout(AGENT).decides())
                    .startsWith("The budget decides: 23 of 20 per day are spent")
                    .endsWith("; until then 'steady' serves everybody");
            assertThat(registry.health(AGENT).status()).isEqualTo(Health.Status.DEGRADED);
            assertThat(registry.health(AGENT).reason())
                    .contains("; the budget is spent, and everybody gets the baseline: ");
            assertThat(registry.rollout(AGENT).candidateSeen().calls()).isEqualTo(compared);
            assertThat(registry.rollout(AGENT).baselineSeen().calls()).isZero();
            assertThat(events.of(Event.CallFinished.class).get(7).randomised()).isFalse();
            assertThat(events.of(Event.CallFinished.class).get(8).explicit()).isFalse();

            ticker.advance(Duration.ofDays(1));
            assertThat(registry.rollout(AGENT).share()).isEqualTo(Share.ALL);
            assertThat(ask(registry).text()).isEqualTo("tuned");
        }
    }

    @Test
    void the_kill_switch_decides_before_the_budget() {
        Configuration killed = configuration(
                agent -> agent.budget(twenty(BudgetPolicy.BASELINE_ONLY)).useFinetuned(false));
        try (ModelRegistry registry = open(killed)) {
            for (int i = 0; i < 21; i++) {
                ask(registry);
            }
            assertThat(registry.model(AGENT).why()).contains("kill switch");
            assertThat(registry.rollout(AGENT).decides()).startsWith("The kill switch decides");
        }
    }

    @Test
    @Rule("R15")
    void a_fallback_costs_what_both_models_cost() {
        candidateIsWell = false;
        billedInVain = 500_000;
        try (ModelRegistry registry = open(with(BudgetPolicy.ALERT))) {
            ChatResponse reply = ask(registry);
            assertThat(reply.degraded()).isTrue();
            assertThat(reply.usage()).isEqualTo(MILLION);
            assertThat(reply.cost()).isEqualTo(2.5);
            assertThat(budget(registry).spent()).isEqualTo(2.5);
            assertThat(meters.get("model.cost").tags("model", "tuned").counter().count())
                    .isEqualTo(1.5);
            assertThat(onlyEnd().cost()).isEqualTo(2.5);

            reply = ask(registry); // the candidate's breaker is latched: only the baseline is asked
            assertThat(reply.cost()).isEqualTo(1);
            assertThat(budget(registry).spent()).isEqualTo(3.5);
        }
    }

    private Event.CallFinished onlyEnd() {
        assertThat(events.of(Event.CallFinished.class)).hasSize(1);
        return events.of(Event.CallFinished.class).get(0);
    }

    @Test
    void a_call_that_fails_costs_what_was_billed() {
        candidateIsWell = false;
        billedInVain = 1_000_000;
        try (ModelRegistry registry = open(
                configuration(agent -> agent.budget(twenty(BudgetPolicy.ALERT)).useFallback(false)))) {
            assertThat(catchThrowableOfType(ChatException.class, () -> ask(registry)))
                    .isNotNull();
            assertThat(budget(registry).spent()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource(BudgetPolicy.class)
    void what_was_spent_survives_a_restart_and_is_told_once(BudgetPolicy policy) {
        try (ModelRegistry registry = open(with(policy))) {
            spendAll(registry);
        }
        try (ModelRegistry next = open(with(policy))) {
            assertThat(budget(next).spent()).isEqualTo(21);
            next.rounds().forEach(Rounds::round);
            assertThat(events.of(Event.BudgetReached.class)).hasSize(2);
            if (policy == BudgetPolicy.REFUSE) {
                assertThat(catchThrowableOfType(BudgetExceededException.class, () -> ask(next)))
                        .isNotNull();
            } else {
                assertThat(ask(next).text()).isEqualTo(policy == BudgetPolicy.ALERT ? "tuned" : "proven");
            }
        }
    }

    @Test
    void what_was_spent_since_the_last_round_is_written_at_the_end(@TempDir Path directory) {
        for (int i = 1; i <= 3; i++) {
            try (ModelRegistry registry = ModelRegistry.builder()
                    .configuration(with(BudgetPolicy.ALERT))
                    .rolloutStore(new FileRolloutStore(directory))
                    .build()) {
                ask(registry);
                assertThat(budget(registry).spent()).isEqualTo(3 * i);
            }
        }
    }

    @Test
    @Rule("R21")
    void a_reload_changes_limit_and_policy_and_keeps_what_was_spent() {
        try (ModelRegistry registry = open(with(BudgetPolicy.ALERT))) {
            spendAll(registry);
            registry.install(with(BudgetPolicy.REFUSE));
            assertThat(catchThrowableOfType(BudgetExceededException.class, () -> ask(registry)))
                    .isNotNull();
            registry.install(configuration(agent ->
                    agent.budget(BudgetSettings.of(40, BudgetPeriod.DAY).atLimit(BudgetPolicy.REFUSE))));
            ask(registry);
            assertThat(budget(registry).spent()).isEqualTo(24);
            assertThat(meters.get("model.budget").gauge().value()).isEqualTo(40);

            registry.install(configuration(agent -> agent));
            ask(registry);
            assertThat(registry.budget(AGENT)).isEmpty();
            assertThat(meters.find("model.budget").gauge()).isNull();

            registry.install(with(BudgetPolicy.ALERT));
            assertThat(budget(registry).spent()).isEqualTo(24);
        }
    }

    @Test
    void an_agent_of_another_name_begins_anew() {
        try (ModelRegistry registry = open(with(BudgetPolicy.REFUSE))) {
            spendAll(registry);
            Configuration before = with(BudgetPolicy.REFUSE);
            Configuration.Builder renamed = Configuration.builder();
            before.models().values().forEach(renamed::model);
            registry.install(renamed.agent(AgentSettings.builder("qa")
                            .baseline("steady")
                            .budget(twenty(BudgetPolicy.REFUSE))
                            .build())
                    .build());
            assertThat(registry.chat("qa", List.of(Message.user("?"))).text()).isEqualTo("proven");
            assertThat(registry.budget("qa").orElseThrow().spent()).isEqualTo(1);
        }
    }
}
