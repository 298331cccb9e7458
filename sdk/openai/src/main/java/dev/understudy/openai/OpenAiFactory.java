package dev.understudy.openai;

import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Dns;

/**
 * Makes clients for {@code api: openai}: {@code POST {base_url}/chat/completions}, with the key as {@code Authorization:
 * Bearer}. Found by {@link java.util.ServiceLoader}; applications have no need to name it. Thread-safe.
 *
 * <p>What a provider's {@code options} may say, all optional:
 *
 * <ul>
 *   <li>{@code seed_field}: what it calls the seed, {@code seed} (default) or {@code random_seed} (Mistral)
 *   <li>{@code max_tokens_field}: what it calls the token limit, {@code max_tokens} (default) or {@code
 *       max_completion_tokens} (OpenAI's reasoning models)
 *   <li>{@code required_tool_choice}: how it says that a tool must be called, {@code required} (default) or {@code any}
 *   <li>{@code stream_usage}: whether streams ask for their usage with {@code stream_options}, true (default) or false
 *   <li>{@code headers}: a map of more headers for every request, such as {@code OpenAI-Organization}; never a key
 * </ul>
 */
public final class OpenAiFactory implements ProviderClient.Factory {

    /** For {@link java.util.ServiceLoader}. */
    public OpenAiFactory() {}

    @Override
    public String api() {
        return "openai";
    }

    @Override
    public List<String> problems(Provider provider) {
        List<String> problems = new ArrayList<>(BaseUrl.problems(provider.baseUrl()));
        problems.addAll(Dialect.problems(provider.options()));
        return List.copyOf(problems);
    }

    @Override
    public List<String> problems(Deployment deployment) {
        return RequestWriter.problems(deployment);
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.understudy.error.ConfigurationException if the settings have {@linkplain #problems(Provider) problems}
     */
    @Override
    public ProviderClient open(Provider provider, Ticker ticker) {
        List<String> problems = problems(provider);
        if (!problems.isEmpty()) {
            throw new dev.understudy.error.ConfigurationException("provider '" + provider.name() + "'", problems);
        }
        return new OpenAiClient(provider, ticker, Dns.SYSTEM, null, MemoryBudget.OF_THE_PROCESS);
    }
}
