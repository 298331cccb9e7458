package dev.understudy.rollout;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Role;
import dev.understudy.chat.Variant;
import org.jspecify.annotations.Nullable;

/**
 * Decides which variant serves a call: a pure function of the configuration, the unit and what the call asks for. In this
 * order: no candidate, the kill switch, the call's own {@code useFinetuned(false)}, the variant that the call asks for
 * (where that is allowed), the share. Immutable.
 */
public final class Rollout {

    private final boolean hasCandidate;
    private final boolean useFinetuned;
    private final boolean allowOverride;
    private final Share share;
    private final Buckets buckets;

    /**
     * Prepares an agent's split.
     *
     * @param agent the agent
     * @param candidate its candidate, or null where it has none
     * @param useFinetuned the kill switch: false keeps everybody on the baseline
     * @param settings share, salt, and whether calls may choose
     */
    public Rollout(String agent, @Nullable String candidate, boolean useFinetuned, RolloutSettings settings) {
        this.hasCandidate = candidate != null;
        this.useFinetuned = useFinetuned;
        this.allowOverride = settings.allowOverride();
        this.share = settings.share();
        this.buckets = new Buckets(settings.salt() != null ? settings.salt() : agent + "/" + candidate);
    }

    /**
     * Assigns a call.
     *
     * @param options what the call asks for
     * @param request whose first user message stands for the conversation where the call names no unit, or null
     * @return who serves, and who decided
     */
    public Assignment assign(CallOptions options, @Nullable ChatRequest request) {
        if (!hasCandidate) {
            return Assignment.NO_CANDIDATE;
        }
        if (!useFinetuned) {
            return Assignment.KILL_SWITCH;
        }
        if (Boolean.FALSE.equals(options.useFinetuned())) {
            return Assignment.OPTED_OUT;
        }
        if (allowOverride && options.variant() != null) {
            return options.variant() == Variant.CANDIDATE
                    ? Assignment.ASKED_FOR_CANDIDATE
                    : Assignment.ASKED_FOR_BASELINE;
        }
        return isInside(options, request) ? Assignment.INSIDE_SHARE : Assignment.OUTSIDE_SHARE;
    }

    /** One function, one boundary: 0 % is nobody, and at 100 % even a call without any unit is on the candidate. */
    private boolean isInside(CallOptions options, @Nullable ChatRequest request) {
        int limit = share.thousandths();
        if (limit == 0 || limit == Buckets.COUNT) {
            return limit != 0;
        }
        String unit = options.unit() != null ? options.unit() : conversation(request);
        return unit != null && buckets.of(unit) < limit;
    }

    /** What names a conversation: the first thing that its user said, which later turns repeat. It is hashed, not kept. */
    private static @Nullable String conversation(@Nullable ChatRequest request) {
        if (request != null) {
            for (Message message : request.messages()) {
                if (message.role() == Role.USER) {
                    return message.text();
                }
            }
        }
        return null;
    }

    /**
     * Returns the share of units that are on the candidate now.
     *
     * @return the configured share, or none where there is no candidate or the kill switch is on
     */
    public Share share() {
        return hasCandidate && useFinetuned ? share : Share.NONE;
    }
}
