package dev.understudy.chat;

import dev.understudy.time.Ticker;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * A connection pool to one provider. Found by {@link java.util.ServiceLoader} through its {@link Factory}. Thread-safe.
 */
public interface ProviderClient extends AutoCloseable {

    /**
     * Opens a model.
     *
     * @param deployment which model, and what is sent with every request
     * @return the model; it honours its deadline
     */
    ChatModel model(Deployment deployment);

    /**
     * Opens a model whose provider may say what is left of its rate limits.
     *
     * @param deployment which model, and what is sent with every request
     * @param quotas hears what the provider says; by default it hears nothing
     * @return the model; it honours its deadline
     */
    default ChatModel model(Deployment deployment, QuotaListener quotas) {
        return model(deployment);
    }

    /** Cancels calls in flight and closes all connections. Idempotent. */
    @Override
    void close();

    /**
     * Finds the wire formats that are on the class path.
     *
     * @return factories by {@link Factory#api()}, sorted
     */
    static Map<String, Factory> factories() {
        Map<String, Factory> factories = new TreeMap<>();
        ServiceLoader.load(Factory.class, ProviderClient.class.getClassLoader())
                .forEach(factory -> factories.put(factory.api(), factory));
        return factories;
    }

    /** Makes clients for one wire format; registered as a service. */
    interface Factory {

        /**
         * Returns the wire format.
         *
         * @return what the configuration says under {@code api}
         */
        String api();

        /**
         * Checks a provider's settings without connecting.
         *
         * @param provider the settings
         * @return one sentence for each problem; empty where all is well
         */
        List<String> problems(Provider provider);

        /**
         * Checks what a deployment wants sent, without connecting.
         *
         * @param deployment a model at a provider of this wire format
         * @return one sentence for each problem; empty where all is well, which is the default
         */
        default List<String> problems(Deployment deployment) {
            return List.of();
        }

        /**
         * Opens a client. Nothing is sent before the first call.
         *
         * @param provider where, with which key, how many connections
         * @param ticker the clock
         * @return a new client
         */
        ProviderClient open(Provider provider, Ticker ticker);
    }
}
