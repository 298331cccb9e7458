package dev.understudy.rollout;

import dev.understudy.call.CallOptions;
import dev.understudy.call.ChatCall;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.Message;
import dev.understudy.chat.Role;
import dev.understudy.chat.Variant;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides which variant serves a call: a pure function of the configuration, the share in force, the unit and what the call
 * asks for. In this order: no candidate, the kill switch, what the ramp denies (a latched rollback), a spent budget, the call's own {@code useFinetuned(false)}, the variant that the
 * call asks for (where that is allowed), the share. Thread-safe.
 */
public final class Rollout {

    private final boolean hasCandidate;
    private final boolean useFinetuned;
    private final boolean allowOverride;
    private final ShareInForce inForce;
    private final BooleanSupplier overBudget;
    private final Buckets buckets;

    /**
     * Prepares a split by the configured share.
     *
     * @param agent the agent
     * @param candidate its candidate, or null where it has none
     * @param useFinetuned the kill switch: false keeps everybody on the baseline
     * @param settings share, salt, and whether calls may choose
     */
    public Rollout(String agent, @Nullable String candidate, boolean useFinetuned, RolloutSettings settings) {
        this(agent, candidate, useFinetuned, settings, new ShareInForce(settings.share()));
    }

    /**
     * Prepares a split by a share that changes.
     *
     * @param agent the agent
     * @param candidate its candidate, or null where it has none
     * @param useFinetuned the kill switch: false keeps everybody on the baseline
     * @param settings salt, and whether calls may choose
     * @param inForce the share, read once by each call
     */
    public Rollout(
            String agent,
            @Nullable String candidate,
            boolean useFinetuned,
            RolloutSettings settings,
            ShareInForce inForce) {
        this(agent, candidate, useFinetuned, settings, inForce, () -> false);
    }

    /**
     * Prepares a split by a share that changes, for an agent that may have a budget.
     *
     * @param agent the agent
     * @param candidate its candidate, or null where it has none
     * @param useFinetuned the kill switch: false keeps everybody on the baseline
     * @param settings salt, and whether calls may choose
     * @param inForce the share, read once by each call
     * @param overBudget whether so much is spent that everybody gets the baseline; read once by each call
     */
    public Rollout(
            String agent,
            @Nullable String candidate,
            boolean useFinetuned,
            RolloutSettings settings,
            ShareInForce inForce,
            BooleanSupplier overBudget) {
        this.hasCandidate = candidate != null;
        this.useFinetuned = useFinetuned;
        this.allowOverride = settings.allowOverride();
        this.inForce = inForce;
        this.overBudget = overBudget;
        this.buckets = new Buckets(settings.salt() != null ? settings.salt() : agent + "/" + candidate);
    }

    /**
     * Says who would serve a call.
     *
     * @param options what the call asks for
     * @param request whose first user message stands for the conversation where the call names no unit, or null
     * @return who serves, and who decided
     */
    public Assignment assign(CallOptions options, @Nullable ChatRequest request) {
        Assignment asked = withoutShare(options);
        if (asked != null) {
            return asked;
        }
        int limit = inForce.thousandths();
        String unit = unit(options, request);
        return unit == null ? everybody(limit) : byShare(buckets.hash(unit), limit);
    }

    /** Assigns a call, and notes the unit and the share where it was the share that decided. */
    Assignment assign(ChatCall call) {
        Assignment assigned = withoutShare(call.options());
        if (assigned == null) {
            int limit = inForce.thousandths();
            String unit = unit(call.options(), call.request());
            if (unit == null) {
                assigned = everybody(limit);
            } else {
                int hash = buckets.hash(unit);
                assigned = byShare(hash, limit);
                call.randomised(hash, limit);
            }
        } else if (assigned.denied()) {
            // Nobody is on the candidate: a share of 0 %, by which the baseline's calls can still be told apart.
            String unit = unit(call.options(), call.request());
            if (unit != null) {
                call.randomised(buckets.hash(unit), 0);
            }
        }
        call.assign(assigned.variant(), assigned.explicit());
        return assigned;
    }

    private @Nullable Assignment withoutShare(CallOptions options) {
        if (!hasCandidate) {
            return Assignment.NO_CANDIDATE;
        }
        if (!useFinetuned) {
            return Assignment.KILL_SWITCH;
        }
        Assignment denied = inForce.denied();
        if (denied != null) {
            return denied;
        }
        // After what the rollout denies: that a candidate was taken away matters longer than until the next period, and
        // the
        // baseline's calls tell whether it was right. Before what calls ask for: they would go on spending.
        if (overBudget.getAsBoolean()) {
            return Assignment.OVER_BUDGET;
        }
        if (Boolean.FALSE.equals(options.useFinetuned())) {
            return Assignment.OPTED_OUT;
        }
        if (allowOverride && options.variant() != null) {
            return options.variant() == Variant.CANDIDATE
                    ? Assignment.ASKED_FOR_CANDIDATE
                    : Assignment.ASKED_FOR_BASELINE;
        }
        return null;
    }

    /** One function, one boundary: at 0 % nobody, at 100 % everybody. */
    private static Assignment byShare(int hash, int limit) {
        return Buckets.bucket(hash) < limit ? Assignment.INSIDE_SHARE : Assignment.OUTSIDE_SHARE;
    }

    /** Without a unit there is nothing that could stick: on the candidate only where everybody is. */
    private static Assignment everybody(int limit) {
        return limit == Buckets.COUNT ? Assignment.INSIDE_SHARE : Assignment.OUTSIDE_SHARE;
    }

    private static @Nullable String unit(CallOptions options, @Nullable ChatRequest request) {
        return options.unit() != null ? options.unit() : conversation(request);
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
     * @return the share in force, or none where there is no candidate, the kill switch is on, or the budget is spent
     */
    public Share share() {
        return hasCandidate && useFinetuned && !overBudget.getAsBoolean() ? inForce.share() : Share.NONE;
    }
}
