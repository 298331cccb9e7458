package dev.understudy.tests.faults;

import dev.understudy.ModelRegistry;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provider;
import dev.understudy.chat.Secret;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.config.ModelSettings;
import dev.understudy.error.ChatException;
import dev.understudy.throttle.ThrottleSettings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The program of a small JVM: asks models that answer with too much, eight callers at a time, and prints how each of them
 * ended. It gets a base URL and the models' names.
 */
final class SmallHeap {

    private static final int CALLERS = 8;

    private SmallHeap() {}

    /** Prints a line for each model: its name, and how its calls ended. */
    public static void main(String[] args) throws InterruptedException {
        List<String> models = Arrays.asList(args).subList(1, args.length);
        try (ModelRegistry registry = ModelRegistry.builder()
                .configuration(configuration(URI.create(args[0]), models))
                .build()) {
            for (int i = 0; i < models.size(); i++) {
                boolean stream = models.get(i).startsWith("fault:stream");
                System.out.println(models.get(i) + " " + ask(registry, "agent-" + i, stream));
            }
        }
        System.out.println("alive");
    }

    private static String ask(ModelRegistry registry, String agent, boolean stream) throws InterruptedException {
        String[] ends = new String[CALLERS];
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            int caller = i;
            Thread thread = new Thread(() -> {
                try {
                    List<Message> question = List.of(Message.user("How much?"));
                    if (stream) {
                        registry.stream(agent, question, text -> {});
                    } else {
                        registry.chat(agent, question, CallOptions.DEFAULT);
                    }
                    ends[caller] = "answer";
                } catch (ChatException told) {
                    ends[caller] = told.kind().tag();

                } catch (Throwable stray) {
                    ends[caller] = stray.getClass().getName();
                }
            });
            callers.add(thread);
            thread.start();
        }
        for (Thread caller : callers) {
            caller.join();
        }
        return String.join(",", Arrays.stream(ends).distinct().sorted().toList());
    }

    private static Configuration configuration(URI url, List<String> models) {
        Configuration.Builder configuration = Configuration.builder()
                .provider(new Provider("p", "openai", url, Secret.of("env:KEY", "k"), 64, Map.of()));
        for (int i = 0; i < models.size(); i++) {
            configuration
                    .model(new ModelSettings(
                            Deployment.builder("model-" + i)
                                    .provider("p")
                                    .model(models.get(i))
                                    .build(),
                            World.NO_BREAKER,
                            null))
                    .agent(AgentSettings.builder("agent-" + i)
                            .baseline("model-" + i)
                            .timeout(Duration.ofSeconds(30))
                            .retry(World.QUICK)
                            .throttle(ThrottleSettings.of(CALLERS))
                            .build());
        }
        return configuration.build();
    }
}
