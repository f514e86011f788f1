package io.tailrace.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OldestPostgresIT {
    private static final int VERSION = PostgresRequirements.OLDEST_MAJOR_VERSION;

    /** Two records compressed with LZ4, the first with the headers "trace" (text) and "id" (two bytes). */
    private static final String BATCH =
            "00000000000000000000006dffffffff027ee611f800030000000100000000000003e80000000000"
                    + "0003e9ffffffffffffffffffffffffffff0000000204224d186040822d000000cf6c000000026b3a"
                    + "7061696420050005f00c040a74726163650a6772c3bc6e0469640400010e000202026b0100000000"
                    + "00";

    @BeforeEach
    void requirePostgres() {
        assumeTrue(
                Files.isExecutable(DebianPostgres.binaries(VERSION).resolve("initdb")),
                "Debian's postgresql-" + VERSION + " is not installed");
    }

    @Test
    void shouldMigrateTheOldestSupportedVersion() throws Exception {
        try (DebianPostgres postgres = DebianPostgres.start(VERSION, "logical")) {
            // Given
            DataSource database = Databases.dataSource(postgres.superuser());

            // When
            Migrations.migrate(database);

            // Then
            PostgresRequirements.checkForForwarder(database);
            assertThat(Databases.query(database, "SELECT count(*) FROM kafka.cluster"))
                    .isEqualTo("1");
        }
    }

    @Test
    void shouldTakeBatchesApartInParallelQueries() throws Exception {
        try (DebianPostgres postgres = DebianPostgres.start(VERSION, "logical")) {
            // Given
            DataSource database = Databases.dataSource(postgres.superuser());
            Migrations.migrate(database);
            Databases.execute(
                    database,
                    """
                    ALTER ROLE postgres SET force_parallel_mode = on;
                    INSERT INTO kafka.topics (topic_uuid, name, partitions) VALUES (gen_random_uuid(), 'orders', 1);
                    INSERT INTO kafka.partitions (topic_id, partition_id, next_offset) SELECT id, 0, 7 FROM kafka.topics;
                    CREATE TABLE kafka.messages_1 (LIKE kafka.messages INCLUDING ALL);
                    ALTER TABLE kafka.messages ATTACH PARTITION kafka.messages_1 FOR VALUES IN (1);
                    INSERT INTO kafka.messages
                        (topic_id, partition_id, partition_offset, record_count, timestamp_ms, batch, global_offset)
                    SELECT id, 0, 5, 2, 1001, decode('%s', 'hex'), 100 FROM kafka.topics;
                    """
                            .formatted(BATCH));

            // When
            String records = Databases.query(
                    database,
                    """
                    SELECT string_agg(concat_ws(' ', "offset", timestamp_ms, kafka.utf8(key), kafka.utf8(value), headers), '; '
                                      ORDER BY "offset")
                    FROM kafka.records
                    """);

            // Then
            assertThat(records)
                    .isEqualTo(
                            "5 1000 k paid paid paid paid paid paid"
                                    + " [{\"key\": \"trace\", \"value\": \"grün\"}, {\"key\": \"id\", \"base64\": \"AAE=\"}]; 6 1001 k");
            assertThat(Databases.query(
                            database, "SELECT count(*) FROM kafka.batch_records(decode('" + BATCH + "', 'hex'))"))
                    .isEqualTo("2");
            assertThat(Databases.query(database, "SELECT count(*) FROM kafka.read('orders', 0, 6)"))
                    .isEqualTo("1");
        }
    }

    @Test
    void shouldStopOnlyTheForwarderWithoutLogicalDecoding() throws Exception {
        try (DebianPostgres postgres = DebianPostgres.start(VERSION, "replica")) {
            // Given
            DataSource database = Databases.dataSource(postgres.superuser());

            // Then
            PostgresRequirements.checkForBroker(database);
            assertThatThrownBy(() -> PostgresRequirements.checkForForwarder(database))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageStartingWith("Postgres has wal_level = replica, but the forwarder needs 'logical'");
        }
    }
}
