package dev.understudy.openai;

import static dev.understudy.error.FailureKind.AUTHENTICATION;
import static dev.understudy.error.FailureKind.CONFLICT;
import static dev.understudy.error.FailureKind.CONTENT_FILTER;
import static dev.understudy.error.FailureKind.CONTEXT_LENGTH;
import static dev.understudy.error.FailureKind.INVALID_REQUEST;
import static dev.understudy.error.FailureKind.MODEL_UNAVAILABLE;
import static dev.understudy.error.FailureKind.OTHER;
import static dev.understudy.error.FailureKind.QUOTA;
import static dev.understudy.error.FailureKind.RATE_LIMITED;
import static dev.understudy.error.FailureKind.REDIRECT;
import static dev.understudy.error.FailureKind.REQUEST_TIMEOUT;
import static dev.understudy.error.FailureKind.UNSUPPORTED;
import static dev.understudy.error.FailureKind.UPSTREAM;

import dev.understudy.error.FailureKind;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which kind of failure a provider meant. What the body says beats the status: first its codes, then its words, then the
 * status. Codes and words are those seen at OpenAI, Azure, Mistral, vLLM, Ollama, Gemini, Groq, DeepSeek, OpenRouter and
 * their like; those that only repeat the status ({@code invalid_request_error}, {@code api_error}) decide nothing.
 */
final class Classification {

    /** A code or a phrase that says what kind of failure it is; phrases count only where the status leaves it open. */
    private record Rule(FailureKind kind, Set<String> codes, List<String> phrases, Set<Integer> statuses) {}

    private static final List<Rule> RULES = List.of(
            new Rule(
                    CONTEXT_LENGTH,
                    Set.of(
                            "context_length_exceeded",
                            "context_length_error",
                            "context_window_exceeded",
                            "exceed_context_size_error",
                            "input_too_long",
                            "model_max_prompt_tokens_exceeded"),
                    List.of(
                            "maximum context length",
                            "maximum model length",
                            "context length exceeded",
                            "context_length_exceeded",
                            "exceeds context length",
                            "model's context length",
                            "available context size",
                            "context window",
                            "prompt is too long",
                            "input is too long",
                            "too many tokens",
                            "exceeds token limit",
                            "input token count",
                            "`inputs` tokens + `max_new_tokens`",
                            "reduce the length of the messages"),
                    Set.of(200, 400, 413, 422, 500)),
            new Rule(
                    CONTENT_FILTER,
                    Set.of(
                            "content_filter",
                            "content_filtered",
                            "content_policy_violation",
                            "data_inspection_failed",
                            "moderation_blocked",
                            "responsibleaipolicyviolation"),
                    List.of(
                            "content management policy",
                            "content policy",
                            "content filter",
                            "content exists risk",
                            "inappropriate content",
                            "input was flagged",
                            "safety system"),
                    Set.of(200, 400, 403, 422)),
            // Gemini words its rate limit as if it were a quota; its code tells.
            new Rule(RATE_LIMITED, Set.of("resource_exhausted"), List.of(), Set.of()),
            new Rule(
                    QUOTA,
                    Set.of(
                            "billing_error",
                            "billing_hard_limit_reached",
                            "billing_not_active",
                            "credit_balance_too_low",
                            "exceeded_current_quota_error",
                            "insufficient_balance",
                            "insufficient_credits",
                            "insufficient_quota",
                            "payment_required",
                            "quota_exceeded"),
                    List.of(
                            "exceeded your current quota",
                            "insufficient balance",
                            "insufficient credit",
                            "insufficient quota",
                            "insufficient_quota",
                            "credit balance is too low",
                            "out of credits",
                            "billing"),
                    Set.of(200, 400, 402, 403, 429)),
            new Rule(
                    AUTHENTICATION,
                    Set.of(
                            "account_deactivated",
                            "api_key_invalid",
                            "authentication_error",
                            "expired_api_key",
                            "incorrect_api_key",
                            "invalid_api_key",
                            "invalid_authentication",
                            "invalid_authentication_error",
                            "unauthenticated",
                            "unauthorized"),
                    List.of(
                            "invalid api key",
                            "invalid_api_key",
                            "incorrect api key",
                            "api key not valid",
                            "api key expired",
                            "api key is invalid",
                            "invalid authentication",
                            "unauthorized"),
                    Set.of(200, 400, 401, 403)),
            new Rule(
                    MODEL_UNAVAILABLE,
                    Set.of(
                            "deployment_not_found",
                            "deploymentnotfound",
                            "invalid_model",
                            "model_decommissioned",
                            "model_not_available",
                            "model_not_found",
                            "model_not_supported",
                            "operationnotsupported",
                            "unsupported_model"),
                    List.of("invalid model:", "model not found", "no such model"),
                    Set.of(200, 400, 403, 404, 422)),
            new Rule(
                    UPSTREAM,
                    Set.of(
                            "engine_overloaded",
                            "engine_overloaded_error",
                            "model_overloaded",
                            "overloaded",
                            "overloaded_error",
                            "server_is_overloaded",
                            "server_overloaded"),
                    List.of("overloaded", "server busy", "temporarily unavailable", "internal server error"),
                    Set.of(200)),
            new Rule(
                    RATE_LIMITED,
                    Set.of(
                            "rate_limit_error",
                            "rate_limit_exceeded",
                            "rate_limit_reached_error",
                            "rate_limited",
                            "throttling_error",
                            "too_many_requests"),
                    List.of("rate limit", "too many requests"),
                    Set.of(200)));

    /** As in "The model `gpt-5` does not exist" and "model 'llama2' not found, try pulling it first". */
    private static final Pattern NAMED_MODEL =
            Pattern.compile("\\bmodel .{1,120}?(does not exist|not found|decommissioned)");

    private Classification() {}

    /**
     * Classifies an error.
     *
     * @param status the response's, which may be 200
     * @param error what its body said
     */
    static FailureKind of(int status, UpstreamError error) {
        if (status >= 300 && status < 400) {
            return REDIRECT;
        }
        for (String code : error.codes()) {
            for (Rule rule : RULES) {
                if (rule.codes().contains(code)) {
                    return rule.kind();
                }
            }
        }
        boolean statusKnown = status < 200 || status >= 300;
        int effective = statusKnown || error.status() == 0 ? status : error.status();
        String words = (error.message() + '\n' + error.finePrint()).toLowerCase(Locale.ROOT);
        int open = effective >= 200 && effective < 300 ? 200 : effective;
        for (Rule rule : RULES) {
            if (rule.statuses().contains(open) && rule.phrases().stream().anyMatch(words::contains)) {
                return rule.kind();
            }
        }
        if ((open == 400 || open == 422 || open == 200)
                && NAMED_MODEL.matcher(words).find()) {
            return MODEL_UNAVAILABLE;
        }
        return open == 200 ? ofGeneralCodes(error.codes()) : ofStatus(effective);
    }

    /** The failure table of the design, row by row. */
    static FailureKind ofStatus(int status) {
        if (status >= 300 && status < 400) {
            return REDIRECT;
        }
        return switch (status) {
            case 400, 405, 413, 415, 422 -> INVALID_REQUEST;
            case 401 -> AUTHENTICATION;
            case 402 -> QUOTA;
            case 403, 404, 410 -> MODEL_UNAVAILABLE;
            case 408 -> REQUEST_TIMEOUT;
            case 409, 425 -> CONFLICT;
            case 429 -> RATE_LIMITED;
            case 501, 505 -> UNSUPPORTED;
            default -> status >= 500 && status < 600 ? UPSTREAM : OTHER;
        };
    }

    /** An error that came with 200 and said nothing particular. */
    private static FailureKind ofGeneralCodes(List<String> codes) {
        for (String code : codes) {
            if (code.contains("invalid_request") || code.contains("badrequest") || code.contains("bad_request")) {
                return INVALID_REQUEST;
            }
            if (code.contains("notfound") || code.contains("not_found")) {
                return MODEL_UNAVAILABLE;
            }
            if (code.contains("capacity")) {
                return RATE_LIMITED;
            }
            if (code.contains("internal")
                    || code.contains("server")
                    || code.contains("unavailable")
                    || code.contains("timeout")
                    || code.equals("api_error")) {
                return UPSTREAM;
            }
        }
        return OTHER;
    }
}
