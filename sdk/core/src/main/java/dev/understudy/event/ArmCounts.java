package dev.understudy.event;

/**
 * What was seen of the calls assigned to one variant, by intention to treat: a call of the candidate that the baseline
 * answered is an error here.
 *
 * @param calls calls that say something about the variant
 * @param errors those that failed
 * @param slow those slower than the limit, failed or not; 0 where there is no limit
 */
public record ArmCounts(long calls, long errors, long slow) {

    /** Nothing seen. */
    public static final ArmCounts NONE = new ArmCounts(0, 0, 0);

    /** Checks the bounds. */
    public ArmCounts {
        if (calls < 0 || errors < 0 || slow < 0) {
            throw new IllegalArgumentException("Counts cannot be negative: " + calls + ", " + errors + ", " + slow);
        }
    }
}
