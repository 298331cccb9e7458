package dev.understudy.error;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A call that got no answer. Where the baseline was tried too, this is the candidate's error and the baseline's is among
 * {@link #getSuppressed()}: the first cause is never lost.
 */
public abstract sealed class ChatException extends UnderstudyException
        permits RefusedException,
                TransportException,
                IncompleteStreamException,
                ModelTimeoutException,
                CancelledException,
                InvalidRequestException,
                ContextLengthException,
                ContentFilteredException,
                AuthenticationException,
                QuotaExceededException,
                ModelUnavailableException,
                UpstreamException,
                RateLimitedException,
                UnexpectedRedirectException,
                MalformedResponseException,
                ResponseTooLargeException,
                ModelException {

    private static final long serialVersionUID = 1L;

    private final FailureKind kind;
    private final transient Origin origin;
    private transient @Nullable String partialText;
    private transient long inputTokens;
    private transient long outputTokens;

    ChatException(FailureKind kind, String message, Origin origin, @Nullable Throwable cause, boolean stackTrace) {
        super(message, cause, stackTrace);
        this.kind = kind;
        this.origin = origin;
    }

    ChatException(FailureKind kind, String message, Origin origin, @Nullable Throwable cause) {
        this(kind, message, origin, cause, true);
    }

    /**
     * Returns the row of the failure table.
     *
     * @return the kind
     */
    public final FailureKind kind() {
        return kind;
    }

    /**
     * Returns where it came from.
     *
     * @return the origin
     */
    public final Origin origin() {
        // Null after deserialization, which drops what is not serializable.
        return origin == null ? Origin.NONE : origin;
    }

    /**
     * Returns the deployment concerned.
     *
     * @return its name, or empty where no model had been chosen
     */
    public final Optional<String> model() {
        return Optional.ofNullable(origin().model());
    }

    /**
     * Returns the upstream's HTTP status.
     *
     * @return the status, or empty where there was no response
     */
    public final OptionalInt status() {
        return origin().status() == 0 ? OptionalInt.empty() : OptionalInt.of(origin().status());
    }

    /**
     * Returns the provider's id of the request, to quote when asking the provider.
     *
     * @return the id, or empty where there is none
     */
    public final Optional<String> requestId() {
        return Optional.ofNullable(origin().requestId());
    }

    /**
     * Returns how long to wait before trying again.
     *
     * @return what the upstream or our guard said, or empty where it is not known
     */
    public final Optional<Duration> retryAfter() {
        return Optional.ofNullable(origin().retryAfter());
    }

    /**
     * Returns what had come of a streamed answer when it failed. It is part of an answer that nobody vouches for, and in no
     * message, no {@code toString} and no serialized form.
     *
     * @return the text so far, held back or handed over; empty where nothing had come, or nothing was streamed
     */
    public final Optional<String> partialText() {
        return Optional.ofNullable(partialText);
    }

    /**
     * Adds what had come of a streamed answer.
     *
     * @param text the text so far, or null for nothing
     */
    public final void carryPartialText(@Nullable String text) {
        partialText = text;
    }

    /**
     * Returns the tokens of the prompt that the upstream reported although there was no answer: it bills them.
     *
     * @return tokens; 0 where it reported none
     */
    public final long inputTokens() {
        return inputTokens;
    }

    /**
     * Returns the generated tokens that the upstream reported although there was no answer.
     *
     * @return tokens; 0 where it reported none
     */
    public final long outputTokens() {
        return outputTokens;
    }

    /**
     * Adds the tokens that the upstream reported, so that they count: for whoever implements a model.
     *
     * @param input tokens of the prompt; zero or more
     * @param output tokens generated; zero or more
     * @return this
     * @throws IllegalArgumentException if one is negative
     */
    public final ChatException carryTokens(long input, long output) {
        if (input < 0 || output < 0) {
            throw new IllegalArgumentException("Tokens cannot be negative: " + input + ", " + output);
        }
        inputTokens = input;
        outputTokens = output;
        return this;
    }

    /**
     * Says whether the same model may be tried again: what the upstream said explicitly, else the failure table.
     *
     * @return whether another attempt on the same model makes sense
     */
    public final boolean retryable() {
        Boolean said = origin().shouldRetry();
        return said != null ? said : kind.retried();
    }
}
