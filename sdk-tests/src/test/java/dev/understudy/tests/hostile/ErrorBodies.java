package dev.understudy.tests.hostile;

import java.util.Map;

/** What providers say when they fail, in their own shapes. Named {@code provider-what}. */
final class ErrorBodies {

    private static final Map<String, String> BY_NAME = Map.ofEntries(
            openai("key", "Incorrect API key provided: sk-live*1234.", "invalid_request_error", "invalid_api_key"),
            openai(
                    "rate",
                    "Rate limit reached for gpt-4o on tokens per min (TPM): Limit 10000, Used 9000, Requested 2000. "
                            + "Please try again in 6s.",
                    "tokens",
                    "rate_limit_exceeded"),
            openai(
                    "quota",
                    "You exceeded your current quota, please check your plan and billing details.",
                    "insufficient_quota",
                    "insufficient_quota"),
            openai(
                    "context",
                    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
                    "invalid_request_error",
                    "context_length_exceeded"),
            openai("model", "The model `gpt-9` does not exist.", "invalid_request_error", "model_not_found"),
            openai("filter", "Your request was rejected.", "invalid_request_error", "content_policy_violation"),
            openai("country", "Country not supported", "request_forbidden", "unsupported_country_region_territory"),
            openai("server", "The server had an error while processing your request.", "server_error", null),
            openai("overloaded", "The engine is currently overloaded.", "server_error", "overloaded"),
            openai("bad", "Invalid value for 'temperature'.", "invalid_request_error", "invalid_value"),
            mistral(
                    "bad",
                    "{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"messages\"]}]}",
                    "invalid_request_error",
                    null),
            mistral("model", "\"Invalid model: qa-9\"", "invalid_model", "1500"),
            mistral(
                    "context",
                    "\"Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context"
                            + " length\"",
                    "invalid_request_invalid_args",
                    "3051"),
            mistral("rate", "\"Rate limit exceeded\"", "rate_limited", "1300"),
            mistral(
                    "capacity",
                    "\"Service tier capacity exceeded for this model.\"",
                    "service_tier_capacity_exceeded",
                    "3505"),
            mistral("server", "\"Service unavailable.\"", "internal_server_error", "3000"),
            Map.entry("mistral-key", "{\"detail\":\"Unauthorized\"}"),
            Map.entry("mistral-plain-rate", "{\"message\":\"Requests rate limit exceeded\"}"),
            vllm(
                    "context",
                    "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the"
                            + " messages, 1000 in the completion).",
                    "BadRequestError",
                    400),
            vllm("model", "The model `qa-9` does not exist.", "NotFoundError", 404),
            vllm("bad", "temperature must be non-negative, got -1.", "BadRequestError", 400),
            vllm("server", "EngineCore encountered an issue.", "InternalServerError", 500),
            Map.entry("vllm-key", "{\"error\":\"Unauthorized\"}"),
            Map.entry("ollama-model", "{\"error\":\"model 'qa-9' not found, try pulling it first\"}"),
            Map.entry(
                    "ollama-busy", "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}"),
            Map.entry(
                    "ollama-server",
                    "{\"error\":{\"message\":\"llama runner process has terminated: exit status 2\",\"type\":\"api_error\","
                            + "\"param\":null,\"code\":null}}"),
            azure("key", "401", "Access denied due to invalid subscription key or wrong API endpoint."),
            azure("model", "DeploymentNotFound", "The API deployment for this resource does not exist."),
            azure(
                    "rate",
                    "429",
                    "Requests to the ChatCompletions_Create Operation have exceeded token rate limit of your current"
                            + " OpenAI S0 pricing tier. Please retry after 7 seconds."),
            Map.entry(
                    "azure-filter",
                    "{\"error\":{\"message\":\"The response was filtered due to the prompt triggering the content"
                            + " management policy.\",\"type\":null,\"param\":\"prompt\",\"code\":\"content_filter\","
                            + "\"status\":400,\"innererror\":{\"code\":\"ResponsibleAIPolicyViolation\","
                            + "\"content_filter_result\":{\"violence\":{\"filtered\":true,\"severity\":\"high\"}}}}}"),
            Map.entry("html", "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"),
            Map.entry("text", "upstream connect error or disconnect/reset before headers"),
            Map.entry("json-string", "\"something went wrong\""),
            Map.entry("json-array", "[{\"error\":{\"code\":503,\"message\":\"overloaded\"}}]"),
            Map.entry("empty", ""));

    private ErrorBodies() {}

    static String named(String name) {
        String body = BY_NAME.get(name);
        if (body == null) {
            throw new IllegalArgumentException("No error body is called " + name);
        }
        return body;
    }

    private static Map.Entry<String, String> openai(String name, String message, String type, String code) {
        return Map.entry(
                "openai-" + name,
                "{\"error\":{\"message\":\"" + message + "\",\"type\":\"" + type + "\",\"param\":null,\"code\":"
                        + (code == null ? "null" : "\"" + code + "\"") + "}}");
    }

    private static Map.Entry<String, String> mistral(String name, String message, String type, String code) {
        return Map.entry(
                "mistral-" + name,
                "{\"object\":\"error\",\"message\":" + message + ",\"type\":\"" + type + "\",\"param\":null,\"code\":"
                        + (code == null ? "null" : "\"" + code + "\"") + "}");
    }

    private static Map.Entry<String, String> vllm(String name, String message, String type, int code) {
        return Map.entry(
                "vllm-" + name,
                "{\"object\":\"error\",\"message\":\"" + message + "\",\"type\":\"" + type
                        + "\",\"param\":null,\"code\":" + code + "}");
    }

    private static Map.Entry<String, String> azure(String name, String code, String message) {
        return Map.entry("azure-" + name, "{\"error\":{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}}");
    }
}
