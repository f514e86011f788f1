package io.tailrace.cli.bench;

import io.tailrace.cli.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What grows while the throughput is measured: what follows {@code --scale}. */
enum Dimension {
    PARTITIONS("partitions", "partitions of the topic", 1, 1_000),
    PRODUCERS("producers", "producers at the same time", 1, 100),
    SIZE("size", "bytes of a record", 1, 1_000_000),
    ROWS("rows", "records that the topic holds already", 0, 1_000_000_000);

    private final String label;
    private final String description;
    private final long least;
    private final long greatest;

    Dimension(String label, String description, long least, long greatest) {
        this.label = label;
        this.description = description;
        this.least = least;
        this.greatest = greatest;
    }

    /** As the option names it. */
    String label() {
        return label;
    }

    /** With the unit. */
    String description() {
        return description;
    }

    /** The values that are measured unless the user names others, ascending. */
    List<Long> defaults() {
        LongStream values =
                switch (this) {
                    case PARTITIONS -> LongStream.of(1, 4, 16, 64, 256, 1_000);
                    case PRODUCERS -> LongStream.of(1, 2, 5, 10, 25, 50, 100);
                    case SIZE -> LongStream.of(10, 100, 1_000, 10_000, 100_000);
                    case ROWS -> LongStream.of(0, 1_000_000, 3_000_000, 10_000_000);
                };
        return values.boxed().toList();
    }

    /**
     * Ascending, each once.
     *
     * @throws UserError if one of them is out of range
     */
    List<Long> checked(List<Long> values) {
        for (long value : values) {
            if (value < least || value > greatest) {
                throw new UserError("--values with --scale " + label + " must be " + least + " to " + greatest
                        + ", and " + value + " is not");
            }
        }
        return values.stream().distinct().sorted().toList();
    }

    /** Reads the option's value. */
    static final class Converter implements ITypeConverter<Dimension> {

        @Override
        public Dimension convert(String value) {
            return Arrays.stream(Dimension.values())
                    .filter(dimension -> dimension.label.equals(value))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "\"" + value + "\" is none of partitions, producers, size and rows"));
        }
    }
}
