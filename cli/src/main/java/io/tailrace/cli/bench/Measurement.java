package io.tailrace.cli.bench;

import io.tailrace.cli.bench.report.Report;

/** One kind of measurement: starts what it measures, makes the load, and stops everything again. */
interface Measurement {

    Report run();
}
