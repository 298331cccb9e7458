package dev.understudy.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One width of time: the stretch that is open, packed stretches for the windows, and points for the timeline. Used by one
 * thread at a time.
 */
final class Level {

    /** How many slices of five seconds make a stretch. */
    private final long width;
    /** Stretches that are over and still looked at, besides the open one. */
    private final int kept;

    private final @Nullable PointRing points;

    private final @Nullable Tally[] open = new @Nullable Tally[LiveSlice.ARMS];
    private long openIndex = -1;
    private double sharePercent;

    private final List<Stretch> closed = new ArrayList<>();

    /** A stretch that is over. */
    private record Stretch(
            long index,
            @Nullable PackedTally baseline,
            @Nullable PackedTally candidate) {}

    /** A level without a timeline. */
    Level(long width, int kept) {
        this.width = width;
        this.kept = kept;
        this.points = null;
    }

    Level(Resolution resolution, int kept) {
        this.width = resolution.slices();
        this.kept = kept;
        this.points = new PointRing(resolution.points());
    }

    long index(long slice) {
        return slice / width;
    }

    /** Takes over a slice that is over. */
    void add(long slice, double share, @Nullable Tally[] arms) {
        long index = index(slice);
        if (index != openIndex) {
            close();
            openIndex = index;
        }
        sharePercent = share;
        // Windows need what can be compared, points need all.
        for (int arm = 0; arm < (points == null ? LiveSlice.BY_CHOICE : LiveSlice.ARMS); arm++) {
            open[arm] = Tally.sum(open[arm], arms[arm]);
        }
    }

    private void close() {
        if (openIndex < 0) {
            return;
        }
        if (points != null) {
            put(points, openIndex, sharePercent, open);
        }
        if (kept > 0) {
            closed.removeIf(stretch -> stretch.index() <= openIndex - kept);
            Tally baseline = open[LiveSlice.BASELINE];
            Tally candidate = open[LiveSlice.CANDIDATE];
            if (baseline != null || candidate != null) {
                closed.add(new Stretch(
                        openIndex,
                        baseline == null ? null : PackedTally.of(baseline),
                        candidate == null ? null : PackedTally.of(candidate)));
            }
        }
        Arrays.fill(open, null);
    }

    /** All calls of a variant, whoever assigned them. */
    private static Timeline.Arm arm(@Nullable Tally[] arms, int variant) {
        Tally compared = arms[variant];
        Tally others = arms[variant + LiveSlice.BY_CHOICE];
        if (compared == null || others == null) {
            Tally only = compared == null ? others : compared;
            return only == null ? Timeline.Arm.NONE : only.arm();
        }
        Tally both = Tally.sum(Tally.sum(null, compared), others);
        return both == null ? Timeline.Arm.NONE : both.arm();
    }

    /** Adds what can be compared of the open stretch and those just before it. */
    void collect(long nowSlice, Tally baseline, Tally candidate) {
        long now = index(nowSlice);
        for (Stretch stretch : closed) {
            if (stretch.index() >= now - kept) {
                if (stretch.baseline() != null) {
                    stretch.baseline().addTo(baseline);
                }
                if (stretch.candidate() != null) {
                    stretch.candidate().addTo(candidate);
                }
            }
        }
        if (openIndex >= now - kept) {
            Tally.sum(baseline, open[LiveSlice.BASELINE]);
            Tally.sum(candidate, open[LiveSlice.CANDIDATE]);
        }
    }

    /** The points, with those of the open stretch and of the slice in which calls are being counted. */
    PointRing points(LiveSlice now, double shareNow) {
        PointRing all = ownPoints().copy();
        long current = index(now.index);
        if (openIndex >= 0) {
            @Nullable Tally[] arms = new @Nullable Tally[LiveSlice.ARMS];
            for (int arm = 0; arm < LiveSlice.ARMS; arm++) {
                arms[arm] = Tally.sum(null, open[arm]);
                if (openIndex == current) {
                    arms[arm] = Tally.sum(arms[arm], now.peek(arm));
                }
            }
            put(all, openIndex, openIndex == current ? shareNow : sharePercent, arms);
        }
        if (openIndex != current) {
            @Nullable Tally[] arms = new @Nullable Tally[LiveSlice.ARMS];
            for (int arm = 0; arm < LiveSlice.ARMS; arm++) {
                arms[arm] = now.peek(arm);
            }
            put(all, current, shareNow, arms);
        }
        return all;
    }

    /** Takes over points that were written down before a restart. */
    void restore(PointRing stored, long nowSlice) {
        PointRing ours = ownPoints();
        long last = Math.min(stored.newest(), index(nowSlice));
        for (long index = Math.max(0, last - stored.size()); index <= last; index++) {
            if (stored.has(index)) {
                ours.put(
                        index,
                        stored.sharePercent(index),
                        stored.arm(index, LiveSlice.BASELINE),
                        stored.arm(index, LiveSlice.CANDIDATE));
            }
        }
    }

    private PointRing ownPoints() {
        if (points == null) {
            throw new IllegalStateException("No timeline of " + width + " slices");
        }
        return points;
    }

    private static void put(PointRing ring, long index, double share, @Nullable Tally[] arms) {
        ring.put(index, share, arm(arms, LiveSlice.BASELINE), arm(arms, LiveSlice.CANDIDATE));
    }

    /** Begins anew with the windows, for what was seen so far is not about this candidate. Points stay. */
    void forget() {
        closed.clear();
        for (int arm = 0; arm < LiveSlice.BY_CHOICE; arm++) {
            open[arm + LiveSlice.BY_CHOICE] = Tally.sum(open[arm + LiveSlice.BY_CHOICE], open[arm]);
            open[arm] = null;
        }
    }
}
