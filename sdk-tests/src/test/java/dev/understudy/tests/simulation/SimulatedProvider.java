package dev.understudy.tests.simulation;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.chat.Sink;
import dev.understudy.time.Deadline;
import dev.understudy.time.Ticker;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A provider whose models live in a simulation, found by its address. */
public final class SimulatedProvider implements ProviderClient.Factory {

    static final String API = "simulated";

    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final Map<URI, Simulation> SIMULATIONS = new ConcurrentHashMap<>();

    /** Puts a simulation's models behind an address of their own. */
    static URI publish(Simulation simulation) {
        URI address = URI.create("http://127.0.0.1/" + NUMBERS.incrementAndGet());
        SIMULATIONS.put(address, simulation);
        return address;
    }

    static void withdraw(URI address) {
        SIMULATIONS.remove(address);
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
        Client client = new Client(SIMULATIONS.get(provider.baseUrl()), provider);
        client.simulation.tell(watcher -> watcher.opened(client));
        return client;
    }

    /** One client, and what it leads to. */
    static final class Client implements ProviderClient {
        final Provider provider;
        boolean closed;
        private final Simulation simulation;

        private Client(Simulation simulation, Provider provider) {
            this.simulation = simulation;
            this.provider = provider;
        }

        @Override
        public ChatModel model(Deployment deployment) {
            MoodyModel model = simulation.model(deployment.name());
            return new ChatModel() {
                @Override
                public ChatResponse chat(ChatRequest request, Deadline deadline) {
                    simulation.tell(watcher -> watcher.passes(Client.this, request));
                    try {
                        return model.chat(request, deadline);
                    } finally {
                        simulation.tell(watcher -> watcher.passes(Client.this, request));
                    }
                }

                @Override
                public ChatResponse stream(ChatRequest request, Deadline deadline, Sink sink) {
                    simulation.tell(watcher -> watcher.passes(Client.this, request));
                    try {
                        return model.stream(request, deadline, sink);
                    } finally {
                        simulation.tell(watcher -> watcher.passes(Client.this, request));
                    }
                }

                @Override
                public boolean streams() {
                    return model.streams();
                }

                @Override
                public boolean honoursDeadline() {
                    return model.honoursDeadline();
                }
            };
        }

        @Override
        public void close() {
            closed = !simulation.sabotage.leaksClients();
        }

        @Override
        public String toString() {
            return "the client with " + provider;
        }
    }
}
