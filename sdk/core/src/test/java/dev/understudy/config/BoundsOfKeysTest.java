package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The bounds that the file knows are those of the settings' own records, which have the last word. */
class BoundsOfKeysTest {

    @ParameterizedTest(name = "{0} is between {1} and {2}")
    @CsvSource({
        "timeout,                      1ms,    1h,     0.999ms,  60.001m",
        "max_concurrent,               1,      100000, 0,        100001",
        "max_concurrent.min,           1,      100000, 0,        100001",
        "max_concurrent.initial,       1,      100000, 0,        100001",
        "max_concurrent.max,           1,      100000, 0,        100001",
        "queue,                        0,      100000, -1,       100001",
        "max_wait,                     0s,     10m,    ,         10.001m",
        "wait_share,                   0%,     100%,   ,         100.001%",
        "max_attempts,                 1,      20,     0,        21",
        "backoff,                      1ms,    8s,     0.999ms,  60.001s",
        "max_backoff,                  500ms,  10m,    0.999ms,  10.001m",
        "max_retry_after,              0s,     10m,    ,         10.001m",
        "reserve,                      1ms,    59.9s,  0.999ms,  60.001m",
        "reserve,                      1%,     90%,    0.999%,   90.001%",
        "retries.with_fallback,        0,      10,     -1,       11",
        "retries.without_fallback,     0,      10,     -1,       11",
        "rollout.percentage,           0,      100%,   ,         100.001",
        "rollout.hold,                 1s,     7d,     0.999s,   365.001d",
        "rollout.min_calls,            1,      1000000000, 0,    1000000001",
        "rollout.max_duration,         1s,     365d,   0.999s,   365.001d",
        "rollout.no_data_grace,        1s,     365d,   0.999s,   365.001d",
        "rollout.experiment.p95,       1ms,    1h,     0.999ms,  60.001m",
        "cache.ttl,                    1ms,    30d,    0.999ms,  30.001d",
        "cache.max_entries,            1,      10000000, 0,      10000001",
        "cache.max_bytes,              1KiB,   16GiB,  1023B,    16.001GiB",
        "cache.stale_if_error,         1ms,    30d,    0.999ms,  30.001d",
        "stream.first_token,           1ms,    1h,     0.999ms,  60.001m",
        "stream.silence,               1ms,    1h,     0.999ms,  60.001m",
        "stream.min_tokens_per_second, 0,      10000,  -0.001,   10000.001",
        "hedge.after,                  1ms,    30s,    0.999ms,  60.001m",
        "hedge.budget,                 0.1%,   100%,   0.09%,    100.1%",
        "stream.hold_back,             0s,     1m,     ,         60.001s",
        "stream.hold_back,             0 tokens, 100000 tokens, , 100001 tokens",
    })
    void of_an_agent(String key, String least, String most, String below, String above) {
        holds("agents: { a: { baseline: m, candidate: n, %s } }\n", "agents.a." + key, key, least, most, below, above);
    }

    @ParameterizedTest(name = "{0} is between {1} and {2}")
    @CsvSource({
        "context_window,               1,      1000000000, 0,      1000000001",
        "temperature,                  0,      2,      -0.001,   2.001",
        "max_tokens,                   1,      1000000000, 0,    1000000001",
        "top_p,                        0.000001, 1,    0,        1.001",
        "seed,  -999999999999999999, 999999999999999999, -1000000000000000000, 1000000000000000000",
        "rate_limit,                   1/s,    1000000/h, 0/s,   1000001/s",
        "token_limit,                  1/s,    1000000000/h, 0/s, 1000000001/s",
        "price.input,                  0,      999999999, -0.1,  1000000000",
        "price.output,                 0,      999999999, -0.1,  1000000000",
        "breaker.window,               1s,     10m,    999ms,    10.001m",
        "breaker.min_calls,            1,      10000,  0,        10001",
        "breaker.failure_rate,         0.1%,   100%,   0.099%,   100.001%",
        "breaker.consecutive_failures, 1,      1000,   0,        1001",
        "breaker.open,                 10ms,   2m,     9ms,      10.001m",
        "breaker.max_open,             10s,    1h,     9ms,      60.001m",
        "breaker.latch,                1s,     1d,     999ms,    1.001d",
    })
    void of_a_deployment(String key, String least, String most, String below, String above) {
        holds(
                "agents: { a: { baseline: n } }\ndeployments: { m: { provider: p, %s } }\n",
                "deployments.m." + key, key, least, most, below, above);
    }

    private static void holds(
            String file, String path, String key, String least, String most, String below, String above) {
        String rest = "providers: { p: { api: openai, base_url: http://localhost } }\n";
        String models = file.contains("deployments") ? "" : "deployments: { m: { provider: p }, n: { provider: p } }\n";
        String whole = rest + models + file.replace("deployments: {", "deployments: { n: { provider: p },");

        for (String good : List.of(least, most)) {
            assertThat(Given.read(whole.formatted(setting(key, good)))).isNotNull();
        }
        for (String bad : below == null ? List.of(above) : List.of(below, above)) {
            assertThat(Given.problems(whole.formatted(setting(key, bad))))
                    .singleElement()
                    .asString()
                    .contains(": " + path + ": '" + bad + "' is ");
        }
    }

    /** {@code a.b} as a map within a map. */
    private static String setting(String key, String value) {
        int dot = key.indexOf('.');
        return dot < 0
                ? key + ": " + value
                : key.substring(0, dot) + ": { " + setting(key.substring(dot + 1), value) + " }";
    }
}
