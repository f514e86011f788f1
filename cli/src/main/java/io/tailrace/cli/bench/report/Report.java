package io.tailrace.cli.bench.report;

import java.util.List;
import java.util.Optional;

/** What a measurement came to. */
public interface Report {

    /** Markdown, for people; every figure has its unit beside or above it. */
    List<String> lines();

    /** The same and more as records, whose components are the keys of the JSON output. */
    Object json();

    /** The same as a picture, if it makes one. */
    default Optional<LineChart> chart() {
        return Optional.empty();
    }
}
