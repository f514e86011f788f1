package io.tailrace.cli.dev;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of {@code tailrace dev}. Written by picocli, on the main thread. */
final class DevOptions {

    @Option(names = "--port", paramLabel = "PORT", description = "Of the broker (${DEFAULT-VALUE}).")
    int port = 9092;

    @Option(
            names = "--target-port",
            paramLabel = "PORT",
            description = "Of the Apache Kafka that records are forwarded to (${DEFAULT-VALUE}).")
    int targetPort = 19092;

    @Option(
            names = "--postgres-port",
            paramLabel = "PORT",
            description = "Of Postgres; 0 is that of the last time, or any free one (${DEFAULT-VALUE}).")
    int postgresPort;

    @Option(names = "--data", paramLabel = "DIR", description = "Where everything is kept (${DEFAULT-VALUE}).")
    Path data = Path.of("data");

    @Option(names = "--no-target", description = "Broker and Postgres alone: no Kafka, no forwarder.")
    boolean noTarget;
}
