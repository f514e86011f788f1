package io.tailrace.cli.bench;

import io.tailrace.cli.bench.servers.BenchServers;
import io.tailrace.cli.bench.servers.BenchTopics;
import io.tailrace.cli.bench.servers.Subject;

/** Has consumers that begin at the start of a log read it from Postgres: what fits into {@code log.recent_bytes} would come from memory. */
final class ColdReads {

    private static final int RECORD_BYTES = 10_000;

    /** A quarter more than the broker keeps unless it is told otherwise. */
    private static final long RECORDS = 64L * 1024 * 1024 * 5 / 4 / RECORD_BYTES;

    private ColdReads() {}

    /** Displaces what was produced to the topic, and has the disks come to rest. */
    static void prepare(BenchServers servers, Subject subject, String topic) {
        String other = topic + "-displacing";
        BenchTopics.create(servers, subject, other);
        servers.load().produce(servers.bootstrapServers(subject), other, RECORDS, RECORD_BYTES);
        BenchTopics.delete(servers, subject, other);
        BenchServers.flushDisks();
    }
}
