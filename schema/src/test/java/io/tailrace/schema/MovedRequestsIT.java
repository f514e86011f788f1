package io.tailrace.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.local.junit.PostgresExtension;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of requests to send records again when the clients move to the target. */
class MovedRequestsIT {
    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final String REQUEST =
            "INSERT INTO kafka.replays (slot, topic_id, partition_id, from_offset, to_offset, state) VALUES ";
    private static final String MOVE =
            "UPDATE kafka.migration SET state = 'moved', forwarder = 'f', fenced_until = NULL";

    private final DataSource database = Databases.dataSource(POSTGRES.freshDatabase());

    @BeforeEach
    void prepare() throws SQLException {
        Migrations.migrate(database);
        Databases.execute(
                database,
                REQUEST + "('f', 1, 0, 0, 5, 'requested'), ('g', 1, 0, 5, 9, 'running'), ('f', 1, 0, 0, 9, 'done')");
        Databases.execute(
                database,
                """
                INSERT INTO kafka.refused_records (forwarder, topic_id, partition_id, partition_offset, topic, timestamp_ms, reason,
                                                   retry_requested_at)
                VALUES ('f', 1, 0, 3, 'orders', 0, 'too large', now()), ('f', 1, 0, 4, 'orders', 0, 'too large', NULL)""");
    }

    @Test
    void shouldEndWhatIsOpenWithTheReason() throws SQLException {
        // When
        Databases.execute(database, MOVE);

        // Then
        assertThat(Databases.query(database, "SELECT string_agg(state, ' ' ORDER BY id) FROM kafka.replays"))
                .isEqualTo("failed failed done");
        assertThat(
                        Databases.query(
                                database,
                                "SELECT count(*) FROM kafka.replays WHERE failure LIKE '%have moved%' AND finished_at IS NOT NULL"))
                .isEqualTo("2");
        assertThat(
                        Databases.query(
                                database,
                                "SELECT string_agg(state || coalesce(': ' || retry_failure, ''), ', ' ORDER BY partition_offset) FROM kafka.refused_records"))
                .isEqualTo(
                        "refused again: the clients have moved to the target: nothing is sent there again, set aside");
    }

    @Test
    void shouldRefuseWhatIsAskedForAfterwards() throws SQLException {
        // When
        Databases.execute(database, MOVE);

        // Then
        assertThatThrownBy(() -> Databases.execute(database, REQUEST + "('f', 1, 0, 0, 5, 'requested')"))
                .hasMessageContaining("the clients have moved there");
        assertThatThrownBy(() ->
                        Databases.execute(database, "UPDATE kafka.refused_records SET retry_requested_at = now()"))
                .hasMessageContaining("the clients have moved there");
        Databases.execute(database, "SELECT kafka.mark_returned()");
        Databases.execute(database, REQUEST + "('f', 1, 0, 0, 5, 'requested')");
    }
}
