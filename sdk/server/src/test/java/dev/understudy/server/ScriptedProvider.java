package dev.understudy.server;

import dev.understudy.chat.ChatModel;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.chat.Usage;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.time.Ticker;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A provider {@code api: scripted} without a network: a model answers, unless it was told to fail. */
public final class ScriptedProvider implements ProviderClient.Factory {

    /** What every model answers. */
    public static final String ANSWER = "the-canary-answer";

    private static final Set<String> BROKEN = ConcurrentHashMap.newKeySet();

    /** Lets a model fail from now on, or answer again; models are the same for all tests of a JVM: name them differently. */
    public static void broken(String model, boolean broken) {
        if (broken) {
            BROKEN.add(model);
        } else {
            BROKEN.remove(model);
        }
    }

    @Override
    public String api() {
        return "scripted";
    }

    @Override
    public List<String> problems(Provider provider) {
        return List.of();
    }

    @Override
    public ProviderClient open(Provider provider, Ticker ticker) {
        return new ProviderClient() {
            @Override
            public ChatModel model(Deployment deployment) {
                return ChatModel.honouringDeadline((request, deadline) -> {
                    if (BROKEN.contains(deployment.name())) {
                        throw FailureKind.OTHER.exception("told to fail, with a canary", Origin.of("scripted"), null);
                    }
                    return ChatResponse.of(ANSWER, new Usage(10, 20));
                });
            }

            @Override
            public void close() {}
        };
    }
}
