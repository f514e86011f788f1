package io.tailrace.cli.bench.report;

import java.util.List;

/** What a measurement came to. */
public interface Report {

    /** A Markdown table, for people; every figure has its unit beside or above it. */
    List<String> lines();

    /** The same and more as records, whose components are the keys of the JSON output. */
    Object json();
}
