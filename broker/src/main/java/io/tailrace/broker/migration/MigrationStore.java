package io.tailrace.broker.migration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.message.MetadataResponseDataJsonConverter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The SQL of {@code kafka.migration} and {@code kafka.target_metadata}. Stateless; each call runs on the connection given. */
final class MigrationStore {

    private static final Logger LOGGER = LoggerFactory.getLogger(MigrationStore.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The version of Kafka's Metadata response whose JSON is stored. */
    private static final short METADATA_VERSION = 13;

    private static final String READ =
            """
            SELECT m.state, (extract(epoch FROM m.fenced_until - clock_timestamp()) * 1e9)::bigint, m.redirect,
                   t.bootstrap_servers, t.metadata,
                   CASE WHEN m.frozen_fence = m.fence_number
                        THEN (extract(epoch FROM m.frozen_until - clock_timestamp()) * 1e9)::bigint ELSE 0 END
            FROM kafka.migration m LEFT JOIN kafka.target_metadata t ON t.forwarder = m.forwarder
            """;

    private static final String HEED = "UPDATE kafka.migration SET heeded_by = ?, node_id = ? WHERE heeded_by < ?";

    private MigrationStore() {}

    /** Says that the broker of this epoch heeds fences, without which none can be set up, and by which id clients know it. */
    static void heed(Connection connection, int leaseEpoch, int nodeId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HEED)) {
            statement.setInt(1, leaseEpoch);
            statement.setInt(2, nodeId);
            statement.setInt(3, leaseEpoch);
            statement.executeUpdate();
        }
    }

    /** How things stand. How long a fence lasts is said by Postgres's clock; from here on this machine's counts. */
    static Stage read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ);
                ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                throw new SQLException(
                        "the table kafka.migration is empty: it must hold the one row that its migration wrote");
            }
            return switch (row.getString(1)) {
                case "fenced" ->
                    new Stage.Fenced(System.nanoTime() + row.getLong(2), System.nanoTime() + row.getLong(6));
                case "moved" ->
                    new Stage.Moved(
                            row.getBoolean(3),
                            Objects.requireNonNullElse(row.getString(4), ""),
                            target(row.getString(5)));
                default -> new Stage.Serving();
            };
        }
    }

    private static Optional<TargetCluster> target(@Nullable String metadata) {
        if (metadata == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new TargetCluster(
                    MetadataResponseDataJsonConverter.read(JSON.readTree(metadata), METADATA_VERSION)));
        } catch (JsonProcessingException | RuntimeException e) {
            LOGGER.atError().setCause(e).log("kafka.target_metadata cannot be read; clients are told to try again");
            return Optional.empty();
        }
    }
}
