package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.testing.Rule;
import dev.understudy.time.Deadline;
import dev.understudy.time.Ticker;
import dev.understudy.time.Waiting;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Dns;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A resolver that hangs cannot be stopped; nobody waits for it longer than for anything else. */
class NameLookupTest {

    private final LoopbackServer server = LoopbackServer.answering(200, Caller.ANSWER);
    private final Waiting waiting = Waiting.system();
    private final CountDownLatch never = new CountDownLatch(1);
    private final AtomicInteger lookups = new AtomicInteger();
    private OpenAiClient client;

    private ChatModel model(Dns resolver) {
        URI address = URI.create("http://localhost:" + server.baseUrl().getPort() + "/v1");
        client = new OpenAiClient(
                new Provider("p", "openai", address, null, 4, Map.of()),
                Ticker.system(),
                resolver,
                null,
                MemoryBudget.OF_THE_PROCESS);
        return client.model(Deployment.builder("d").provider("p").build());
    }

    private List<InetAddress> hang(String host) throws UnknownHostException {
        lookups.incrementAndGet();
        try {
            never.await();
        } catch (InterruptedException e) {
            throw new UnknownHostException(host);
        }
        return List.of(InetAddress.getLoopbackAddress());
    }

    private ChatException failure(ChatModel model, Deadline deadline) {
        try {
            throw new AssertionError(model.chat(Caller.request(), deadline).toString());
        } catch (ChatException e) {
            return e;
        }
    }

    @AfterEach
    void close() {
        never.countDown();
        client.close();
        server.close();
    }

    @Test
    void a_name_that_is_known_is_called() {
        ChatModel model = model(host -> List.of(InetAddress.getLoopbackAddress()));
        assertThat(model.chat(Caller.request(), Deadline.after(waiting, Duration.ofSeconds(20)))
                        .text())
                .isEqualTo("Hello.");
    }

    @Test
    void an_address_that_refuses_is_followed_by_the_next() throws UnknownHostException {
        InetAddress other = InetAddress.getByName("127.0.0.77");
        ChatModel model = model(host -> List.of(other, InetAddress.getLoopbackAddress()));
        assertThat(model.chat(Caller.request(), Deadline.after(waiting, Duration.ofSeconds(20)))
                        .text())
                .isEqualTo("Hello.");
    }

    @Test
    void a_name_that_is_not_known_is_a_transport_failure() {
        ChatModel model = model(host -> {
            throw new UnknownHostException(host);
        });
        ChatException failure = failure(model, Deadline.after(waiting, Duration.ofSeconds(20)));
        assertThat(failure.kind()).isEqualTo(FailureKind.TRANSPORT);
        assertThat(failure).hasMessageContaining("host name");
    }

    @Test
    @Rule("R1")
    void a_resolver_that_hangs_costs_one_deadline_and_one_thread() {
        ChatModel model = model(this::hang);
        for (int i = 0; i < 3; i++) {
            ChatException failure = failure(model, Deadline.after(waiting, Duration.ofMillis(50)));
            assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
        }
        assertThat(lookups).hasValue(1);
    }

    @Test
    void an_interrupt_ends_the_wait_for_a_resolver() throws InterruptedException {
        ChatModel model = model(this::hang);
        ChatException[] failure = new ChatException[1];
        boolean[] flag = new boolean[1];
        Thread thread = new Thread(() -> {
            failure[0] = failure(model, Deadline.after(waiting, Duration.ofHours(1)));
            flag[0] = Thread.currentThread().isInterrupted();
        });
        thread.start();
        await().until(() -> lookups.get() == 1);
        thread.interrupt();
        thread.join();
        assertThat(failure[0].kind()).isEqualTo(FailureKind.CANCELLED);
        assertThat(flag[0]).isTrue();
    }
}
