package dev.understudy.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.Variant;
import dev.understudy.insight.ExperimentResult.Answer;
import dev.understudy.insight.ExperimentResult.Criterion;
import dev.understudy.store.InMemoryRolloutStore;
import dev.understudy.store.RolloutStore;
import dev.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExperimentTest {

    private static final ExperimentSettings ASKED =
            new ExperimentSettings(Duration.ofMillis(400), 0.01, 0.1, null, 1_000, 7);
    private static final Duration FAST = Duration.ofMillis(120);

    private final FakeTicker ticker = new FakeTicker();
    private final Calls calls = new Calls(ticker);
    private final RolloutStore store = new InMemoryRolloutStore();

    private @Nullable ExperimentSettings asked = ASKED;
    private Findings findings = Findings.NONE;
    private Insight insight = start();
    private int unit;

    @Test
    void seven_good_days_with_a_restart_in_the_middle_are_accepted() {
        for (int day = 0; day < 3; day++) {
            serveADay(10, FAST);
            assertThat(result().answer()).isEqualTo(Answer.CONTINUE);
        }
        insight.close();
        insight = start();
        insight.load();
        for (int day = 3; day < 7; day++) {
            assertThat(result().answer()).isEqualTo(Answer.CONTINUE);
            serveADay(10, FAST);
        }

        ExperimentResult result = result();

        assertThat(result.answer()).isEqualTo(Answer.ACCEPT);
        assertThat(result.why()).isEqualTo("All 5 criteria are met");
        assertThat(result.criteria())
                .extracting(Criterion::name)
                .containsExactly(
                        "p95 of the candidate",
                        "error-rate increase over the baseline",
                        "share of units on the candidate",
                        "calls of each variant a day",
                        "days with enough calls");
        Comparison whole = insight.compare(Calls.AGENT, Comparison.WHOLE_ROLLOUT);
        assertThat(whole.from()).isEqualTo(Calls.START);
        assertThat(whole.baseline().calls()).isEqualTo(7 * 24 * 1_080);
        assertThat(whole.candidate()).isNotNull();
        assertThat(whole.candidate().calls()).isEqualTo(7 * 24 * 120);
    }

    @Test
    void a_slow_candidate_is_rejected_as_soon_as_the_bounds_say_so() {
        serve(Variant.BASELINE, 1_000, FAST);
        serve(Variant.CANDIDATE, 100, Duration.ofMillis(500));

        ExperimentResult result = result();

        assertThat(result.answer()).isEqualTo(Answer.REJECT);
        assertThat(result.why()).startsWith("p95 of the candidate: at most 400ms was asked, seen is 501 ms (500 to ");
    }

    @Test
    void errors_that_the_baseline_hides_are_an_increase() {
        serve(Variant.BASELINE, 4_000, FAST);
        serve(Variant.CANDIDATE, 900, FAST);
        for (int i = 0; i < 100; i++) {
            insight.on(calls.rescued(unit++, FAST));
        }

        Criterion errors = result().criteria().get(1);

        assertThat(errors.answer()).isEqualTo(Answer.REJECT);
        assertThat(errors.wanted()).isEqualTo("at most 1.00 point");
        assertThat(errors.seen()).startsWith("10.0 points (").endsWith("), 10.0 % against 0 %");
    }

    @Test
    void a_split_that_is_not_kept_is_rejected() {
        serve(Variant.BASELINE, 3_000, FAST);
        serve(Variant.CANDIDATE, 1_000, FAST);

        Criterion split = result().criteria().get(2);

        assertThat(split.answer()).isEqualTo(Answer.REJECT);
        assertThat(split.wanted()).isEqualTo("10.0 %, give or take 1.00 %");
    }

    @Test
    void a_split_that_chance_does_not_explain_is_rejected() {
        findings = new Findings(List.of(), new Comparison.Split(0.1, 4_000, 400, Math.log(2_000)));

        Criterion split = result().criteria().get(2);

        assertThat(split.answer()).isEqualTo(Answer.REJECT);
        assertThat(split.seen()).isEqualTo("10.0 % of 4,000 units, which chance does not explain");
    }

    @Test
    void a_day_with_too_few_calls_does_not_count() {
        serveADay(10, FAST);
        serveADay(10, FAST);
        ticker.advance(Duration.ofDays(3));
        serveADay(10, FAST);
        serveADay(10, FAST);

        ExperimentResult result = result();

        assertThat(result.answer()).isEqualTo(Answer.CONTINUE);
        assertThat(result.criteria().get(4).answer()).isEqualTo(Answer.CONTINUE);

        serveADay(10, FAST);
        assertThat(result().answer()).isEqualTo(Answer.ACCEPT);
    }

    @Test
    void without_an_experiment_there_is_nothing_to_answer() {
        asked = null;
        insight = start();

        assertThat(result().answer()).isEqualTo(Answer.CONTINUE);
        assertThat(result().why()).isEqualTo("No experiment is configured; write rollout.experiment");
        assertThat(result().criteria()).isEmpty();
    }

    @Test
    void an_experiment_without_calls_says_so() {
        assertThat(result().why())
                .isEqualTo(
                        "Still open: p95 of the candidate (no call yet), error-rate increase over the baseline (no call of"
                                + " one of the two yet), share of units on the candidate (no unit yet), calls of each variant a day"
                                + " (0 today so far), days with enough calls (0, the first call 0 days ago)");
    }

    @Test
    void a_candidate_that_a_person_has_re_armed_begins_anew() {
        serveADay(10, FAST);
        insight.round();

        insight.on(Decisions.reset(Calls.AGENT, "tuned", calls.now()));
        serve(Variant.CANDIDATE, 5, FAST);
        insight.close();
        insight = start();
        insight.load();

        Comparison comparison = insight.compare(Calls.AGENT, Comparison.WHOLE_ROLLOUT);
        assertThat(comparison.candidate()).isNotNull();
        assertThat(comparison.candidate().calls()).isEqualTo(5);
        assertThat(comparison.from()).isEqualTo(calls.now());
    }

    @Test
    void what_contradicts_itself_is_refused() {
        assertRefused(() -> new ExperimentSettings(null, null, 0.1, null, 1, 7), "p95, error_increase or both");
        assertRefused(() -> new ExperimentSettings(Duration.ZERO, null, null, null, 1, 7), "experiment.p95");
        assertRefused(() -> new ExperimentSettings(null, 1.5, null, null, 1, 7), "error_increase");
        assertRefused(() -> new ExperimentSettings(null, 0.1, 1.0, null, 1, 7), "split is more than 0 %");
        assertRefused(() -> new ExperimentSettings(null, 0.1, null, 0.1, 1, 7), "needs a split");
        assertRefused(() -> new ExperimentSettings(null, 0.1, 0.1, 0.2, 1, 7), "split_tolerance");
        assertRefused(() -> new ExperimentSettings(null, 0.1, null, null, 0, 7), "min_calls_per_day");
        assertRefused(() -> new ExperimentSettings(null, 0.1, null, null, 1, 31), "days");
    }

    private static void assertRefused(Runnable making, String why) {
        assertThatThrownBy(making::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    private Insight start() {
        Insight started = new Insight(ticker, calls.wall(), store);
        started.watch(
                new Subject(Calls.AGENT, "steady", "tuned", false, Limits.DEFAULT, asked, () -> 10, () -> findings));
        return started;
    }

    private ExperimentResult result() {
        return insight.experiment(Calls.AGENT);
    }

    /** 1,200 calls an hour, one in so many by the candidate. */
    private void serveADay(int oneIn, Duration latency) {
        for (int hour = 0; hour < 24; hour++) {
            serve(Variant.CANDIDATE, 1_200 / oneIn, latency);
            serve(Variant.BASELINE, 1_200 - 1_200 / oneIn, latency);
            ticker.advance(Duration.ofHours(1));
            insight.round();
        }
    }

    private void serve(Variant variant, int number, Duration latency) {
        for (int i = 0; i < number; i++) {
            insight.on(calls.good(variant, unit++ * 0x9E3779B9, latency));
        }
    }
}
