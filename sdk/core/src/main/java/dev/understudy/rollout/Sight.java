package dev.understudy.rollout;

import dev.understudy.event.ArmCounts;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * All that is known at one look, so that what follows from it is a pure function.
 *
 * @param now the wall clock
 * @param allowed false while a kill switch is on
 * @param ceiling what operators allow
 * @param ramp how to climb
 * @param alarmed whether the evidence against the candidate has sufficed at some instant
 * @param strongest which guard holds most against it
 * @param logStrictWealth the evidence against it without any allowance
 * @param splitLogWealth the evidence that units are not split as intended
 * @param leaked whether a unit was seen on an arm that was closed
 * @param passes whether there is evidence that the candidate is good
 * @param evidence each guard's
 * @param baseline what was seen of the baseline
 * @param candidate what was seen of the candidate
 * @param dwell how long this step runs here, without a break
 * @param silence how long no call of the candidate has ended
 * @param watch the baseline's calls since it is watched
 */
record Sight(
        Instant now,
        boolean allowed,
        Share ceiling,
        RampSettings ramp,
        boolean alarmed,
        Guard strongest,
        double logStrictWealth,
        double splitLogWealth,
        boolean leaked,
        boolean passes,
        List<GuardEvidence> evidence,
        ArmCounts baseline,
        ArmCounts candidate,
        Duration dwell,
        Duration silence,
        Watch watch) {

    /**
     * The baseline's calls since the candidate was taken away.
     *
     * @param calls all of them
     * @param bad those that miss the limit which the candidate missed
     * @param time how long it is watched
     */
    record Watch(int calls, int bad, Duration time) {
        static final Watch NONE = new Watch(0, 0, Duration.ZERO);
    }

    /** The shares of all steps; where there is no ramp, one that leaves all to the ceiling. */
    List<Share> stages() {
        return ramp.climbs() ? ramp.stages() : List.of(Share.ALL);
    }
}
