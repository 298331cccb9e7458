package dev.understudy.report;

import dev.understudy.insight.Comparison;
import dev.understudy.insight.ExperimentResult;
import dev.understudy.insight.Timeline;
import dev.understudy.rollout.RolloutStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A rollout as one HTML page, which loads nothing from anywhere. Immutable: it shows what was known when it was made.
 *
 * <pre>{@code
 * RolloutReport.builder(status, comparison, timeline)
 *         .latencyLimit(Duration.ofMillis(400))
 *         .build()
 *         .writeTo(Path.of("incident.html"));
 * }</pre>
 */
public final class RolloutReport {

    private final RolloutStatus status;
    private final Comparison comparison;
    private final Timeline timeline;
    private final @Nullable ExperimentResult experiment;
    private final @Nullable Duration latencyLimit;

    private RolloutReport(Builder builder) {
        this.status = builder.status;
        this.comparison = builder.comparison;
        this.timeline = builder.timeline;
        this.experiment = builder.experiment;
        this.latencyLimit = builder.latencyLimit;
    }

    /**
     * Starts with what every report shows.
     *
     * @param status how the rollout stands, and its history
     * @param comparison the two variants beside each other; when it was asked is the time of the report
     * @param timeline how they fared over time; the charts show this time
     * @return a new builder
     * @throws IllegalArgumentException if they are of different agents
     */
    public static Builder builder(RolloutStatus status, Comparison comparison, Timeline timeline) {
        return new Builder(status, comparison, timeline);
    }

    /**
     * Returns the agent.
     *
     * @return its name in the configuration
     */
    public String agent() {
        return status.agent();
    }

    /**
     * Returns the page: HTML that is well-formed XML as well, at most some 300 KiB.
     *
     * @return the whole file, to be written as UTF-8
     */
    public String html() {
        return new Page(this).html();
    }

    /**
     * Writes the page. A reader sees the old file or the new one, never a part of it.
     *
     * @param file where to; what stands there is replaced, its folder must exist
     * @throws IOException if it cannot be written; what stood there then still stands
     */
    public void writeTo(Path file) throws IOException {
        WholeFile.write(file, html());
    }

    RolloutStatus status() {
        return status;
    }

    Comparison comparison() {
        return comparison;
    }

    Timeline timeline() {
        return timeline;
    }

    @Nullable
    ExperimentResult experiment() {
        return experiment;
    }

    @Nullable
    Duration latencyLimit() {
        return latencyLimit;
    }

    /** Collects what a report shows. Not thread-safe. */
    public static final class Builder {

        private final RolloutStatus status;
        private final Comparison comparison;
        private final Timeline timeline;
        private @Nullable ExperimentResult experiment;
        private @Nullable Duration latencyLimit;

        private Builder(RolloutStatus status, Comparison comparison, Timeline timeline) {
            this.status = status;
            this.comparison = comparison;
            this.timeline = timeline;
            sameAgent("comparison", comparison.agent());
            sameAgent("timeline", timeline.agent());
        }

        /**
         * The experiment that the configuration describes.
         *
         * @param result how it stands, or null; default: none, and no section about it
         * @return this
         * @throws IllegalArgumentException if it is of another agent
         */
        public Builder experiment(@Nullable ExperimentResult result) {
            if (result != null) {
                sameAgent("experiment", result.agent());
            }
            experiment = result;
            return this;
        }

        /**
         * The limit that the guard holds the candidate's latency to, to be marked in the charts.
         *
         * @param limit more than nothing, or null; default: none
         * @return this
         * @throws IllegalArgumentException if it is zero or negative
         */
        public Builder latencyLimit(@Nullable Duration limit) {
            if (limit != null && (limit.isZero() || limit.isNegative())) {
                throw new IllegalArgumentException("A latency limit is more than nothing, not " + limit);
            }
            latencyLimit = limit;
            return this;
        }

        /**
         * Makes the report.
         *
         * @return a new report
         */
        public RolloutReport build() {
            return new RolloutReport(this);
        }

        private void sameAgent(String part, String agent) {
            if (!Objects.equals(agent, status.agent())) {
                throw new IllegalArgumentException("A report is about one agent: the status is of '" + status.agent()
                        + "', the " + part + " of '" + agent + "'");
            }
        }
    }
}
