package dev.understudy.error;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Every way in which a call can fail, and what follows from it: the failure table of the design, as code. A constant's
 * {@linkplain #tag() tag} is its name in metrics and messages. An upstream's explicit {@code x-should-retry} beats {@link
 * #retried()} (see {@link ChatException#retryable()}).
 */
public enum FailureKind {
    /** Refused, unknown host, reset or closed before the headers, or a body that was cut. */
    TRANSPORT(true, Fallback.ALWAYS, Blame.FAILURE, false),
    /** A stream that ended early, however cleanly: no choice is complete without a finish reason. */
    INCOMPLETE(true, Fallback.ALWAYS, Blame.FAILURE, false),
    /** The server's certificate or host name is wrong: somebody must look, and nobody is sent elsewhere meanwhile. */
    CERTIFICATE(false, Fallback.NEVER, Blame.NONE, true),
    /** Silence until the attempt's time was over. */
    TIMEOUT(false, Fallback.ALWAYS, Blame.FAILURE, false),
    /** Our own limits: no permit in time, queue full, rate limit reached. */
    OVERLOADED(false, Fallback.ALWAYS, Blame.NONE, false),
    /** The caller cancelled or was interrupted, or the registry was closed. */
    CANCELLED(false, Fallback.NEVER, Blame.NONE, false),
    /**
     * Given up, for the other of a hedged call's two models was first. Nobody is told so as a failure: it is why an answer is
     * the baseline's, and how an attempt ended.
     */
    OUTRUN(false, Fallback.NEVER, Blame.NONE, false),
    /** The model's circuit breaker is open; nothing was sent. */
    CIRCUIT_OPEN(false, Fallback.ALWAYS, Blame.NONE, false),
    /** The agent has spent its budget and is to refuse then; nothing was sent, and the baseline's answer would cost, too. */
    BUDGET_EXCEEDED(false, Fallback.NEVER, Blame.NONE, false),
    /** The request itself is wrong: 400, 405, 413, 415, 422, or an agent that nobody configured. */
    INVALID_REQUEST(false, Fallback.NEVER, Blame.NONE, false),
    /** The prompt is longer than the model's context window. */
    CONTEXT_LENGTH(false, Fallback.LARGER_WINDOW, Blame.NONE, false),
    /** The provider's content filter refused. */
    CONTENT_FILTER(false, Fallback.OPT_IN, Blame.NONE, false),
    /** 401, or a key that the provider calls wrong in other words. */
    AUTHENTICATION(false, Fallback.ALWAYS, Blame.LATCH, true),
    /** 402, or a 429 that means quota or credit and not speed. */
    QUOTA(false, Fallback.ALWAYS, Blame.LATCH, true),
    /** 403 for the model, 404, 410: the model is not there for us. */
    MODEL_UNAVAILABLE(false, Fallback.ALWAYS, Blame.LATCH, true),
    /** 408. */
    REQUEST_TIMEOUT(true, Fallback.ALWAYS, Blame.FAILURE, false),
    /** 409, 425. */
    CONFLICT(true, Fallback.ALWAYS, Blame.NONE, false),
    /** 429 that means speed. */
    RATE_LIMITED(true, Fallback.ALWAYS, Blame.LIMITER, false),
    /** 5xx and 529, save those of {@link #UNSUPPORTED}. */
    UPSTREAM(true, Fallback.ALWAYS, Blame.FAILURE, false),
    /** 501 and 505: the same request will fail the same way. */
    UNSUPPORTED(false, Fallback.ALWAYS, Blame.FAILURE, false),
    /** 3xx: a redirect is never followed, for it would carry the key elsewhere. */
    REDIRECT(false, Fallback.NEVER, Blame.NONE, true),
    /** 200, but empty, not JSON, short, or without choices. */
    MALFORMED(true, Fallback.ALWAYS, Blame.FAILURE, false),
    /** Larger than the cap. */
    TOO_LARGE(false, Fallback.ALWAYS, Blame.FAILURE, true),
    /** Anything else. */
    OTHER(false, Fallback.ALWAYS, Blame.FAILURE, true);

    /** When the baseline may answer instead. */
    public enum Fallback {
        /** The baseline would fail the same way, or nobody is waiting any more. */
        NEVER,
        /** The baseline may answer. */
        ALWAYS,
        /** Only a baseline whose declared context window is larger. */
        LARGER_WINDOW,
        /** Only where the agent's configuration says so. */
        OPT_IN
    }

    /** What is held against the model. */
    public enum Blame {
        /** Nothing: not the model's fault, or not known to be. */
        NONE,
        /** Counts as a failure in the model's circuit breaker. */
        FAILURE,
        /** Keeps the model shut until a reload or for five minutes: trying again will not help before a person acted. */
        LATCH,
        /** Closes the model's rate limiter for as long as the upstream said. */
        LIMITER
    }

    private final boolean retried;
    private final Fallback fallback;
    private final Blame blame;
    private final boolean alerting;
    private final String tag = name().toLowerCase(Locale.ROOT);

    FailureKind(boolean retried, Fallback fallback, Blame blame, boolean alerting) {
        this.retried = retried;
        this.fallback = fallback;
        this.blame = blame;
        this.alerting = alerting;
    }

    /**
     * Says whether such an end tells nothing about the model: the caller cancelled or asked something wrong, another model was
     * faster, or a guard of ours refused before anything was sent.
     *
     * @return whether it stays out of what is held for or against a variant
     */
    public boolean neutral() {
        return switch (this) {
            case CANCELLED,
                    OUTRUN,
                    INVALID_REQUEST,
                    CONTEXT_LENGTH,
                    CONTENT_FILTER,
                    OVERLOADED,
                    CIRCUIT_OPEN,
                    BUDGET_EXCEEDED -> true;
            default -> false;
        };
    }

    /**
     * Says whether the same model may be tried again.
     *
     * @return whether another attempt makes sense, budget and deadline permitting
     */
    public boolean retried() {
        return retried;
    }

    /**
     * Says whether the baseline may answer instead.
     *
     * @return when it may
     */
    public Fallback fallback() {
        return fallback;
    }

    /**
     * Says what is held against the model.
     *
     * @return what its breaker or limiter learns from it
     */
    public Blame blame() {
        return blame;
    }

    /**
     * Says whether somebody should be told at once.
     *
     * @return whether an alert event goes out
     */
    public boolean alerting() {
        return alerting;
    }

    /**
     * Returns the name in metrics: lower case, words joined by underscores.
     *
     * @return the tag value
     */
    public String tag() {
        return tag;
    }

    /**
     * Makes the exception that this kind surfaces as.
     *
     * @param message who, what state, what next; never a key, a prompt or an answer
     * @param origin where it came from
     * @param cause what it was caused by, or null
     * @return a new exception of the kind's own class
     */
    public ChatException exception(String message, Origin origin, @Nullable Throwable cause) {
        return switch (this) {
            case TRANSPORT, CERTIFICATE -> new TransportException(this, message, origin, cause);
            case INCOMPLETE -> new IncompleteStreamException(message, origin, cause);
            case TIMEOUT -> new ModelTimeoutException(message, origin, cause);
            case OVERLOADED -> new OverloadedException(message, origin, cause);
            case CANCELLED, OUTRUN -> new CancelledException(this, message, origin, cause);
            case CIRCUIT_OPEN -> new CircuitOpenException(message, origin, cause);
            case BUDGET_EXCEEDED -> new BudgetExceededException(message, origin, cause);
            case INVALID_REQUEST -> new InvalidRequestException(message, origin, cause);
            case CONTEXT_LENGTH -> new ContextLengthException(message, origin, cause);
            case CONTENT_FILTER -> new ContentFilteredException(message, origin, cause);
            case AUTHENTICATION -> new AuthenticationException(message, origin, cause);
            case QUOTA -> new QuotaExceededException(message, origin, cause);
            case MODEL_UNAVAILABLE -> new ModelUnavailableException(message, origin, cause);
            case REQUEST_TIMEOUT, CONFLICT, UPSTREAM, UNSUPPORTED ->
                new UpstreamException(this, message, origin, cause);
            case RATE_LIMITED -> new RateLimitedException(message, origin, cause);
            case REDIRECT -> new UnexpectedRedirectException(message, origin, cause);
            case MALFORMED -> new MalformedResponseException(message, origin, cause);
            case TOO_LARGE -> new ResponseTooLargeException(message, origin, cause);
            case OTHER -> new ModelException(message, origin, cause);
        };
    }
}
