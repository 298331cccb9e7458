package dev.understudy.insight;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One candidate's rollout in this process: what the store is known to hold, what is being written, and what is still to be
 * written. Used by one thread at a time.
 */
final class Run {

    /** Under which name its days are kept. */
    final String candidate;

    /** Whether what the store holds was begun before a person re-armed the rollout, and is to go. */
    private boolean afresh;

    private boolean loaded;
    private RolloutBook saved;
    private @Nullable RolloutBook written;
    private RolloutBook unsaved;
    private LocalDate day;
    private Tally baseline = new Tally();
    private Tally candidates = new Tally();

    Run(String candidate, Instant since, LocalDate day, boolean afresh) {
        this.candidate = candidate;
        this.afresh = afresh;
        this.loaded = afresh;
        this.saved = new RolloutBook(since);
        this.unsaved = new RolloutBook(since);
        this.day = day;
    }

    Instant since() {
        return saved.since();
    }

    void add(LocalDate of, @Nullable Tally moreBaseline, @Nullable Tally moreCandidate) {
        if (!of.equals(day)) {
            endDay();
            day = of;
        }
        baseline.addAll(moreBaseline);
        candidates.addAll(moreCandidate);
    }

    private void endDay() {
        if (!baseline.isEmpty()) {
            unsaved.add(day, LiveSlice.BASELINE, baseline);
        }
        if (!candidates.isEmpty()) {
            unsaved.add(day, LiveSlice.CANDIDATE, candidates);
        }
        baseline = new Tally();
        candidates = new Tally();
    }

    boolean isLoaded() {
        return loaded;
    }

    /** Goes on where another process, or this one before its restart, left off. */
    void load(@Nullable RolloutBook stored) {
        loaded = true;
        if (stored != null) {
            stored.began(saved.since());
            saved = stored;
        }
    }

    boolean hasNews() {
        return afresh || !unsaved.isEmpty() || !baseline.isEmpty() || !candidates.isEmpty();
    }

    /** Begins to write: until it is said how that ended, what is new is kept apart. */
    void writing() {
        endDay();
        written = unsaved;
        unsaved = new RolloutBook(since());
    }

    /** What the store is to hold, where it holds this now. */
    RolloutBook merged(@Nullable RolloutBook stored) {
        RolloutBook merged = new RolloutBook(since());
        if (!afresh) {
            merged.addAll(stored != null ? stored : saved); // nothing stored: somebody has thrown it away, not us
        }
        if (written != null) {
            merged.addAll(written);
        }
        return merged;
    }

    /** The store holds this now; null where it could not be written. */
    void written(@Nullable RolloutBook stored) {
        RolloutBook news = written;
        written = null;
        if (stored != null) {
            saved = stored;
            afresh = false;
        } else if (news != null) {
            news.addAll(unsaved);
            unsaved = news;
        }
    }

    /** Adds up everything. */
    Rollup rollUp() {
        Rollup rollup =
                Rollup.of(since(), written == null ? List.of(saved, unsaved) : List.of(saved, written, unsaved));
        rollup.add(day, baseline, candidates);
        return rollup;
    }
}
