package dev.understudy.report;

import dev.understudy.event.RolloutDecision;
import dev.understudy.insight.Timeline;
import dev.understudy.insight.Timeline.Point;
import java.util.List;

/**
 * The candidate's share over time, as steps. A point knows the share at its end; decisions inside it know the instant.
 *
 * @param timeline the time to show
 * @param decisions the history, the oldest first
 * @param time the axis
 * @param marks where decisions are marked
 */
record ShareChart(Timeline timeline, List<RolloutDecision> decisions, TimeScale time, List<Double> marks) {

    private static final int COLUMNS = 400;

    void write(Html html) {
        LinearScale up = LinearScale.share(highest());
        Frame frame = new Frame("share", "Share of the candidate", description(), 110, time, up, marks);
        frame.begin(html);
        String steps = steps(up);
        if (!steps.isEmpty()) {
            html.empty("path", "class", "area candidate", "d", steps + "V1000H0Z");
            html.empty("path", "class", "line candidate strong", "d", steps);
        }
        frame.endData(html);
        frame.end(html);
    }

    private double highest() {
        double highest = 0;
        for (Point point : timeline.points()) {
            highest = Math.max(highest, point.sharePercent());
        }
        for (RolloutDecision decision : decisions) {
            if (!time.isBefore(decision.at()) && !time.isAfter(decision.at())) {
                highest = Math.max(highest, Math.max(decision.sharePercentBefore(), decision.sharePercent()));
            }
        }
        return highest;
    }

    private String description() {
        List<Point> points = timeline.points();
        if (points.isEmpty()) {
            return "No data.";
        }
        return "It begins at " + Numbers.share(points.get(0).sharePercent()) + ", is "
                + Numbers.share(highest()) + " at most and ends at "
                + Numbers.share(points.get(points.size() - 1).sharePercent()) + ".";
    }

    private String steps(Scale up) {
        Steps steps = new Steps(up);
        int next = 0;
        for (Point point : timeline.points()) {
            double end = Times.seconds(point.from()) + Times.seconds(timeline.width());
            while (next < decisions.size() && time.isBefore(decisions.get(next).at())) {
                next++;
            }
            boolean decided = false;
            for (; next < decisions.size() && Times.seconds(decisions.get(next).at()) < end; next++) {
                RolloutDecision decision = decisions.get(next);
                steps.begin(decision.sharePercentBefore());
                steps.to(time.at(decision.at()), decision.sharePercent());
                decided = true;
            }
            steps.begin(point.sharePercent());
            steps.to(time.at(decided ? end : Times.seconds(point.from())), point.sharePercent());
        }
        return steps.path();
    }

    /** A line of horizontal and vertical pieces; of what happens within one unit across, only the extremes. */
    private static final class Steps {
        private final Scale up;
        private final StringBuilder path = new StringBuilder();
        private String column = "";
        private double least;
        private double greatest;
        private double last;
        private double written;

        Steps(Scale up) {
            this.up = up;
        }

        void begin(double first) {
            if (path.isEmpty()) {
                path.append("M0 ").append(Curve.units(1 - up.at(first)));
                last = written = first;
            }
        }

        void to(double x, double share) {
            if (share == last) {
                return;
            }
            String here = Long.toString(Math.round(x * COLUMNS));
            if (!here.equals(column)) {
                if (!column.isEmpty()) {
                    flush();
                }
                path.append('H').append(Curve.units(x));
                column = here;
                least = greatest = last;
            }
            least = Math.min(least, share);
            greatest = Math.max(greatest, share);
            last = share;
        }

        private void flush() {
            if (least < Math.min(written, last)) {
                vertical(least);
            }
            if (greatest > Math.max(written, last)) {
                vertical(greatest);
            }
            vertical(last);
        }

        private void vertical(double share) {
            if (share != written) {
                path.append('V').append(Curve.units(1 - up.at(share)));
                written = share;
            }
        }

        String path() {
            if (path.isEmpty()) {
                return "";
            }
            if (!column.isEmpty()) {
                flush();
            }
            return path.append("H1000").toString();
        }
    }
}
