package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.time.Deadline;
import dev.understudy.time.Ticker;
import dev.understudy.time.Waiting;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections are looked for one by one: many are dealt to several pools, and few share one. */
class ConnectionPoolsTest {

    private static final int POOLS_OF_MANY = 16;

    @ParameterizedTest
    @CsvSource({"1, 1", "64, 1", "511, 1", "512, 2", "1000, 2", "1024, 4", "4096, 16", "10000, 16", "100000, 16"})
    void many_permits_have_several_pools(int maxConcurrent, int pools) {
        assertThat(OpenAiClient.numberOfPools(maxConcurrent)).isEqualTo(pools);
    }

    @Test
    void few_permits_share_connections_between_threads() throws Exception {
        try (LoopbackServer server = LoopbackServer.answering(200, Caller.ANSWER);
                ProviderClient client = client(server, 64)) {
            callFromThreads(client, 2 * POOLS_OF_MANY);
            assertThat(server.connections()).isOne();
        }
    }

    @Test
    void many_permits_open_no_more_than_one_for_each_pool() throws Exception {
        try (LoopbackServer server = LoopbackServer.answering(200, Caller.ANSWER);
                ProviderClient client = client(server, 10_000)) {
            callFromThreads(client, 4 * POOLS_OF_MANY);
            assertThat(server.connections()).isLessThanOrEqualTo(POOLS_OF_MANY);
        }
    }

    private static ProviderClient client(LoopbackServer server, int maxConcurrent) {
        return new OpenAiFactory()
                .open(
                        new Provider("local", "openai", server.baseUrl(), null, maxConcurrent, Map.of()),
                        Ticker.system());
    }

    /** One after the other, each from a thread of its own. */
    private static void callFromThreads(ProviderClient client, int threads) throws InterruptedException {
        ChatModel model =
                client.model(Deployment.builder("tuned").provider("local").build());
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(
                    () -> model.chat(Caller.request(), Deadline.after(Waiting.system(), Duration.ofSeconds(20))));
            thread.start();
            thread.join();
        }
    }
}
