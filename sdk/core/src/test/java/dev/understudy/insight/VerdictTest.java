package dev.understudy.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.Variant;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import dev.understudy.testing.FakeTicker;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private static final Duration FAST = Duration.ofMillis(100);
    private static final Duration SLOW = Duration.ofMillis(780);
    private static final Limits LIMIT_400_MS = new Limits(Duration.ofMillis(400), 0.05);

    private final FakeTicker ticker = new FakeTicker();
    private final Calls calls = new Calls(ticker);
    private final Insight insight = calls.insight();

    private Limits limits = LIMIT_400_MS;
    private Findings findings = Findings.NONE;

    @Test
    void without_a_candidate_there_is_no_data() {
        Comparison comparison = compare(null);

        assertThat(comparison.candidate()).isNull();
        assertVerdict(comparison, Verdict.NO_DATA, "The agent has no candidate to compare");
    }

    @Test
    void the_calls_of_an_agent_without_candidate_are_counted_all_the_same() {
        insight.watch(Calls.subject(null));
        insight.on(calls.byChoice(Variant.BASELINE, FAST));

        assertThat(insight.compare(Calls.AGENT, Duration.ofHours(1)).baseline().calls())
                .isEqualTo(1);
    }

    @Test
    void without_calls_of_either_there_is_no_data() {
        watch("tuned");
        serve(Variant.BASELINE, 10, FAST);

        assertVerdict(
                compare("tuned"),
                Verdict.NO_DATA,
                "No call of candidate 'tuned' in this window: there is nothing to compare");
    }

    @Test
    void a_wrong_split_makes_everything_else_void() {
        findings = new Findings(List.of(evidence(30, 30)), new Comparison.Split(0.25, 400, 12, Math.log(1001)));
        serve(Variant.CANDIDATE, 12, SLOW);

        assertVerdict(
                compare("tuned"),
                Verdict.INVALID,
                "12 of 400 units were on the candidate, 3.00 % where 25.0 % were intended: with such a split nothing can be"
                        + " concluded");
    }

    @Test
    void the_evidence_of_the_guard_condemns() {
        findings = new Findings(List.of(evidence(12.3, 12.3)), Comparison.Split.NONE);
        watch("tuned");
        serve(Variant.BASELINE, 10, FAST);
        serve(Variant.CANDIDATE, 3, SLOW);

        assertVerdict(
                compare("tuned"),
                Verdict.FAIL,
                "'tuned' fails: p95 over the limit, 3 bad of 3; evidence 219696 : 1, where 100 : 1 suffices");
    }

    @Test
    void it_condemns_even_after_the_window_has_passed_by() {
        findings = new Findings(List.of(evidence(500, 500)), Comparison.Split.NONE);

        assertVerdict(
                compare("tuned"),
                Verdict.FAIL,
                "'tuned' fails: p95 over the limit, 3 bad of 3; evidence 1.4e+217 : 1, where 100 : 1 suffices");
    }

    @Test
    void a_suspicion_is_no_verdict() {
        findings = new Findings(List.of(evidence(1, 3.5)), Comparison.Split.NONE);
        watch("tuned");
        serve(Variant.BASELINE, 2_000, FAST);
        serve(Variant.CANDIDATE, 2_000, FAST);

        Comparison comparison = compare("tuned");

        assertThat(comparison.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(comparison.why()).startsWith("Some evidence against 'tuned', too little to condemn it: p95 over");
    }

    @Test
    void a_candidate_passes_when_its_bounds_are_within_the_limits() {
        watch("tuned");
        serve(Variant.BASELINE, 500, FAST);
        serve(Variant.CANDIDATE, 500, FAST);

        Comparison comparison = compare("tuned");

        assertThat(comparison.verdict()).isEqualTo(Verdict.PASS);
        assertThat(comparison.why())
                .startsWith("'tuned' passes after 500 calls: errors 0 % (0 to ")
                .endsWith("within 5.00 % errors and the limit of 400ms");
    }

    @Test
    void few_calls_say_little_and_the_sentence_says_how_little() {
        watch("tuned");
        serve(Variant.BASELINE, 500, FAST);
        serve(Variant.CANDIDATE, 20, FAST);

        Comparison comparison = compare("tuned");

        assertThat(comparison.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(comparison.why())
                .startsWith("Too few calls of 'tuned' to say, 20 so far: errors 0 % (0 to ")
                .endsWith("to pass, errors must be at most 5.00 % for certain");
    }

    @Test
    void bounds_beyond_the_limit_condemn_where_nothing_is_guarded() {
        watch("tuned");
        serve(Variant.BASELINE, 500, FAST);
        serve(Variant.CANDIDATE, 500, SLOW);

        Comparison comparison = compare("tuned");

        assertThat(comparison.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(comparison.why()).endsWith("p95 is over the limit of 400ms");
    }

    @Test
    void without_a_limit_the_baseline_is_the_limit() {
        limits = Limits.DEFAULT;
        watch("tuned");
        serve(Variant.BASELINE, 1_000, FAST);
        serve(Variant.CANDIDATE, 500, FAST);
        assertThat(compare("tuned").verdict()).isEqualTo(Verdict.PASS);

        serve(Variant.CANDIDATE, 500, SLOW);
        Comparison comparison = compare("tuned");
        assertThat(comparison.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(comparison.why()).endsWith("p95 is over the baseline's 100 ms");
    }

    @Test
    void errors_that_the_baseline_has_hidden_are_the_candidates() {
        watch("tuned");
        serve(Variant.BASELINE, 500, FAST);
        for (int i = 0; i < 100; i++) {
            insight.on(calls.rescued(i, FAST));
        }

        Comparison comparison = compare("tuned");

        assertThat(comparison.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(comparison.candidate()).isNotNull();
        assertThat(comparison.candidate().fallbackRate()).isEqualTo(1);
        assertThat(comparison.why()).endsWith("errors may be 5.00 %");
    }

    private void watch(@Nullable String candidate) {
        insight.watch(Calls.subject(candidate, limits, () -> findings));
    }

    private Comparison compare(@Nullable String candidate) {
        watch(candidate);
        return insight.compare(Calls.AGENT, Duration.ofMinutes(5));
    }

    private void serve(Variant variant, int number, Duration latency) {
        for (int i = 0; i < number; i++) {
            insight.on(calls.good(variant, i, latency));
        }
    }

    private static GuardEvidence evidence(double logWealth, double logStrictWealth) {
        return new GuardEvidence(Guard.LATENCY_LIMIT, logWealth, logStrictWealth, 3, 3);
    }

    private static void assertVerdict(Comparison comparison, Verdict verdict, String why) {
        assertThat(comparison.verdict()).isEqualTo(verdict);
        assertThat(comparison.why()).isEqualTo(why);
    }
}
