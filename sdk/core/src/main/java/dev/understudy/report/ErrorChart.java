package dev.understudy.report;

import dev.understudy.insight.Timeline;
import dev.understudy.insight.Timeline.Point;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Errors over time, a lane of bars each for the candidate, the baseline, and what callers saw of them, all to one scale: an empty
 * lane is the good news.
 *
 * @param timeline the time to show
 * @param time the axis
 * @param marks where decisions are marked
 */
record ErrorChart(Timeline timeline, TimeScale time, List<Double> marks) {

    private static final int HEIGHT = 44;
    private static final int MOST_BARS = 200;

    /** One error must be seen beside a thousand. */
    private static final double LEAST_HEIGHT = 0.08;

    /** One of the lanes. */
    private record Lane(String id, String title, String kind, ToLongFunction<Point> errors) {}

    private static final List<Lane> LANES = List.of(
            new Lane("errors-candidate", "candidate", "candidate", point -> point.candidate()
                    .errors()),
            new Lane("errors-baseline", "baseline", "baseline", point -> point.baseline()
                    .errors()),
            new Lane("errors-callers", "seen by callers", "callers", ErrorChart::seenByCallers));

    static long seenByCallers(Point point) {
        return point.baseline().callerErrors() + point.candidate().callerErrors();
    }

    void write(Html html) {
        int together = Math.max(1, -Math.floorDiv(-timeline.points().size(), MOST_BARS));
        long most = 1;
        for (Lane lane : LANES) {
            for (int i = 0; i < timeline.points().size(); i += together) {
                most = Math.max(most, sum(lane, i, together));
            }
        }
        for (Lane lane : LANES) {
            write(html, lane, together, most);
        }
    }

    private void write(Html html, Lane lane, int together, long most) {
        long total = sum(lane, 0, timeline.points().size());
        html.open("p", "class", "lane").text(lane.title() + " ");
        html.leaf("b", Numbers.count(total), "class", total == 0 ? "none" : "some")
                .close();
        LinearScale up = new LinearScale(most, 1, Numbers::compact);
        Frame frame = new Frame(
                lane.id(),
                "Errors, " + lane.title(),
                Numbers.count(total, "error") + " in all.",
                HEIGHT,
                time,
                up,
                marks);
        frame.begin(html);
        String bars = bars(lane, together, up);
        if (!bars.isEmpty()) {
            html.empty("path", "class", "bars " + lane.kind(), "d", bars);
        }
        frame.endData(html);
        frame.end(html);
    }

    private long sum(Lane lane, int from, int count) {
        long sum = 0;
        for (int i = from; i < Math.min(from + count, timeline.points().size()); i++) {
            sum += lane.errors().applyAsLong(timeline.points().get(i));
        }
        return sum;
    }

    private String bars(Lane lane, int together, Scale up) {
        StringBuilder path = new StringBuilder();
        double width = Times.seconds(timeline.width()) * together;
        for (int i = 0; i < timeline.points().size(); i += together) {
            long errors = sum(lane, i, together);
            if (errors > 0) {
                double from = Times.seconds(timeline.points().get(i).from());
                String left = Curve.units(time.at(from + width * 0.08));
                String right = Curve.units(time.at(from + width * 0.92));
                String top = Curve.units(1 - Math.max(up.at((double) errors), LEAST_HEIGHT));
                path.append('M')
                        .append(left)
                        .append(" 1000V")
                        .append(top)
                        .append('H')
                        .append(right)
                        .append("V1000Z");
            }
        }
        return path.toString();
    }
}
