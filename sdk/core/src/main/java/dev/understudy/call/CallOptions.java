package dev.understudy.call;

import dev.understudy.chat.Variant;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one call wants otherwise than its agent's configuration. Immutable; made with {@link #builder()}; {@link #DEFAULT}
 * wants nothing.
 */
public final class CallOptions {

    /** Everything as configured. */
    public static final CallOptions DEFAULT = builder().build();

    private final @Nullable String unit;
    private final String scope;
    private final @Nullable Boolean useFinetuned;
    private final @Nullable Boolean useFallback;
    private final @Nullable Duration timeout;
    private final @Nullable Variant variant;

    private CallOptions(Builder builder) {
        unit = builder.unit;
        scope = builder.scope;
        useFinetuned = builder.useFinetuned;
        useFallback = builder.useFallback;
        timeout = builder.timeout;
        variant = builder.variant;
    }

    /**
     * Starts with everything as configured.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns what sticks to a variant: a user, a tenant, a conversation.
     *
     * @return the unit, or null: the conversation's first user message
     */
    public @Nullable String unit() {
        return unit;
    }

    /**
     * Returns the tenant whose cached answers this call may see.
     *
     * @return the scope; default: the empty one, shared by all calls that name none
     */
    public String scope() {
        return scope;
    }

    /**
     * Returns whether the candidate may serve this call.
     *
     * @return false to keep it away; true or null for the configuration's answer
     */
    public @Nullable Boolean useFinetuned() {
        return useFinetuned;
    }

    /**
     * Returns whether the baseline may answer for a failed candidate.
     *
     * @return the wish, or null for the configuration's answer
     */
    public @Nullable Boolean useFallback() {
        return useFallback;
    }

    /**
     * Returns the bound on the whole call.
     *
     * @return the time-out, or null for the agent's
     */
    public @Nullable Duration timeout() {
        return timeout;
    }

    /**
     * Returns the variant that this call asks for.
     *
     * @return the variant, or null to be assigned one
     */
    public @Nullable Variant variant() {
        return variant;
    }

    /** Shows the choices, but neither unit nor scope: they name people. */
    @Override
    public String toString() {
        return "CallOptions[useFinetuned=" + useFinetuned + ", useFallback=" + useFallback + ", timeout=" + timeout
                + ", variant=" + variant + "]";
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private @Nullable String unit;
        private String scope = "";
        private @Nullable Boolean useFinetuned;
        private @Nullable Boolean useFallback;
        private @Nullable Duration timeout;
        private @Nullable Variant variant;

        private Builder() {}

        /**
         * What sticks to a variant: the same unit gets the same variant on every machine, as long as the share allows.
         *
         * @param value a user, a tenant or a conversation; default: the conversation's first user message
         * @return this
         */
        public Builder unit(String value) {
            unit = Objects.requireNonNull(value, "unit");
            return this;
        }

        /**
         * The tenant: no cached answer crosses from one scope to another.
         *
         * @param value any name; default: the empty one
         * @return this
         */
        public Builder scope(String value) {
            scope = Objects.requireNonNull(value, "scope");
            return this;
        }

        /**
         * Whether the candidate may serve this call. True cannot overrule the kill switch, nor the share.
         *
         * @param value the wish; default: as configured
         * @return this
         */
        public Builder useFinetuned(boolean value) {
            useFinetuned = value;
            return this;
        }

        /**
         * Whether the baseline may answer for a failed candidate.
         *
         * @param value the wish; default: as configured
         * @return this
         */
        public Builder useFallback(boolean value) {
            useFallback = value;
            return this;
        }

        /**
         * The bound on the whole call.
         *
         * @param value from 1 ms to 1 h; default: the agent's time-out
         * @return this
         */
        public Builder timeout(Duration value) {
            if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("A time-out is between 1 ms and 1 h, not " + value);
            }
            timeout = value;
            return this;
        }

        /**
         * An explicit variant, for experiment headers and tests; counts only where the agent's configuration says {@code
         * rollout.allow_override: true}, and stays out of the statistics.
         *
         * @param value the variant; default: assigned by the share
         * @return this
         */
        public Builder variant(Variant value) {
            variant = Objects.requireNonNull(value, "variant");
            return this;
        }

        /**
         * Makes the options.
         *
         * @return new options
         */
        public CallOptions build() {
            return new CallOptions(this);
        }
    }
}
