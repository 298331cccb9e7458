package dev.understudy.tests.reload;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.time.Deadline;
import dev.understudy.time.Ticker;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A provider without a network: who asks which of its models with which key, and which of its clients are open. */
public final class InProcessProvider implements ProviderClient.Factory {

    public static final String API = "in-process";

    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final Map<String, Service> SERVICES = new ConcurrentHashMap<>();

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
        return service(provider).open(provider);
    }

    private static Service service(Provider provider) {
        return SERVICES.get(provider.baseUrl().getPath().split("/")[1]);
    }

    /** How a model answers. */
    public interface Behaviour {
        ChatResponse answer(Provider provider, Deployment model, ChatRequest request, Deadline deadline);
    }

    /** One test's service, with an address of its own. */
    public static final class Service implements AutoCloseable {
        final AtomicInteger opened = new AtomicInteger();
        final Set<ProviderClient> open = ConcurrentHashMap.newKeySet();
        /** What must not happen. */
        final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();

        private final String id = String.valueOf(NUMBERS.incrementAndGet());
        private volatile Behaviour behaviour;

        public Service(Behaviour behaviour) {
            this.behaviour = behaviour;
            SERVICES.put(id, this);
        }

        /** An address that leads here, one for each path. */
        public URI address(String path) {
            return URI.create("http://127.0.0.1/" + id + "/" + path);
        }

        public void behave(Behaviour other) {
            behaviour = other;
        }

        private ProviderClient open(Provider provider) {
            opened.incrementAndGet();
            ProviderClient client = new ProviderClient() {
                @Override
                public ChatModel model(Deployment deployment) {
                    return ChatModel.honouringDeadline((request, deadline) -> {
                        check(provider);
                        ChatResponse answer = behaviour.answer(provider, deployment, request, deadline);
                        check(provider);
                        return answer;
                    });
                }

                private void check(Provider provider) {
                    if (!open.contains(this)) {
                        violations.add("A closed client of " + provider.baseUrl() + " was used");
                    }
                }

                @Override
                public void close() {
                    open.remove(this);
                }
            };
            open.add(client);
            return client;
        }

        @Override
        public void close() {
            SERVICES.remove(id);
        }
    }
}
