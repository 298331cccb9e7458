package dev.understudy.chat;

import dev.understudy.error.FailureKind;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model's answer. Immutable; {@code toString} never shows its content.
 *
 * @param text what the model said; empty where it only calls tools
 * @param toolCalls the tools it wants called
 * @param finishReason why it stopped
 * @param usage the tokens of the attempt that answered
 * @param requestId the provider's id of the request, or null
 * @param provenance who answered, and how it came to that
 */
public record ChatResponse(
        String text,
        List<ToolCall> toolCalls,
        FinishReason finishReason,
        Usage usage,
        @Nullable String requestId,
        Provenance provenance) {

    /** Checks that nothing is missing. */
    public ChatResponse {
        Objects.requireNonNull(text, "text");
        toolCalls = List.copyOf(toolCalls);
        Objects.requireNonNull(finishReason, "finishReason");
        Objects.requireNonNull(usage, "usage");
        Objects.requireNonNull(provenance, "provenance");
    }

    /**
     * A complete answer that is nothing but text, for custom models and tests.
     *
     * @param text what the model said
     * @return a new response
     */
    public static ChatResponse of(String text) {
        return of(text, Usage.NONE);
    }

    /**
     * A complete answer that is nothing but text, for custom models and tests.
     *
     * @param text what the model said
     * @param usage the tokens used
     * @return a new response
     */
    public static ChatResponse of(String text, Usage usage) {
        return new ChatResponse(text, List.of(), FinishReason.STOP, usage, null, Provenance.NONE);
    }

    /**
     * The same answer with another history.
     *
     * @param history who answered, and how it came to that
     * @return a new response
     */
    public ChatResponse with(Provenance history) {
        return new ChatResponse(text, toolCalls, finishReason, usage, requestId, history);
    }

    /**
     * Returns the deployment that gave this answer.
     *
     * @return its name in the configuration
     */
    public String model() {
        return provenance.model();
    }

    /**
     * Returns what was assigned to the call, whoever answered.
     *
     * @return the variant
     */
    public Variant variant() {
        return provenance.variant();
    }

    /**
     * Says whether somebody else answered than should have: the baseline for the candidate, or an expired cache entry.
     *
     * @return whether this is the understudy's answer
     */
    public boolean degraded() {
        return provenance.degradedBecause() != null;
    }

    /**
     * Returns why the answer is degraded.
     *
     * @return what happened to the model that should have answered; empty where it did answer
     */
    public Optional<FailureKind> degradedBecause() {
        return Optional.ofNullable(provenance.degradedBecause());
    }

    /**
     * Says whether the answer was cut at a token limit.
     *
     * @return whether the finish reason is {@link FinishReason#LENGTH}
     */
    public boolean truncated() {
        return finishReason == FinishReason.LENGTH;
    }

    /**
     * Says whether the answer came without asking a model.
     *
     * @return whether it was in the cache, fresh or stale
     */
    public boolean cached() {
        return provenance.cache() == CacheStatus.HIT || provenance.cache() == CacheStatus.STALE;
    }

    /**
     * Returns how many requests this call sent.
     *
     * @return attempts on all models together
     */
    public int attempts() {
        return provenance.attempts();
    }

    /**
     * Returns the time from {@code chat()} to the answer.
     *
     * @return the latency
     */
    public Duration latency() {
        return provenance.latency();
    }

    /**
     * Returns what the call cost that got the answer: see {@link Provenance#cost()}.
     *
     * @return the cost, in the currency of the configuration
     */
    public double cost() {
        return provenance.cost();
    }

    @Override
    public String toString() {
        return "ChatResponse[" + text.length() + " characters, " + toolCalls.size() + " tool calls, finishReason="
                + finishReason + ", usage=" + usage + ", requestId=" + requestId + ", " + provenance + "]";
    }
}
