package dev.understudy.micrometer;

import dev.understudy.error.FailureKind;
import dev.understudy.event.Destination;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What OpenTelemetry calls things: the names and values of its semantic conventions for generative AI that are used here.
 *
 * <p>Version 1.41.1, the last of the conventions' main line that defines them, all of them in status "Development": <a
 * href="https://github.com/open-telemetry/semantic-conventions/tree/v1.41.1/docs/gen-ai">docs/gen-ai</a>. With 1.42.0 they
 * moved to a repository of their own, which has had no release and calls the metrics otherwise.
 */
final class GenAi {

    static final String DURATION = "gen_ai.client.operation.duration";
    static final String TOKENS = "gen_ai.client.token.usage";

    static final String AGENT = "gen_ai.agent.name";
    static final String OPERATION = "gen_ai.operation.name";
    static final String PROVIDER = "gen_ai.provider.name";
    static final String REQUEST_MODEL = "gen_ai.request.model";
    static final String TOKEN_TYPE = "gen_ai.token.type";
    static final String INPUT_TOKENS = "gen_ai.usage.input_tokens";
    static final String OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
    static final String ERROR = "error.type";
    static final String SERVER = "server.address";
    static final String PORT = "server.port";

    /** The one operation that we know. */
    static final String CHAT = "chat";

    /** Provider of a model that is a Java object: whatever it asks, we do not know. */
    private static final String UNKNOWN_PROVIDER = "unknown";

    private static final String OTHER_ERROR = "_OTHER";

    /** Where the well-known providers are; of the others, the name in the configuration is taken. */
    private static final Map<String, String> HOSTS = Map.ofEntries(
            Map.entry("api.anthropic.com", "anthropic"),
            Map.entry("api.cohere.ai", "cohere"),
            Map.entry("api.cohere.com", "cohere"),
            Map.entry("api.deepseek.com", "deepseek"),
            Map.entry("api.groq.com", "groq"),
            Map.entry("api.mistral.ai", "mistral_ai"),
            Map.entry("api.moonshot.ai", "moonshot_ai"),
            Map.entry("api.moonshot.cn", "moonshot_ai"),
            Map.entry("api.openai.com", "openai"),
            Map.entry("api.perplexity.ai", "perplexity"),
            Map.entry("api.x.ai", "x_ai"),
            Map.entry("generativelanguage.googleapis.com", "gcp.gemini"));

    /** The same for those whose hosts are many. */
    private static final List<Map.Entry<String, String>> DOMAINS = List.of(
            Map.entry(".openai.azure.com", "azure.ai.openai"),
            Map.entry(".services.ai.azure.com", "azure.ai.inference"),
            Map.entry("aiplatform.googleapis.com", "gcp.vertex_ai"),
            Map.entry(".ml.cloud.ibm.com", "ibm.watsonx.ai"));

    private GenAi() {}

    static String provider(Destination destination) {
        if (destination.host() != null) {
            String host = destination.host().toLowerCase(Locale.ROOT);
            String known = HOSTS.get(host);
            if (known != null) {
                return known;
            }
            if (host.startsWith("bedrock-runtime.") && host.endsWith(".amazonaws.com")) {
                return "aws.bedrock";
            }
            for (Map.Entry<String, String> domain : DOMAINS) {
                if (host.endsWith(domain.getKey())) {
                    return domain.getValue();
                }
            }
        }
        return destination.provider() == null ? UNKNOWN_PROVIDER : destination.provider();
    }

    /** Our own words, which are few; the convention's word where we have none. */
    static String error(FailureKind failure) {
        return failure == FailureKind.OTHER ? OTHER_ERROR : failure.tag();
    }

    /** Empty where the host is not known. */
    static String server(Destination destination) {
        return destination.host() == null ? "" : destination.host();
    }

    /** Empty where the host is not known. */
    static String port(Destination destination) {
        return destination.host() == null ? "" : Integer.toString(destination.port());
    }
}
