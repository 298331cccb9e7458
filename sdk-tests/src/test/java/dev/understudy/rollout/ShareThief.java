package dev.understudy.rollout;

/** Gives everybody a candidate that was taken away: what the simulation must notice. */
public final class ShareThief {

    private ShareThief() {}

    public static void open(Ramp ramp) {
        ramp.inForce().deny(null);
        ramp.inForce().open(Share.ALL);
    }
}
