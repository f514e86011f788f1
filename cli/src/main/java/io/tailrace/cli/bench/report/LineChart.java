package io.tailrace.cli.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Lines over an axis, as the text of an SVG. The axis of x is logarithmic where its values span a decade and more; that of y
 * begins at 0.
 */
public record LineChart(String title, String xLabel, String yLabel, List<Series> lines) {

    /** A measured value. */
    public record Point(double x, double y) {}

    /**
     * One line.
     *
     * @param color as SVG names it
     * @param dashed so that two lines of one colour can be told apart
     */
    public record Series(String name, String color, boolean dashed, List<Point> points) {

        public Series {
            points = List.copyOf(points);
        }
    }

    private static final int WIDTH = 860;
    private static final int LEFT = 90;
    private static final int RIGHT = 830;
    private static final int TOP = 50;
    private static final int BOTTOM = 400;
    private static final int LEGEND_LINE = 20;

    public LineChart {
        lines = List.copyOf(lines);
        if (lines.stream().allMatch(line -> line.points().isEmpty())) {
            throw new IllegalArgumentException("a chart of nothing");
        }
    }

    /** A whole document. */
    public String svg() {
        Axis x = Axis.ofValues(points().map(Point::x).distinct().sorted().toList(), LEFT, RIGHT);
        Axis y = Axis.fromZero(points().mapToDouble(Point::y).max().orElse(1), BOTTOM, TOP);
        int height = BOTTOM + 70 + LEGEND_LINE * lines.size();
        StringBuilder svg = new StringBuilder();
        append(
                svg,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"12\">",
                WIDTH,
                height,
                WIDTH,
                height);
        append(svg, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, height);
        text(svg, WIDTH / 2.0, 28, "middle\" font-size=\"16", title);
        axes(svg, x, y);
        for (int index = 0; index < lines.size(); index++) {
            line(svg, lines.get(index), x, y);
            legend(svg, lines.get(index), BOTTOM + 70 + LEGEND_LINE * index);
        }
        return svg.append("</svg>\n").toString();
    }

    private Stream<Point> points() {
        return lines.stream().flatMap(line -> line.points().stream());
    }

    private void axes(StringBuilder svg, Axis x, Axis y) {
        for (double tick : y.ticks()) {
            double at = y.at(tick);
            append(svg, "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>", LEFT, at, RIGHT, at);
            text(svg, LEFT - 8, at + 4, "end", Axis.label(tick));
        }
        for (double tick : x.ticks()) {
            double at = x.at(tick);
            append(
                    svg,
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"black\"/>",
                    at,
                    BOTTOM,
                    at,
                    BOTTOM + 5);
            text(svg, at, BOTTOM + 20, "middle", Axis.label(tick));
        }
        append(
                svg,
                "<polyline points=\"%d,%d %d,%d %d,%d\" fill=\"none\" stroke=\"black\"/>",
                LEFT,
                TOP,
                LEFT,
                BOTTOM,
                RIGHT,
                BOTTOM);
        text(svg, (LEFT + RIGHT) / 2.0, BOTTOM + 42, "middle", xLabel);
        text(svg, LEFT, TOP - 10, "middle", yLabel);
    }

    private static void line(StringBuilder svg, Series series, Axis x, Axis y) {
        StringBuilder points = new StringBuilder();
        for (Point point : series.points()) {
            append(points, "%.1f,%.1f", x.at(point.x()), y.at(point.y()));
            append(
                    svg,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>",
                    x.at(point.x()),
                    y.at(point.y()),
                    escaped(series.color()));
        }
        append(svg, "<polyline points=\"%s\" %s/>", points.toString().strip().replace('\n', ' '), stroke(series));
    }

    private static void legend(StringBuilder svg, Series series, int y) {
        append(svg, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" %s/>", LEFT, y, LEFT + 40, y, stroke(series));
        text(svg, LEFT + 50, y + 4, "start", series.name());
    }

    private static String stroke(Series series) {
        return "fill=\"none\" stroke=\"" + escaped(series.color()) + "\" stroke-width=\"2\""
                + (series.dashed() ? " stroke-dasharray=\"6 4\"" : "");
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        append(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, escaped(text));
    }

    private static void append(StringBuilder to, String format, Object... values) {
        to.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
