package io.tailrace.forwarder.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

/** The map in Postgres: looked up, and kept small. */
final class OffsetMapsIT {
    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final OffsetMaps maps = new OffsetMaps("s");
    private Connection connection;

    @BeforeEach
    void open() throws SQLException {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(database.jdbcUrl());
        dataSource.setUser(database.user());
        dataSource.setPassword(database.password());
        Migrations.migrate(dataSource);
        connection = database.connect();
        execute("INSERT INTO kafka.topics (topic_uuid, name, partitions) VALUES (gen_random_uuid(), 't', 1)");
        execute("INSERT INTO kafka.partitions (topic_id, partition_id, next_offset) VALUES (1, 0, 1000)");
        execute(
                "INSERT INTO kafka.forwarder_positions (forwarder, topic_id, partition_id, next_offset, target_next_offset)"
                        + " VALUES ('s', 1, 0, 1000, 100)");
        // A record at every tenth offset.
        execute("INSERT INTO kafka.forwarder_offset_map SELECT 's', 1, 0, n * 10, n FROM generate_series(0, 99) n");
        execute("INSERT INTO kafka.forwarder_offset_map SELECT 'other', 1, 0, n * 10, 7 FROM generate_series(0, 99) n");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<Long> rest(String slot) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT min(source_offset), count(*)"
                        + " FROM kafka.forwarder_offset_map WHERE slot = '" + slot + "'")) {
            row.next();
            return List.of(row.getLong(1), row.getLong(2));
        }
    }

    @Test
    void shouldLookOffsetsUp() throws SQLException {
        // When
        List<Place> places = maps.places(
                connection,
                List.of(
                        new SourceOffset(1, 0, 1_001),
                        new SourceOffset(1, 0, 50),
                        new SourceOffset(1, 0, 51),
                        new SourceOffset(1, 0, 995),
                        new SourceOffset(1, 0, 1_000),
                        new SourceOffset(1, 1, 0)));

        // Then
        assertThat(places)
                .containsExactly(
                        new Place.Ahead(),
                        new Place.At(5),
                        new Place.At(6),
                        new Place.At(100),
                        new Place.At(100),
                        new Place.Ahead());
    }

    @Test
    void shouldLoadAsMuchOfAMapAsARangeNeeds() throws SQLException {
        // When
        OffsetMap all = maps.load(connection, 1, 0);
        OffsetMap part = maps.load(connection, 1, 0, 51, 69);

        // Then
        assertThat(all.size()).isEqualTo(100);
        assertThat(part.size()).isEqualTo(3);
        for (long offset = 51; offset <= 69; offset++) {
            assertThat(part.place(offset)).isEqualTo(all.place(offset));
        }
        assertThat(part.place(49)).isEqualTo(new Place.Below());
        assertThat(maps.load(connection, 2, 0).place(0)).isEqualTo(new Place.Ahead());
    }

    @Test
    void shouldForgetWhatLiesBelowTheStartOfTheLog() throws SQLException {
        // Given
        execute("UPDATE kafka.partitions SET log_start_offset = 505");

        // When
        new OffsetMapCleaner("s").clean(connection);

        // Then
        assertThat(rest("s")).containsExactly(500L, 50L);
        assertThat(rest("other")).containsExactly(0L, 100L);
        assertThat(maps.load(connection, 1, 0).place(505)).isEqualTo(new Place.At(51));
    }

    @Test
    void shouldForgetTheOldestBeyondTheBound() throws SQLException {
        // When
        new OffsetMapCleaner("s", 20).clean(connection);

        // Then
        assertThat(rest("s")).containsExactly(800L, 20L);
        assertThat(maps.load(connection, 1, 0).place(799)).isEqualTo(new Place.Below());
    }

    @Test
    void shouldForgetDeletedTopics() throws SQLException {
        // Given
        execute("UPDATE kafka.topics SET deleted_at = now()");

        // When
        new OffsetMapCleaner("s").clean(connection);

        // Then
        assertThat(rest("s")).containsExactly(0L, 0L);
    }
}
