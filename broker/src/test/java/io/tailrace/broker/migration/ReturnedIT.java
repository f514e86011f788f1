package io.tailrace.broker.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.local.junit.PostgresExtension;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients that return to a log that a forwarder has filled meanwhile. */
class ReturnedIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int BROUGHT_BACK = 100;

    private MigrationFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new MigrationFixture(POSTGRES.freshDatabase());
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    /** As the forwarder's reverse shadow does. */
    private void bringBack() throws Exception {
        long topic = fixture.number("SELECT id FROM kafka.topics WHERE name = 'orders'");
        fixture.execute("WITH claimed AS (UPDATE kafka.partitions SET next_offset = next_offset + " + BROUGHT_BACK
                + " RETURNING next_offset), forgotten AS (DELETE FROM kafka.producer_sequences)"
                + " INSERT INTO kafka.messages_" + topic
                + " (topic_id, partition_id, partition_offset, value, timestamp_ms, global_offset) SELECT " + topic
                + ", 0, next_offset - n, 'back', 1700000000000, 1000000 + n FROM claimed, generate_series(1, "
                + BROUGHT_BACK + ") AS n");
    }

    @Test
    void shouldServeWhatCameInWhileTheClusterWasMovedAndAppendBehindIt() throws Exception {
        // Given
        assertThat(fixture.error(7, 0)).isEqualTo(Errors.NONE);
        assertThat(fixture.error(7, 1)).isEqualTo(Errors.NONE);
        fixture.move(true);
        bringBack();

        // When
        fixture.execute("SELECT kafka.mark_returned()");
        await().atMost(PATIENCE).until(() -> fixture.error(9, 0) == Errors.NONE);

        // Then
        PartitionProduceResponse goesOn = fixture.produce(7, 500);
        assertThat(Errors.forCode(goesOn.errorCode()))
                .as("a producer whose records in between went to the target")
                .isEqualTo(Errors.NONE);
        assertThat(goesOn.baseOffset()).isEqualTo(2 + BROUGHT_BACK + 1);
        List<ConsumerRecord<String, String>> read = fixture.broker().read("orders", 0, 2 + BROUGHT_BACK + 2);
        assertThat(read).extracting(ConsumerRecord::offset).containsExactlyElementsOf(offsets(read.size()));
    }

    private static List<Long> offsets(long end) {
        return LongStream.range(0, end).boxed().toList();
    }
}
