package dev.understudy.insight;

import dev.understudy.store.StoredRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a running process has written down of an agent's calls, for another process to read: the command line compares and reports
 * without a registry. As old as the latest write: at most some ten seconds while the process has calls. Immutable.
 */
public final class StoredInsight {

    private final String agent;
    private final Map<String, String> fields;

    /**
     * Opens what was written.
     *
     * @param agent the agent
     * @param record the record of the key {@link #key(String)}
     * @throws IllegalArgumentException if the record is something else
     */
    public StoredInsight(String agent, StoredRecord record) {
        this.agent = agent;
        this.fields = record.fields();
        if (record.isBlank()) {
            throw new IllegalArgumentException("Nothing is written about agent '" + agent + "' yet");
        }
        InsightRecord.check(fields);
    }

    /**
     * Returns where insight of an agent is kept.
     *
     * @param agent the agent
     * @return a key of the {@link dev.understudy.store.RolloutStore}
     */
    public static String key(String agent) {
        return agent + InsightRecord.SUFFIX;
    }

    /**
     * Returns when this was written.
     *
     * @return the instant, by the clock of the process that wrote it
     */
    public Instant writtenAt() {
        return InsightRecord.written(fields);
    }

    /**
     * Compares the candidate with the baseline, as {@code ModelRegistry.compare} did at the moment of writing.
     *
     * @param window how far back to look from then
     * @return both beside each other
     * @throws IllegalArgumentException if the window is not positive, or what is written cannot be read
     */
    public Comparison compare(Duration window) {
        Span span = Span.covering(window);
        Subject subject = InsightRecord.subject(agent, fields);
        InsightRecord.Window seen;
        if (span == Span.ROLLOUT) {
            Rollup rollup = rollup(subject);
            seen = new InsightRecord.Window(rollup.since(), rollup.baseline(), rollup.candidate());
        } else {
            seen = InsightRecord.window(fields, span);
        }
        return AgentInsight.comparison(subject, span, seen, writtenAt(), InsightRecord.findings(fields));
    }

    /**
     * Tells how the agent fared until the moment of writing.
     *
     * @param back how far back to look from then, as for {@code ModelRegistry.timeline}
     * @return the points; none where nothing is known
     * @throws IllegalArgumentException if the time is not positive, or what is written cannot be read
     */
    public Timeline timeline(Duration back) {
        Resolution resolution = Resolution.covering(back);
        PointRing known = InsightRecord.timelines(fields).getOrDefault(resolution, new PointRing(resolution.points()));
        return resolution.timeline(agent, back, known, known.newest());
    }

    /**
     * Answers an experiment by what was seen until the moment of writing.
     *
     * @param settings what is to be shown, or null where nothing is
     * @return the answer, with its criteria
     * @throws IllegalArgumentException if what is written cannot be read
     */
    public ExperimentResult experiment(@Nullable ExperimentSettings settings) {
        Subject subject = InsightRecord.subject(agent, fields);
        return Experiment.answer(
                agent, settings, rollup(subject), InsightRecord.findings(fields).split(), writtenAt());
    }

    private Rollup rollup(Subject subject) {
        RolloutBook book = InsightRecord.book(fields, subject.book());
        return book == null ? Rollup.of(writtenAt(), List.of()) : Rollup.of(book.since(), List.of(book));
    }

    @Override
    public String toString() {
        return "StoredInsight[" + agent + ", " + fields.get("written") + "]";
    }
}
