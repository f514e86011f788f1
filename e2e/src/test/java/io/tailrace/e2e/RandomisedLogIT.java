package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.client.PacedLoad;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.ForwarderProgram;
import io.tailrace.e2e.program.Programs;
import io.tailrace.e2e.record.LogComparison;
import io.tailrace.e2e.record.RecordGenerator;
import io.tailrace.local.KafkaListener;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.LocalPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Several idempotent producers, each with partitions of its own, while broker, Postgres, forwarder and target are killed and
 * restarted at random and the forwarder's slot is dropped: what was acknowledged is in the log once and in order, offsets have no
 * hole, and the target has it all, once.
 * Which one is struck when follows from the seed.
 */
class RandomisedLogIT {

    private static final int PRODUCERS = 3;
    private static final int PARTITIONS_EACH = 2;
    private static final int RECORDS_PER_SECOND = 300;

    @RegisterExtension
    final Programs programs = new Programs();

    @Test
    void shouldKeepItsPromisesWhateverIsKilled() throws Exception {
        // Given
        long seed = Seed.of(RandomisedLogIT.class);
        Random random = new Random(seed);
        LocalPostgres postgres = programs.startPostgres();
        LocalKafka target = programs.startTarget();
        BrokerProgram broker = programs.startBroker(postgres.address(), Map.of());
        ForwarderProgram forwarder = programs.forwarder(postgres.address(), target, Map.of());
        forwarder.start();
        List<PacedLoad> loads = new ArrayList<>();
        try {
            for (int i = 0; i < PRODUCERS; i++) {
                List<TopicPartition> partitions =
                        Clients.createTopic(broker.connection(), "random-" + i, PARTITIONS_EACH);
                RecordGenerator generator = new RecordGenerator(seed + i, 20_000);
                loads.add(PacedLoad.start(broker.connection(), generator, partitions, RECORDS_PER_SECOND));
            }

            // When
            long endNs = System.nanoTime()
                    + Soak.duration(Duration.ofSeconds(25), Duration.ofMinutes(10))
                            .toNanos();
            while (System.nanoTime() < endNs) {
                Thread.sleep(500 + random.nextInt(4_000));
                strike(random.nextInt(9), postgres, target, broker, forwarder);
            }
            loads.forEach(PacedLoad::stop);

            // Then
            for (PacedLoad load : loads) {
                assertThat(load.failures()).isEmpty();
                Arrival.assertIdentical(broker.connection(), load.sent());
                assertArrives(target, load);
            }
        } finally {
            loads.forEach(PacedLoad::close);
        }
    }

    private static void strike(
            int what, LocalPostgres postgres, LocalKafka target, BrokerProgram broker, ForwarderProgram forwarder)
            throws Exception {
        switch (what) {
            case 0, 1 -> broker.killAndRestart();
            case 2 -> broker.restart();
            case 3 -> postgres.killAndRestart();
            case 4 -> postgres.restart();
            case 5, 6 -> {
                forwarder.kill();
                forwarder.start();
            }
            case 7 -> forwarder.dropSlot();
            default -> {
                target.kill();
                target.startAgain();
            }
        }
    }

    private static void assertArrives(LocalKafka target, PacedLoad load) {
        Map<String, Object> connection = target.clientProperties(KafkaListener.SASL_SSL);
        Arrival.awaitLast(connection, load.sent(), Duration.ofMinutes(2));
        LogComparison comparison = Arrival.compare(connection, load.sent());
        System.out.println(
                "forwarded " + load.sent().size() + " records, " + comparison.duplicates() + " of them again");
        assertThat(comparison.isIdentical()).as(comparison.toString()).isTrue();
    }
}
