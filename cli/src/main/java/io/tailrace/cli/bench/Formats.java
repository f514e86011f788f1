package io.tailrace.cli.bench;

import io.tailrace.cli.bench.servers.Subject;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The row shapes that are measured: what follows {@code --format}. */
record Formats(List<Subject> tailrace) {

    static final Formats RECORDS = new Formats(List.of(Subject.TAILRACE_RECORDS));

    Formats {
        tailrace = List.copyOf(tailrace);
    }

    /** Tailrace with each of the row shapes, and Apache Kafka. */
    List<Subject> withKafka() {
        List<Subject> all = new ArrayList<>(tailrace);
        all.add(Subject.KAFKA);
        return all;
    }

    /** Reads the option's value. */
    static final class Converter implements ITypeConverter<Formats> {

        @Override
        public Formats convert(String value) {
            return switch (value) {
                case "records" -> RECORDS;
                case "batches" -> new Formats(List.of(Subject.TAILRACE_BATCHES));
                case "both" -> new Formats(List.of(Subject.TAILRACE_RECORDS, Subject.TAILRACE_BATCHES));
                default ->
                    throw new TypeConversionException(
                            "\"" + value + "\" is none of the row shapes records, batches and both");
            };
        }
    }
}
