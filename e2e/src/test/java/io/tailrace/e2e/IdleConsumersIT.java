package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.e2e.client.Clients;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.Databases;
import io.tailrace.e2e.program.Programs;
import io.tailrace.e2e.record.LogReader;
import io.tailrace.local.PostgresAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Consumers that have read everything wait in the broker's memory: Postgres hears nothing of them. */
class IdleConsumersIT {

    private static final int CONSUMERS = 30;
    private static final Duration WATCHED = Duration.ofSeconds(5);

    @RegisterExtension
    static final Databases DATABASES = new Databases();

    @RegisterExtension
    static final Programs PROGRAMS = new Programs();

    @Test
    void shouldCauseNoQueryAndStillHearOfNewRecords() throws Exception {
        // Given
        PostgresAddress database = DATABASES.fresh();
        // Looking for records of kafka.produce would be counted too.
        BrokerProgram broker = PROGRAMS.startBroker(database, Map.of("outbox.poll_interval", "1h"));
        TopicPartition partition =
                Clients.createTopic(broker.connection(), "quiet", 1).get(0);
        produce(broker, partition);
        AtomicInteger received = new AtomicInteger();
        AtomicBoolean stopped = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(CONSUMERS);
        List<Future<?>> consumers = new ArrayList<>();
        try {
            for (int i = 0; i < CONSUMERS; i++) {
                consumers.add(threads.submit(() -> consume(broker, partition, received, stopped)));
            }
            await("all consumers at the end").atMost(Duration.ofSeconds(60)).until(() -> received.get() == CONSUMERS);

            // When
            long before = statements(database);
            Thread.sleep(WATCHED.toMillis());
            long after = statements(database);

            // Then
            assertThat(before).isPositive();
            assertThat(after).isEqualTo(before);
            produce(broker, partition);
            await("the new record").atMost(Duration.ofSeconds(30)).until(() -> received.get() == 2 * CONSUMERS);
        } finally {
            stopped.set(true);
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        for (Future<?> consumer : consumers) {
            consumer.get();
        }
    }

    private static void produce(BrokerProgram broker, TopicPartition partition) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(broker.connection())) {
            producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, new byte[] {1}))
                    .get();
        }
    }

    private static void consume(
            BrokerProgram broker, TopicPartition partition, AtomicInteger received, AtomicBoolean stopped) {
        try (KafkaConsumer<byte[], byte[]> consumer = LogReader.consumer(broker.connection())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (!stopped.get()) {
                received.addAndGet(consumer.poll(Duration.ofMillis(500)).count());
            }
        }
    }

    /**
     * Statements that this database has run so far, but for this question itself, what the driver says as it connects, and the
     * look at the state of a migration once a minute.
     */
    private static long statements(PostgresAddress database) throws SQLException {
        String sql =
                """
                SELECT coalesce(sum(calls), 0) FROM pg_stat_statements
                WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                  AND query NOT LIKE '%pg_stat_statements%' AND query NOT LIKE 'SET %'
                  AND query NOT LIKE '%kafka.migration%'
                """;
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
