package dev.understudy.insight;

import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.Outcome;
import dev.understudy.store.RolloutStore;
import dev.understudy.store.StoredRecord;
import dev.understudy.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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

    /** So often a write is tried again because somebody else has written in between. */
    private static final int MOST_ATTEMPTS = 5;

    private static final long NANOS_OF_MILLI = 1_000_000;
    private static final long MILLIS_OF_DAY = 86_400_000;

    private final Ticker ticker;
    private final InstantSource wall;
    private final ReentrantLock lock = new ReentrantLock();

    private final Instant began;

    private volatile Subject subject;
    private volatile LiveSlice head;

    // Guarded by the lock
    private final Level seconds = new Level(Resolution.SECONDS, 0);
    private final Level minutes = new Level(Resolution.MINUTES, 5);
    private final Level tenMinutes = new Level(Resolution.TEN_MINUTES, 6);
    private final Level hours = new Level(720, 24);
    private final List<Level> levels = List.of(seconds, minutes, tenMinutes, hours);
    private final LastMinute lastMinute = new LastMinute();
    private Run run;
    /** Rollouts of earlier candidates that are not written down yet. */
    private final List<Run> ended = new ArrayList<>();
    /** Whether there is anything that is not written down yet. */
    private boolean news;

    private boolean timelineLoaded;
    /** Since when the windows are about this rollout, in this process. */
    private Instant windowsBegan;

    private double sharePercent = Double.NaN;

    AgentInsight(Subject subject, Ticker ticker, InstantSource wall) {
        this.subject = subject;
        this.ticker = ticker;
        this.wall = wall;
        long millis = wall.millis();
        long index = Math.floorDiv(millis, LiveSlice.MILLIS);
        this.head = new LiveSlice(
                index,
                ticker.nanoTime() + left(index, millis),
                subject.sharePercent().getAsDouble(),
                null);
        this.began = wall.instant();
        this.windowsBegan = began;
        this.run = new Run(subject.book(), began, day(index), false);
    }

    private static LocalDate day(long slice) {
        return LocalDate.ofEpochDay(slice * LiveSlice.MILLIS / MILLIS_OF_DAY);
    }

    /** Looks at an agent as the configuration now names it. A new candidate begins a new rollout. */
    void watch(Subject changed) {
        lock.lock();
        try {
            advance(ticker.nanoTime());
            if (!changed.book().equals(subject.book())) {
                beginRollout(changed.book(), false);
            }
            subject = changed;
        } finally {
            lock.unlock();
        }
    }

    /** Begins the rollout of the same candidate anew, because a person said so. */
    void startAfresh(String candidate) {
        lock.lock();
        try {
            if (candidate.equals(subject.book())) {
                beginRollout(candidate, true);
            }
        } finally {
            lock.unlock();
        }
    }

    private void beginRollout(String candidate, boolean afresh) {
        endSlice(); // what was counted until now belongs to the old one
        levels.forEach(Level::forget);
        if (!afresh && run.hasNews()) {
            ended.add(run);
        }
        windowsBegan = wall.instant();
        run = new Run(candidate, windowsBegan, day(head.index), afresh);
        news = true;
    }

    /** Ends the current slice before its time; another of the same index follows. */
    private void endSlice() {
        LiveSlice seen = head;
        while (!HEAD.compareAndSet(this, seen, new LiveSlice(seen.index, seen.endNanos, seen.sharePercent, seen))) {
            seen = head;
        }
        putAway();
    }

    // Counting

    void count(Event.CallFinished call) {
        LiveSlice slice = head;
        if (call.atNanos() - slice.endNanos >= 0) {
            slice = begin(slice, call.atNanos());
        }
        if (concernsHealth(call)) {
            // A hedge that wins is no trouble: it is there for that.
            Outcome outcome = call.failure() == FailureKind.OUTRUN ? Outcome.SUCCESS : call.outcome();
            for (LiveSlice now = slice; !now.count(outcome); now = head) {
                // that slice was put away just now
            }
        }
        Subject watched = subject;
        if (call.isNeutral() || (watched.sharedQuota() && isQuota(call.failure()))) {
            return;
        }
        int arm = call.variant() == Variant.CANDIDATE ? LiveSlice.CANDIDATE : LiveSlice.BASELINE;
        if (!call.randomised() && watched.candidate() != null) {
            arm += LiveSlice.BY_CHOICE;
        }
        int late = slice.arm(arm).count(call, LiveArm.ALL);
        while (late != 0) {
            late = head.arm(arm).count(call, late);
        }
    }

    /** Refusals of ours and answers from memory tell how the agent does, though nothing about a model. */
    private static boolean concernsHealth(Event.CallFinished call) {
        FailureKind failure = call.failure();
        return !call.explicit()
                && call.outcome() != Outcome.CANCELLED
                && !(call.outcome() == Outcome.ERROR
                        && (failure == FailureKind.INVALID_REQUEST
                                || failure == FailureKind.CONTEXT_LENGTH
                                || failure == FailureKind.CONTENT_FILTER));
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
            news |= arms[arm] != null;
        }
        news |= shareAtEnd != sharePercent;
        sharePercent = shareAtEnd;
        lastMinute.add(slice, arms);
        for (Level level : levels) {
            level.add(slice.index, shareAtEnd, arms);
        }
        run.add(day(slice.index), arms[LiveSlice.BASELINE], arms[LiveSlice.CANDIDATE]);
    }

    // Writing down, by one thread at a time; the store is read and written outside the lock

    /** Puts away what is over. */
    void round() {
        lock.lock();
        try {
            advance(ticker.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /** Ends the current slice, so that everything counted so far is written down. */
    void end() {
        lock.lock();
        try {
            endSlice();
        } finally {
            lock.unlock();
        }
    }

    /** Goes on where another process, or this one before its restart, left off; does nothing once that was done. */
    void load(RolloutStore store) {
        Run loading;
        lock.lock();
        try {
            loading = run;
            if (loading.isLoaded() && timelineLoaded) {
                return;
            }
        } finally {
            lock.unlock();
        }
        Map<String, String> fields = store.read(key()).map(StoredRecord::fields).orElse(new TreeMap<>());
        InsightRecord.check(fields);
        RolloutBook book = InsightRecord.book(fields, loading.candidate);
        if (book != null) {
            book.check();
        }
        Map<Resolution, PointRing> timelines = InsightRecord.timelines(fields);
        lock.lock();
        try {
            if (!loading.isLoaded()) {
                loading.load(book);
            }
            if (!timelineLoaded) {
                timelineLoaded = true;
                timelines.forEach((resolution, points) -> level(resolution).restore(points, head.index));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes down what is new. What cannot be written now is kept, and written with the next. */
    void save(RolloutStore store) {
        load(store);
        Findings findings = subject.findings().get();
        List<Run> runs;
        InsightRecord.Moment moment;
        lock.lock();
        try {
            LiveSlice now = advance(ticker.nanoTime());
            if (!news) {
                return;
            }
            news = false;
            runs = new ArrayList<>(ended);
            ended.clear();
            runs.add(run);
            runs.forEach(Run::writing);
            moment = moment(now, findings);
        } finally {
            lock.unlock();
        }
        List<RolloutBook> written = List.of();
        try {
            written = write(store, runs, moment);
        } finally {
            written(runs, written);
        }
    }

    private InsightRecord.Moment moment(LiveSlice now, Findings findings) {
        Map<Span, InsightRecord.Window> windows = new EnumMap<>(Span.class);
        for (Span span : List.of(Span.FIVE_MINUTES, Span.HOUR, Span.DAY)) {
            windows.put(span, window(span, now));
        }
        Map<Resolution, PointRing> timelines = new EnumMap<>(Resolution.class);
        for (Resolution resolution : Resolution.values()) {
            timelines.put(
                    resolution,
                    level(resolution).points(now, subject.sharePercent().getAsDouble()));
        }
        return new InsightRecord.Moment(subject, findings, wall.instant(), windows, timelines);
    }

    /** Returns what the store now holds of each run; nothing where others were always faster. */
    private List<RolloutBook> write(RolloutStore store, List<Run> runs, InsightRecord.Moment moment) {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            Optional<StoredRecord> before = store.read(key());
            SortedMap<String, String> fields =
                    new TreeMap<>(before.map(StoredRecord::fields).orElse(new TreeMap<>()));
            InsightRecord.check(fields);
            List<RolloutBook> books = new ArrayList<>();
            for (Run each : runs) {
                RolloutBook book = each.merged(InsightRecord.book(fields, each.candidate));
                InsightRecord.put(fields, each.candidate, book);
                books.add(book);
            }
            InsightRecord.put(fields, moment);
            InsightRecord.trim(fields, moment.subject().book());
            StoredRecord after = before.isPresent() ? before.get().next(fields) : StoredRecord.first(fields);
            if (store.write(key(), after.epoch() - 1, after)) {
                return books;
            }
        }
        return List.of();
    }

    private void written(List<Run> runs, List<RolloutBook> books) {
        lock.lock();
        try {
            for (int i = 0; i < runs.size(); i++) {
                runs.get(i).written(books.isEmpty() ? null : books.get(i));
                if (books.isEmpty() && runs.get(i) != run) {
                    ended.add(runs.get(i));
                }
            }
            news |= books.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    private String key() {
        return StoredInsight.key(subject.agent());
    }

    // Asking

    /** How the calls of the last minute ended. */
    RecentOutcomes recent() {
        lock.lock();
        try {
            return lastMinute.with(advance(ticker.nanoTime()));
        } finally {
            lock.unlock();
        }
    }

    /** What both variants' calls of the last minute were like. */
    Minute lastMinute() {
        lock.lock();
        try {
            return lastMinute.minute(advance(ticker.nanoTime()), began, wall.instant());
        } finally {
            lock.unlock();
        }
    }

    Comparison compare(Duration back) {
        Span span = Span.covering(back);
        Findings findings = subject.findings().get();
        Subject watched;
        InsightRecord.Window window;
        Instant to;
        lock.lock();
        try {
            LiveSlice now = advance(ticker.nanoTime());
            watched = subject;
            to = wall.instant();
            window = window(span, now);
        } finally {
            lock.unlock();
        }
        return comparison(watched, span, window, to, findings);
    }

    private InsightRecord.Window window(Span span, LiveSlice now) {
        if (span == Span.ROLLOUT) {
            Rollup rollup = rollup(now);
            return new InsightRecord.Window(rollup.since(), rollup.baseline(), rollup.candidate());
        }
        Tally baseline = new Tally();
        Tally candidate = new Tally();
        Level level = span == Span.FIVE_MINUTES ? minutes : span == Span.HOUR ? tenMinutes : hours;
        level.collect(now.index, baseline, candidate);
        baseline.addAll(now.peek(LiveSlice.BASELINE));
        candidate.addAll(now.peek(LiveSlice.CANDIDATE));
        return new InsightRecord.Window(later(windowsBegan, wall.instant().minus(span.length())), baseline, candidate);
    }

    private Rollup rollup(LiveSlice now) {
        Rollup rollup = run.rollUp();
        rollup.add(day(now.index), now.peek(LiveSlice.BASELINE), now.peek(LiveSlice.CANDIDATE));
        return rollup;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    static Comparison comparison(
            Subject subject, Span span, InsightRecord.Window window, Instant to, Findings findings) {
        VariantFigures proven = Figures.of(Variant.BASELINE, subject.baseline(), window.baseline());
        String name = subject.candidate();
        VariantFigures tried = name == null ? null : Figures.of(Variant.CANDIDATE, name, window.candidate());
        Judge.Conclusion conclusion = Judge.judge(proven, tried, findings, subject.limits());
        return new Comparison(
                subject.agent(),
                span == Span.ROLLOUT ? lasted(window.from(), to) : span.length(),
                window.from(),
                to,
                proven,
                tried,
                findings.split(),
                findings.evidence(),
                conclusion.verdict(),
                conclusion.why());
    }

    private static Duration lasted(Instant from, Instant to) {
        return Duration.ofSeconds(Math.max(1, Duration.between(from, to).toSeconds()));
    }

    Timeline timeline(Duration back) {
        Resolution resolution = Resolution.covering(back);
        lock.lock();
        try {
            LiveSlice now = advance(ticker.nanoTime());
            Level level = level(resolution);
            return resolution.timeline(
                    subject.agent(),
                    back,
                    level.points(now, subject.sharePercent().getAsDouble()),
                    level.index(now.index));
        } finally {
            lock.unlock();
        }
    }

    private Level level(Resolution resolution) {
        return switch (resolution) {
            case SECONDS -> seconds;
            case MINUTES -> minutes;
            case TEN_MINUTES -> tenMinutes;
        };
    }

    ExperimentResult experiment() {
        Subject watched = subject;
        Findings findings = watched.findings().get();
        Rollup rollup;
        Instant now;
        lock.lock();
        try {
            rollup = rollup(advance(ticker.nanoTime()));
            now = wall.instant();
        } finally {
            lock.unlock();
        }
        return Experiment.answer(watched.agent(), watched.experiment(), rollup, findings.split(), now);
    }
}
