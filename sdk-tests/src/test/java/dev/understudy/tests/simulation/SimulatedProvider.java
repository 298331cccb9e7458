package dev.understudy.tests.simulation;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.time.Ticker;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A provider whose models live in a simulation, found by its address. */
public final class SimulatedProvider implements ProviderClient.Factory {

    static final String API = "simulated";

    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final Map<URI, Function<String, ChatModel>> MODELS = new ConcurrentHashMap<>();

    /** Puts models behind an address of their own. */
    static URI publish(Function<String, ChatModel> models) {
        URI address = URI.create("http://127.0.0.1/" + NUMBERS.incrementAndGet());
        MODELS.put(address, models);
        return address;
    }

    static void withdraw(URI address) {
        MODELS.remove(address);
    }

    @Override
    public String api() {
        return API;
    }

    @Override
    public List<String> problems(Provider provider) {
        return List.of();
    }

    @Override
    public ProviderClient open(Provider provider, Ticker ticker) {
        Function<String, ChatModel> models = MODELS.get(provider.baseUrl());
        return new ProviderClient() {
            @Override
            public ChatModel model(Deployment deployment) {
                return models.apply(deployment.name());
            }

            @Override
            public void close() {}
        };
    }
}
