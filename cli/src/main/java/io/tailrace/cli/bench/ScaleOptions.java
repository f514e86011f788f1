package io.tailrace.cli.bench;

import io.tailrace.cli.UserError;
import io.tailrace.cli.bench.report.LineChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code --scale}. Filled by picocli. */
final class ScaleOptions {

    @Option(
            names = "--values",
            paramLabel = "N",
            split = ",",
            description = "With --scale: the values to measure at, such as 1,10,100, instead of its own.")
    private List<Long> values = new ArrayList<>();

    @Option(
            names = "--chart",
            paramLabel = "FILE",
            description = "With --scale: draw the result into this file as an SVG.")
    private @Nullable Path chart;

    /** Ascending; the dimension's own if none were given. */
    List<Long> values(Dimension dimension) {
        return values.isEmpty() ? dimension.defaults() : dimension.checked(values);
    }

    /** A chart that cannot be written is better told before hours of measuring than after them. */
    void check() {
        if (chart == null) {
            return;
        }
        Path directory = chart.toAbsolutePath().getParent();
        if (directory == null || !Files.isWritable(directory) || Files.isDirectory(chart)) {
            throw new UserError("--chart cannot be written to " + chart
                    + ": name a file in a directory that exists and that you may write to");
        }
    }

    void write(LineChart drawing) {
        if (chart == null) {
            return;
        }
        try {
            Files.writeString(chart, drawing.svg());
        } catch (IOException e) {
            throw new UserError("--chart cannot be written to " + chart + ": " + e.getMessage());
        }
    }
}
