package io.tailrace.cli.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Consumes what is produced from now on, and so what has just been written. A program of its own: makes a file when it is
 * ready for the first record. Public, since it is started as a program.
 */
public final class TailConsumer {

    private static final Duration SILENCE_LIMIT = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);

    private TailConsumer() {}

    /**
     * Arguments: address, topic, records, the file that says that it is ready.
     *
     * @throws IllegalStateException if nothing arrives for a minute
     */
    public static void main(String[] args) throws IOException {
        long records = Long.parseLong(args[2]);
        try (KafkaConsumer<byte[], byte[]> consumer = Clients.consumerAtTheEnd(args[0], args[1])) {
            Files.createFile(Path.of(args[3]));
            long read = 0;
            long firstNs = 0;
            long lastNs = System.nanoTime();
            while (read < records) {
                int arrived = consumer.poll(POLL).count();
                long nowNs = System.nanoTime();
                if (arrived > 0) {
                    firstNs = read == 0 ? nowNs : firstNs;
                    lastNs = nowNs;
                    read += arrived;
                } else if (nowNs - lastNs > SILENCE_LIMIT.toNanos()) {
                    throw new IllegalStateException("only " + read + " of " + records + " records arrived");
                }
            }
            System.out.println(PerfOutput.programLine(read, Math.max(1_000_000, lastNs - firstNs)));
        }
    }
}
