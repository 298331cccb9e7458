package dev.understudy.insight;

import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one agent's calls were like. Calls are counted in the current slice of five seconds, without locks; whoever asks, or the
 * round in the background, puts older slices away under a lock: sealed, added to stretches of a minute, ten minutes and an hour,
 * which are packed when they are over. A caller puts slices away itself only where nobody else does. Thread-safe.
 *
 * <p>Time is that of the wall clock, looked at once for each slice, and goes by the ticker in between. A wall clock that is set
 * back is not followed: slices are then a little longer until it has caught up.
 */
final class AgentInsight {

    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(AgentInsight.class, "head", LiveSlice.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /** So many slices may wait to be put away before a caller does it. */
    private static final int MOST_WAITING = 4;

    private static final long NANOS_OF_MILLI = 1_000_000;

    private final Ticker ticker;
    private final InstantSource wall;
    private final ReentrantLock lock = new ReentrantLock();

    private volatile Subject subject;
    private volatile LiveSlice head;

    // Guarded by the lock
    private final Level seconds = new Level(1, 0, 360);
    private final Level minutes = new Level(12, 5, 360);
    private final Level tenMinutes = new Level(120, 6, 1152);
    private final Level hours = new Level(720, 24, 0);
    private final List<Level> levels = List.of(seconds, minutes, tenMinutes, hours);
    private Tally rolloutBaseline = new Tally();
    private Tally rolloutCandidate = new Tally();
    private Instant since;

    AgentInsight(Subject subject, Ticker ticker, InstantSource wall) {
        this.subject = subject;
        this.ticker = ticker;
        this.wall = wall;
        this.since = wall.instant();
        long millis = wall.millis();
        long index = Math.floorDiv(millis, LiveSlice.MILLIS);
        this.head = new LiveSlice(
                index,
                ticker.nanoTime() + left(index, millis),
                subject.sharePercent().getAsDouble(),
                null);
    }

    Subject subject() {
        return subject;
    }

    /** Looks at an agent as the configuration now names it. A new candidate begins a new rollout. */
    void watch(Subject changed) {
        lock.lock();
        try {
            boolean sameRollout = Objects.equals(subject.candidate(), changed.candidate());
            advance(ticker.nanoTime());
            if (!sameRollout) {
                beginRollout();
            }
            subject = changed;
        } finally {
            lock.unlock();
        }
    }

    private void beginRollout() {
        // What was counted until now belongs to the old one: it is put away first.
        LiveSlice seen = head;
        while (!HEAD.compareAndSet(this, seen, new LiveSlice(seen.index + 1, seen.endNanos, seen.sharePercent, seen))) {
            seen = head;
        }
        putAway();
        levels.forEach(Level::forget);
        rolloutBaseline = new Tally();
        rolloutCandidate = new Tally();
        since = wall.instant();
    }

    // Counting

    void count(Event.CallFinished call) {
        Subject watched = subject;
        if (call.isNeutral() || (watched.sharedQuota() && isQuota(call.failure()))) {
            return;
        }
        int arm = call.variant() == Variant.CANDIDATE ? LiveSlice.CANDIDATE : LiveSlice.BASELINE;
        if (!call.randomised() && watched.candidate() != null) {
            arm += LiveSlice.BY_CHOICE;
        }
        LiveSlice slice = head;
        if (call.atNanos() - slice.endNanos >= 0) {
            slice = begin(slice, call.atNanos());
        }
        int late = slice.arm(arm).count(call, LiveArm.ALL);
        while (late != 0) {
            late = head.arm(arm).count(call, late);
        }
    }

    private static boolean isQuota(@Nullable FailureKind failure) {
        return failure == FailureKind.RATE_LIMITED || failure == FailureKind.QUOTA;
    }

    /** Begins a new slice, unless another thread has. */
    private LiveSlice begin(LiveSlice seen, long now) {
        long millis = wall.millis();
        long index = Math.max(seen.index + 1, Math.floorDiv(millis, LiveSlice.MILLIS));
        LiveSlice fresh = new LiveSlice(
                index, now + left(index, millis), subject.sharePercent().getAsDouble(), seen);
        if (!HEAD.compareAndSet(this, seen, fresh)) {
            return head;
        }
        if (waiting(fresh) > MOST_WAITING && lock.tryLock()) {
            try {
                putAway();
            } finally {
                lock.unlock();
            }
        }
        return fresh;
    }

    /** Nanoseconds from now to the end of a slice. */
    private static long left(long index, long millis) {
        long left = (index + 1) * LiveSlice.MILLIS - millis;
        return Math.max(1, Math.min(left, 2 * LiveSlice.MILLIS)) * NANOS_OF_MILLI;
    }

    private static int waiting(LiveSlice newest) {
        int count = 0;
        for (LiveSlice slice = newest.older; slice != null; slice = slice.older) {
            count++;
        }
        return count;
    }

    // Putting away: the lock is held

    private LiveSlice advance(long now) {
        LiveSlice slice = head;
        if (now - slice.endNanos >= 0) {
            begin(slice, now);
        }
        putAway();
        return head;
    }

    private void putAway() {
        LiveSlice newest = head;
        Deque<LiveSlice> old = new ArrayDeque<>();
        for (LiveSlice slice = newest.older; slice != null; slice = slice.older) {
            old.push(slice);
        }
        while (!old.isEmpty()) {
            LiveSlice slice = old.pop();
            LiveSlice next = old.isEmpty() ? newest : old.peek();
            putAway(slice, next.sharePercent);
        }
        newest.older = null;
    }

    private void putAway(LiveSlice slice, double shareAtEnd) {
        @Nullable Tally[] arms = new @Nullable Tally[LiveSlice.ARMS];
        for (int arm = 0; arm < LiveSlice.ARMS; arm++) {
            arms[arm] = slice.seal(arm);
        }
        for (Level level : levels) {
            level.add(slice.index, shareAtEnd, arms);
        }
        Tally.sum(rolloutBaseline, arms[LiveSlice.BASELINE]);
        Tally.sum(rolloutCandidate, arms[LiveSlice.CANDIDATE]);
    }

    /** Puts away what is over. */
    void round() {
        lock.lock();
        try {
            advance(ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    // Asking

    Comparison compare(Duration window) {
        Span span = Span.covering(window);
        Tally baseline = new Tally();
        Tally candidate = new Tally();
        Subject watched;
        Instant from;
        Instant to;
        lock.lock();
        try {
            LiveSlice now = advance(ticker.nanoTime());
            watched = subject;
            to = wall.instant();
            Level level = level(span);
            if (level == null) {
                baseline.addAll(rolloutBaseline);
                candidate.addAll(rolloutCandidate);
                from = since;
            } else {
                level.collect(now.index, baseline, candidate);
                from = later(since, to.minus(span.length()));
            }
            Tally.sum(baseline, now.peek(LiveSlice.BASELINE));
            Tally.sum(candidate, now.peek(LiveSlice.CANDIDATE));
        } finally {
            lock.unlock();
        }
        return comparison(
                watched, span, from, to, baseline, candidate, watched.findings().get());
    }

    private @Nullable Level level(Span span) {
        return switch (span) {
            case FIVE_MINUTES -> minutes;
            case HOUR -> tenMinutes;
            case DAY -> hours;
            case ROLLOUT -> null;
        };
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    static Comparison comparison(
            Subject subject, Span span, Instant from, Instant to, Tally baseline, Tally candidate, Findings findings) {
        VariantFigures proven = Figures.of(Variant.BASELINE, subject.baseline(), baseline);
        String name = subject.candidate();
        VariantFigures tried = name == null ? null : Figures.of(Variant.CANDIDATE, name, candidate);
        Judge.Conclusion conclusion = Judge.judge(proven, tried, findings, subject.limits());
        return new Comparison(
                subject.agent(),
                span.length(),
                from,
                to,
                proven,
                tried,
                findings.split(),
                findings.evidence(),
                conclusion.verdict(),
                conclusion.why());
    }

    Timeline timeline(Duration back) {
        if (back.isNegative() || back.isZero()) {
            throw new IllegalArgumentException("A timeline looks back for more than no time, not " + back);
        }
        lock.lock();
        try {
            LiveSlice now = advance(ticker.nanoTime());
            Level level = resolution(back);
            PointRing points = level.points();
            long width = level.millis();
            long last = level.index(now.index);
            long first = Math.max(last - points.size() + 1, last - Math.max(0, back.toMillis() / width));
            first = Math.max(first, Math.min(points.oldest(), level.openIndex() < 0 ? last : level.openIndex()));
            List<Timeline.Point> told = new ArrayList<>();
            double share = now.sharePercent;
            for (long index = first; index <= last; index++) {
                told.add(point(level, index, now, share));
                share = told.get(told.size() - 1).sharePercent();
            }
            return new Timeline(subject.agent(), Duration.ofMillis(width), told);
        } finally {
            lock.unlock();
        }
    }

    private Level resolution(Duration back) {
        for (Level level : List.of(seconds, minutes)) {
            if (back.toMillis() <= level.millis() * level.points().size()) {
                return level;
            }
        }
        return tenMinutes;
    }

    private Timeline.Point point(Level level, long index, LiveSlice now, double shareBefore) {
        Instant from = Instant.ofEpochMilli(index * level.millis());
        boolean current = index == level.index(now.index);
        if (index == level.openIndex() || current) {
            @Nullable Tally[] arms = new @Nullable Tally[LiveSlice.ARMS];
            for (int arm = 0; arm < LiveSlice.ARMS; arm++) {
                if (index == level.openIndex()) {
                    arms[arm] = Tally.sum(null, level.open(arm));
                }
                if (current) {
                    arms[arm] = Tally.sum(arms[arm], now.peek(arm));
                }
            }
            return new Timeline.Point(
                    from,
                    current ? subject.sharePercent().getAsDouble() : level.sharePercent(),
                    Level.arm(arms, LiveSlice.BASELINE),
                    Level.arm(arms, LiveSlice.CANDIDATE));
        }
        PointRing points = level.points();
        return points.has(index)
                ? new Timeline.Point(
                        from,
                        points.sharePercent(index),
                        points.arm(index, LiveSlice.BASELINE),
                        points.arm(index, LiveSlice.CANDIDATE))
                : new Timeline.Point(from, shareBefore, Timeline.Arm.NONE, Timeline.Arm.NONE);
    }
}
