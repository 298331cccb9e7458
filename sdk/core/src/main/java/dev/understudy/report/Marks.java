package dev.understudy.report;

import dev.understudy.event.RolloutDecision;
import java.util.ArrayList;
import java.util.List;

/**
 * The numbers of decisions above the charts, each a link to its line in the table. Where several are too close they share a
 * mark; those before or after the charts' time stand at the edge.
 *
 * @param decisions the history, the oldest first; the first one is number 1
 * @param time the charts' time
 */
record Marks(List<RolloutDecision> decisions, TimeScale time) {

    private static final int HEIGHT = 26;

    /** Numbers that share a mark, both inclusive, where the first of them lies. */
    private record Group(int first, int last, double at) {}

    /** Where the decisions lie that fall into the charts' time. */
    List<Double> inside() {
        List<Double> inside = new ArrayList<>();
        for (RolloutDecision decision : decisions) {
            if (!time.isBefore(decision.at()) && !time.isAfter(decision.at())) {
                double at = time.at(decision.at());
                if (inside.isEmpty() || at - inside.get(inside.size() - 1) > 0.001) {
                    inside.add(at);
                }
            }
        }
        return inside;
    }

    void write(Html html) {
        if (decisions.isEmpty()) {
            return;
        }
        lane(html, "wide", 0.045);
        lane(html, "narrow", 0.13);
    }

    /** One for wide pages and one for narrow ones: how many numbers fit beside each other depends on it. */
    private void lane(Html html, String kind, double room) {
        html.open("div", "class", "plot marks " + kind);
        html.leaf("span", "", "class", "axis");
        html.open("svg", "class", "picture", "width", "100%", "height", Frame.pixels(HEIGHT));
        html.leaf("title", "Decisions, numbered as in the table below");
        for (Group group : groups(room)) {
            write(html, group);
        }
        html.close().close();
    }

    private List<Group> groups(double room) {
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < decisions.size(); i++) {
            double at = time.at(decisions.get(i).at());
            int last = groups.size() - 1;
            if (last >= 0 && at - groups.get(last).at() < room) {
                groups.set(
                        last,
                        new Group(
                                groups.get(last).first(),
                                i + 1,
                                groups.get(last).at()));
            } else {
                groups.add(new Group(i + 1, i + 1, at));
            }
        }
        return groups;
    }

    private void write(Html html, Group group) {
        RolloutDecision first = decisions.get(group.first() - 1);
        RolloutDecision last = decisions.get(group.last() - 1);
        String number = Integer.toString(group.first());
        String label = group.first() == group.last() ? number : number + "–" + group.last();
        if (time.isBefore(first.at())) {
            label = "‹" + label;
        }
        if (time.isAfter(last.at())) {
            label = label + "›";
        }
        boolean rollback =
                decisions.subList(group.first() - 1, group.last()).stream().anyMatch(RolloutDecision::isRollback);
        int width = Math.max(20, 10 + 7 * label.length());
        html.open("svg", "x", Curve.percent(group.at()), "y", "2");
        html.open("a", "href", "#decision-" + number, "class", rollback ? "number rollback" : "number");
        html.empty(
                "rect",
                "x",
                Frame.pixels(-width / 2.0),
                "width",
                Integer.toString(width),
                "height",
                "20",
                "rx",
                rollback ? "3" : "10");
        html.leaf("text", label, "y", "14", "text-anchor", "middle");
        html.close().close();
    }
}
