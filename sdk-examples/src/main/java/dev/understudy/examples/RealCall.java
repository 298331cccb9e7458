package dev.understudy.examples;

import dev.understudy.ModelRegistry;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Deployment;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.chat.Provider;
import dev.understudy.chat.Secret;
import dev.understudy.config.AgentSettings;
import dev.understudy.config.Configuration;
import dev.understudy.error.UnderstudyException;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of a real model, configured in Java: {@code mvn -q -Pquickstart -Dexample=RealCall}. With {@code
 * MISTRAL_API_KEY} it asks Mistral, with {@code MODEL_BASE_URL} any other provider that speaks chat completions.
 */
public final class RealCall {

    private static final String USAGE = """
            Nothing is set, so there is nobody to ask. Set one of these and run the same command again:

              MISTRAL_API_KEY=...                          asks Mistral for mistral-small-latest

              MODEL_BASE_URL=https://api.openai.com/v1     asks whoever speaks chat completions there;
              MODEL_NAME=gpt-4o-mini                       clear text (http) is for this machine only
              MODEL_API_KEY=...                            may be left out where no key is wanted

            For example, with Ollama on this machine:

              MODEL_BASE_URL=http://127.0.0.1:11434/v1 MODEL_NAME=llama3.2 mvn -q -Pquickstart -Dexample=RealCall
            """;

    private RealCall() {}

    /**
     * Asks one question; the exit code is 2 if nothing is set, 1 if there was no answer.
     *
     * @param args the question, if another is wanted
     */
    public static void main(String[] args) {
        String question = args.length > 0 ? String.join(" ", args) : "What does an understudy do in a theatre?";
        int exitCode = run(System.getenv(), question, System.out);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    static int run(Map<String, String> environment, String question, PrintStream out) {
        try {
            Configuration configuration = configuration(environment);
            if (configuration == null) {
                out.print(USAGE);
                return 2;
            }
            ask(configuration, question, out);
            return 0;
        } catch (UnderstudyException | IllegalArgumentException failure) {
            out.println(failure.getMessage());
            return 1;
        }
    }

    private static void ask(Configuration configuration, String question, PrintStream out) {
        ChatRequest request = ChatRequest.builder(
                        List.of(Message.system("You answer in one sentence."), Message.user(question)))
                .parameters(Parameters.UNSET.withMaxTokens(200))
                .build();
        try (ModelRegistry registry =
                ModelRegistry.builder().configuration(configuration).build()) {
            ChatResponse reply = registry.chat("qa_agent", request);
            out.println(question);
            out.println(reply.text());
            out.printf(
                    "(%s, %d ms, %d tokens in, %d out)%n",
                    reply.model(),
                    reply.latency().toMillis(),
                    reply.usage().inputTokens(),
                    reply.usage().outputTokens());
        }
    }

    /** Returns an agent with one model, or null where nothing is set. */
    private static @Nullable Configuration configuration(Map<String, String> environment) {
        String address = environment.get("MODEL_BASE_URL");
        Provider provider;
        String model;
        if (address != null) {
            // The key of one provider is not for another.
            provider = provider("other", address, secret(environment, "MODEL_API_KEY"));
            model = environment.getOrDefault("MODEL_NAME", "gpt-4o-mini");
        } else if (environment.get("MISTRAL_API_KEY") != null) {
            provider = provider("mistral", "https://api.mistral.ai/v1", secret(environment, "MISTRAL_API_KEY"));
            model = environment.getOrDefault("MODEL_NAME", "mistral-small-latest");
        } else {
            return null;
        }
        return Configuration.builder()
                .provider(provider)
                .deployment(Deployment.builder(model).provider(provider.name()).build())
                .agent(AgentSettings.builder("qa_agent")
                        .baseline(model)
                        .timeout(Duration.ofSeconds(30))
                        .build())
                .build();
    }

    private static Provider provider(String name, String baseUrl, @Nullable Secret key) {
        return new Provider(name, "openai", URI.create(baseUrl), key, Provider.DEFAULT_MAX_CONCURRENT, Map.of());
    }

    private static @Nullable Secret secret(Map<String, String> environment, String variable) {
        String value = environment.get(variable);
        return value == null ? null : Secret.of("env:" + variable, value);
    }
}
