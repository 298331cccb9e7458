package dev.understudy.report;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A line through many points, as the path of a picture 1,000 units wide and high that is stretched to whatever the page has.
 * Of the points in one column (a 400th of the width) the first, the least, the greatest and the last are kept, which looks the
 * same (Jugel et al., "M4: a visualization-oriented time series data aggregation", VLDB 2014). Not thread-safe.
 */
final class Curve {

    static final int SIZE = 1000;

    private static final int COLUMNS = 400;

    private final StringBuilder path = new StringBuilder();
    private int column = -1;
    private double firstX;
    private double leastX;
    private double greatestX;
    private double lastX;
    private double firstY;
    private double leastY;
    private double greatestY;
    private double lastY;
    private boolean gap = true;
    private boolean gapBefore = true;
    private int pointsSinceMove;

    /** Goes on to a point, each coordinate 0 to 1, from left to right and from bottom to top. */
    void to(double x, double y) {
        int here = (int) (x * COLUMNS);
        if (here != column) {
            flush();
            column = here;
            gapBefore = gap;
            firstX = leastX = greatestX = x;
            firstY = leastY = greatestY = y;
        }
        gap = false;
        lastX = x;
        lastY = y;
        if (y < leastY) {
            leastX = x;
            leastY = y;
        }
        if (y > greatestY) {
            greatestX = x;
            greatestY = y;
        }
    }

    /** Nothing was measured here: the line ends, unless it goes on in the same column. */
    void gap() {
        gap = true;
    }

    String path() {
        flush();
        column = -1;
        dotIfAlone();
        return path.toString();
    }

    private void flush() {
        if (column < 0) {
            return;
        }
        if (gapBefore) {
            dotIfAlone();
            path.append('M');
            pointsSinceMove = 0;
        } else {
            path.append('L');
        }
        point(firstX, firstY);
        boolean leastFirst = leastX <= greatestX;
        further(leastFirst ? leastX : greatestX, leastFirst ? leastY : greatestY);
        further(leastFirst ? greatestX : leastX, leastFirst ? greatestY : leastY);
        further(lastX, lastY);
    }

    private double writtenX;
    private double writtenY;

    private void further(double x, double y) {
        if (x != writtenX || y != writtenY) {
            path.append('L');
            point(x, y);
        }
    }

    private void point(double x, double y) {
        path.append(units(x)).append(' ').append(units(1 - y));
        writtenX = x;
        writtenY = y;
        pointsSinceMove++;
    }

    /** A single point is a line of no length, which round ends make a dot. */
    private void dotIfAlone() {
        if (pointsSinceMove == 1) {
            path.append("h0");
        }
    }

    /** A position, 0 to 1, in units of the picture. */
    static String units(double position) {
        return number(Scale.clamp(position) * SIZE, 1);
    }

    /** A position, 0 to 1, in per cent of a length. */
    static String percent(double position) {
        return number(Scale.clamp(position) * 100, 2) + "%";
    }

    private static String number(double value, int decimals) {
        BigDecimal rounded = BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_UP);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }
}
