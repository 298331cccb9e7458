package dev.understudy;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.chat.QuotaListener;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A provider's connections, open for as long as somebody may need them: the configuration in force, or calls that began
 * under an earlier one. Thread-safe.
 */
final class SharedClient {

    private final Provider provider;
    private final ProviderClient client;
    private final Executor workers;
    private final Consumer<SharedClient> whenClosed;
    private final AtomicInteger holders = new AtomicInteger(1);

    /**
     * Shares a client; whoever creates this holds it.
     *
     * @param provider what it was opened with
     * @param client the client
     * @param workers where it is closed: not on the thread of the call that happens to be the last
     * @param whenClosed hears of it
     */
    SharedClient(Provider provider, ProviderClient client, Executor workers, Consumer<SharedClient> whenClosed) {
        this.provider = provider;
        this.client = client;
        this.workers = workers;
        this.whenClosed = whenClosed;
    }

    Provider provider() {
        return provider;
    }

    ChatModel model(Deployment deployment, QuotaListener quotas) {
        return client.model(deployment, quotas);
    }

    /** Keeps it open; only for those who know that somebody else does. */
    void hold() {
        holders.incrementAndGet();
    }

    /** Lets go of it: once for each hold, and once for its creator. The last one closes it. */
    void release() {
        if (holders.decrementAndGet() == 0) {
            try {
                workers.execute(this::close);
            } catch (RejectedExecutionException over) {
                close();
            }
        }
    }

    /** Closes it now, whoever holds it. Idempotent. */
    void close() {
        client.close();
        whenClosed.accept(this);
    }

    @Override
    public String toString() {
        return "SharedClient[" + provider.name() + "]";
    }
}
