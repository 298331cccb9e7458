package dev.understudy.benchmarks.sidebyside;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.io.IOException;
import java.time.Duration;

/**
 * The incident of the design. 100 calls a second come when they come (Poisson), whether earlier ones were answered or not; a
 * quarter of the users is on the candidate. For ten seconds both models answer in 90 to 120 ms; then the candidate turns, and takes
 * 680 to 890 ms for the 60 seconds that are counted. A caller wants an answer within 500 ms; of these the candidate may use
 * 300 ms, so that the baseline has time to answer in its place: for every contestant.
 */
enum Incident {
    /** Resilience4j as it comes, which is a window of 100 calls and a minute of rest, for each of two models. */
    BY_HAND("by hand, resilience4j's own settings") {
        @Override
        Contestant open(String url) {
            return byHand(url, CircuitBreakerConfig.ofDefaults());
        }
    },
    /** The quickest breaker that is not a hair trigger. */
    BY_HAND_QUICK("by hand, a window of 20 calls, open for 10 s, 1 probe") {
        @Override
        Contestant open(String url) {
            return byHand(
                    url,
                    CircuitBreakerConfig.custom()
                            .slidingWindowType(SlidingWindowType.COUNT_BASED)
                            .slidingWindowSize(20)
                            .minimumNumberOfCalls(20)
                            .waitDurationInOpenState(Duration.ofSeconds(10))
                            .permittedNumberOfCallsInHalfOpenState(1)
                            .build());
        }
    },
    UNDERSTUDY("**Understudy**") {
        @Override
        Contestant open(String url) throws IOException {
            return understudy(url, "");
        }
    },
    UNDERSTUDY_HEDGED("**Understudy**, hedged") {
        @Override
        Contestant open(String url) throws IOException {
            return understudy(url, HEDGE);
        }
    };

    static final String BASELINE = "qa-tuned-v1.2";
    static final String CANDIDATE = "qa-tuned-v1.3";
    static final String SALT = "qa_agent/qa-tuned-v1.3";
    static final int SHARE = 25;
    static final long SEED = 20261121;

    static final double CALLS_PER_SECOND = 100;
    static final Duration TURNS = Duration.ofSeconds(10);
    static final Duration LASTS = Duration.ofSeconds(60);
    static final Duration LIMIT = Duration.ofMillis(500);

    /** More at once than the load ever needs. */
    private static final int CALLERS = 200;

    private static final Duration CANDIDATE_LIMIT = Duration.ofMillis(300);

    private static final String HEDGE = "hedge: { after: p95, budget: 5% }";

    private static final String YAML = """
            providers:
              stub: { api: openai, base_url: "%s", api_key: "file:key", max_concurrent: %d }
            deployments:
              qa-tuned-v1.2: { provider: stub }
              qa-tuned-v1.3: { provider: stub }
            agents:
              qa_agent:
                baseline: qa-tuned-v1.2
                candidate: qa-tuned-v1.3
                timeout: 500ms
                reserve: 200ms                # what the candidate may use is the rest, 300 ms
                max_concurrent: 100
                rollout: { percentage: 25, salt: "%s", guard: { p95: 300ms } }
                %s
            """;

    private final String title;

    Incident(String title) {
        this.title = title;
    }

    abstract Contestant open(String url) throws IOException;

    String title() {
        return title;
    }

    private static Contestant byHand(String url, CircuitBreakerConfig breaker) {
        return new HandWired(url, CALLERS, CANDIDATE_LIMIT, LIMIT.minus(CANDIDATE_LIMIT), breaker);
    }

    private static Contestant understudy(String url, String hedge) throws IOException {
        return UnderstudyAgent.open(YAML.formatted(url, CALLERS, SALT, hedge));
    }
}
