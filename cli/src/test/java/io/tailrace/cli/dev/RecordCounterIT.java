package io.tailrace.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

class RecordCounterIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final PostgresAddress database = POSTGRES.freshDatabase();

    @BeforeEach
    void migrate() {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(database.jdbcUrl());
        dataSource.setUser(database.user());
        dataSource.setPassword(database.password());
        Migrations.migrate(dataSource);
    }

    @Test
    void shouldCountWhatIsNotForwardedAsLag() throws Exception {
        // Given
        execute(
                """
                INSERT INTO kafka.topics (topic_uuid, name, partitions) VALUES (gen_random_uuid(), 'a', 3);
                INSERT INTO kafka.partitions (topic_id, partition_id, next_offset) VALUES (1, 0, 10), (1, 1, 5), (1, 2, 0);
                INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset)
                VALUES ('f', 1, 0, 7);
                """);

        // When
        RecordCounts counts;
        try (RecordCounter counter = new RecordCounter(database)) {
            counts = counter.count();
        }

        // Then
        assertThat(counts).isEqualTo(new RecordCounts(15, 7));
        assertThat(counts.lag()).isEqualTo(8);
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
