package dev.understudy.throttle;

import dev.understudy.chat.Variant;

/** Takes a permit and never gives it back: what the simulation must notice. */
public final class PermitThief {

    private PermitThief() {}

    /** Returns whether there was one to take. */
    public static boolean steal(PermitGate gate) {
        return gate.tryTake(Variant.BASELINE);
    }
}
