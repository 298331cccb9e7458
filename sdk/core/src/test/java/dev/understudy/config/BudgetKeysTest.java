package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.budget.BudgetSettings;
import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Price;
import dev.understudy.error.ConfigurationException;
import dev.understudy.event.BudgetPeriod;
import dev.understudy.event.BudgetPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetKeysTest {

    private static final String FILE = """
            providers: { p: { api: openai, base_url: http://localhost } }
            deployments:
              m: { provider: p, price: { input: 1, output: 2 } }
              n: { provider: p, price: { input: 0, output: 0 } }
            %s
            """;
    private static final String AGENT = "agents: { a: { baseline: m, candidate: n, budget: %s } }";

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            20 per day                                             | 20     | DAY   | ALERT
            '20 per day'                                           | 20     | DAY   | ALERT
            0.5  per  hour                                         | 0.5    | HOUR  | ALERT
            1500.25 per month                                      | 1500.25| MONTH | ALERT
            { limit: 20, per: day }                                | 20     | DAY   | ALERT
            { limit: 0.000001, per: hour, at_limit: alert }        | 1e-6   | HOUR  | ALERT
            { limit: 999999999, per: month, at_limit: refuse }     | 999999999 | MONTH | REFUSE
            { per: day, at_limit: baseline_only, limit: 7.5 }      | 7.5    | DAY   | BASELINE_ONLY
            """)
    void it_says_what_it_says(String text, double limit, BudgetPeriod per, BudgetPolicy policy) {
        assertThat(budget(AGENT.formatted(text))).isEqualTo(new BudgetSettings(limit, per, policy));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            20                        | '20' has no period; write for example '20 per day'
            20 EUR per day            | '20 EUR per day' is not a budget; write an amount in the currency of the prices and its period, for example '20 per day'
            20/day                    | '20/day' is not a budget; write an amount in the currency of the prices
            20 per week               | '20 per week' has an unknown period; write one of hour, day, month, for example '20 per day'
            20 per Day                | '20 per Day' has an unknown period
            0 per day                 | '0 per day' is out of bounds; write an amount between 0.000001 and 999999999
            -5 per day                | '-5 per day' is out of bounds
            1000000000 per month      | '1000000000 per month' is out of bounds
            per day                   | 'per day' is not a budget
            [20, day]                 | is a list; write a map of limit, per, at_limit
            {}                        | 'limit' is missing; write an amount, for example 'limit: 20'
            { limit: 20 }             | 'per' is missing; write the period, for example 'per: day'
            { limit: 0, per: day }    | '0' is out of bounds; write between 0.000001 and 999999999
            { limit: 20 per day }     | '20 per day' is not a number
            { limit: 20, per: week }  | 'week' is none of the words that are known; write one of hour, day, month
            { limit: 20, per: day, at_limit: stop } | 'stop' is none of the words that are known; write one of alert, baseline_only, refuse
            { limit: 20, per: day, policy: refuse } | unknown key
            """)
    void what_cannot_be_meant_is_refused(String text, String why) {
        assertThat(Given.problems(FILE.formatted(AGENT.formatted(text))))
                .first()
                .asString()
                .contains("agents.a.budget")
                .contains(why);
    }

    @Test
    void off_and_nothing_are_none() {
        assertThat(budget("agents: { a: { baseline: m } }")).isNull();
        assertThat(budget(AGENT.formatted("off"))).isNull();
        assertThat(budget("defaults: { budget: 20 per day }\nagents: { a: { baseline: m, budget: off } }"))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            20 per day                                         | baseline: m                               | 20 | DAY  | ALERT
            20 per day                                         | "budget": 5 per hour                      | 5  | HOUR | ALERT
            { limit: 20, per: day, at_limit: refuse }          | "budget": 5 per hour                      | 5  | HOUR | REFUSE
            { limit: 20, per: day, at_limit: refuse }          | "budget": { limit: 5 }                    | 5  | DAY  | REFUSE
            20 per day                                         | "budget": { at_limit: baseline_only }     | 20 | DAY  | BASELINE_ONLY
            { at_limit: refuse }                               | "budget": 5 per hour                      | 5  | HOUR | REFUSE
            """)
    void an_agent_inherits_what_it_does_not_say(
            String inherited, String own, double limit, BudgetPeriod per, BudgetPolicy policy) {
        String agent = own.startsWith("baseline") ? own : "baseline: m, " + own;
        assertThat(budget("defaults: { budget: " + inherited + " }\nagents: { a: { " + agent + " } }"))
                .isEqualTo(new BudgetSettings(limit, per, policy));
    }

    @Test
    void defaults_that_only_say_what_happens_at_the_limit_give_nobody_a_budget() {
        assertThat(budget("defaults: { budget: { at_limit: refuse } }\nagents: { a: { baseline: m } }"))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            { provider: p }                          | has no price
            { provider: p, price: { input: 1 } }     | has only half a price
            { provider: p, price: { output: 1 } }    | has only half a price
            """)
    void a_model_without_a_price_cannot_be_kept_within_a_budget(String deployment, String lacking) {
        String file = """
                providers: { p: { api: openai, base_url: http://localhost } }
                deployments:
                  m: { provider: p, price: { input: 1, output: 2 } }
                  n: %s
                agents:
                  a: { baseline: m, candidate: n }
                  b: { baseline: n, budget: 20 per day }
                """;
        assertThat(Given.problems(file.formatted(deployment)))
                .containsExactly("line 7: agents.b.budget: nobody can tell what is spent, for model 'n' " + lacking
                        + "; write one under deployments.n, for example 'price: { input: 0.25, output: 0.25 }', or"
                        + " zeros where it is free");
    }

    @Test
    void the_same_holds_in_java() {
        ChatModel model = ChatModel.honouringDeadline((request, deadline) -> ChatResponse.of("yes"));
        AgentSettings agent = AgentSettings.builder("a")
                .baseline("m")
                .budget(BudgetSettings.of(20, BudgetPeriod.DAY).atLimit(BudgetPolicy.REFUSE))
                .build();

        assertThatThrownBy(() -> Configuration.builder()
                        .deployment(Deployment.of("m", model))
                        .agent(agent)
                        .build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("agents.a.budget: nobody can tell what is spent, for model 'm' has no price");

        Configuration free = Configuration.builder()
                .deployment(Deployment.builder("m")
                        .upstream(model)
                        .price(Price.FREE)
                        .build())
                .agent(agent)
                .build();
        assertThat(free.agents().get("a")).isEqualTo(agent);
        assertThat(agent)
                .isNotEqualTo(AgentSettings.builder("a")
                        .baseline("m")
                        .budget(BudgetSettings.of(20, BudgetPeriod.DAY))
                        .build());
    }

    private static BudgetSettings budget(String rest) {
        return Given.read(FILE.formatted(rest)).agents().get("a").budget();
    }
}
