package dev.understudy.report;

import dev.understudy.report.Scale.Tick;
import java.util.List;

/**
 * The frame of a chart: the vertical axis at its left, and a picture that is as wide as the page allows. Positions across are
 * percentages and text is in pixels, so that a phone shows the same chart narrower, with letters of the same size.
 *
 * @param id what the picture is called in the page
 * @param title what it shows
 * @param description the same in a sentence with its figures, for who cannot see it
 * @param height in pixels
 * @param across the horizontal axis
 * @param up the vertical axis
 * @param marks where decisions are marked, 0 to 1
 */
record Frame(String id, String title, String description, int height, Scale across, Scale up, List<Double> marks) {

    private static final int ABOVE = 7;
    private static final int BELOW = 5;

    /** Writes it around what is drawn between {@link #end}. */
    void begin(Html html) {
        html.open("div", "class", "plot");
        html.open("svg", "class", "axis", "width", "52", "height", pixels(height), "aria-hidden", "true");
        for (Tick tick : up.ticks()) {
            html.leaf("text", tick.label(), "x", "44", "y", pixels(down(tick.at()) + 4), "text-anchor", "end");
        }
        html.close();
        picture(html, id, title, description, height);
        for (Tick tick : up.ticks()) {
            String y = pixels(down(tick.at()));
            html.empty("line", "class", "grid", "x1", "0", "x2", "100%", "y1", y, "y2", y);
        }
        grid(html, across.ticks());
        html.open(
                "svg",
                "class",
                "data",
                "y",
                pixels(ABOVE),
                "width",
                "100%",
                "height",
                pixels(height - ABOVE - BELOW),
                "viewBox",
                "0 0 1000 1000",
                "preserveAspectRatio",
                "none");
        if (!marks.isEmpty()) {
            StringBuilder path = new StringBuilder();
            for (double mark : marks) {
                path.append('M').append(Curve.units(mark)).append(" 0V1000");
            }
            html.empty("path", "class", "mark", "d", path.toString());
        }
    }

    /** Ends the stretched part: what follows is in pixels. */
    void endData(Html html) {
        html.close();
    }

    void end(Html html) {
        html.close().close();
    }

    /** Where a position of the vertical axis lies, in pixels from the top. */
    double down(double position) {
        return ABOVE + (1 - position) * (height - ABOVE - BELOW);
    }

    static void picture(Html html, String id, String title, String description, int height) {
        html.open(
                "svg",
                "class",
                "picture",
                "width",
                "100%",
                "height",
                pixels(height),
                "role",
                "img",
                "aria-labelledby",
                id + "-title " + id + "-desc");
        html.leaf("title", title, "id", id + "-title");
        html.leaf("desc", description, "id", id + "-desc");
    }

    static void grid(Html html, List<Tick> ticks) {
        for (Tick tick : ticks) {
            vertical(html, "grid", tick.at());
        }
    }

    static void vertical(Html html, String kind, double at) {
        String x = Curve.percent(at);
        html.empty("line", "class", kind, "x1", x, "x2", x, "y1", "0", "y2", "100%");
    }

    /** The labels of a horizontal axis; every other one is left out where there is no room. */
    static void axis(Html html, List<Tick> ticks, List<Tick> below) {
        html.open("div", "class", "plot");
        html.open("svg", "class", "axis", "width", "52", "height", "1", "aria-hidden", "true")
                .close();
        int height = below.isEmpty() ? 18 : 34;
        html.open("svg", "class", "picture", "width", "100%", "height", pixels(height), "aria-hidden", "true");
        for (int i = 0; i < ticks.size(); i++) {
            label(html, ticks.get(i), 13, (ticks.size() - 1 - i) % 2 == 0 ? "tick" : "tick odd");
        }
        for (Tick tick : below) {
            label(html, tick, 29, "tick day");
        }
        html.close().close();
    }

    private static void label(Html html, Tick tick, int y, String kind) {
        html.leaf(
                "text",
                tick.label(),
                "class",
                kind,
                "x",
                Curve.percent(tick.at()),
                "y",
                pixels(y),
                "text-anchor",
                anchor(tick.at()));
    }

    /** Text at an edge grows inward. */
    static String anchor(double at) {
        return at < 0.04 ? "start" : at > 0.96 ? "end" : "middle";
    }

    static String pixels(double pixels) {
        long tenths = Math.round(pixels * 10);
        return tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + Math.abs(tenths % 10);
    }
}
