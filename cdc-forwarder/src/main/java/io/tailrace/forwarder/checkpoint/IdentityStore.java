package io.tailrace.forwarder.checkpoint;

import io.tailrace.forwarder.sink.ProducerIdentity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Who a forwarder is to its target, in {@code kafka.forwarder_identities}. Immutable. */
public final class IdentityStore {
    private static final String LOAD =
            """
            SELECT producer_id, producer_epoch FROM kafka.forwarder_identities
            WHERE forwarder = ? AND cluster_id = ?""";
    private static final String SAVE =
            """
            INSERT INTO kafka.forwarder_identities (forwarder, cluster_id, producer_id, producer_epoch)
            VALUES (?, ?, ?, ?)
            ON CONFLICT (forwarder) DO UPDATE
            SET cluster_id = excluded.cluster_id, producer_id = excluded.producer_id,
                producer_epoch = excluded.producer_epoch, created_at = now()""";
    private static final String FORGET = "DELETE FROM kafka.forwarder_identities WHERE forwarder = ?";

    private final String forwarder;

    /** @param forwarder the name under which the identity stands */
    public IdentityStore(String forwarder) {
        this.forwarder = forwarder;
    }

    /** The identity at this target, or nothing if it is another one, or was never asked for one. */
    public Optional<ProducerIdentity> load(Connection connection, String clusterId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOAD)) {
            statement.setString(1, forwarder);
            statement.setString(2, clusterId);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new ProducerIdentity(row.getLong(1), row.getShort(2)))
                        : Optional.empty();
            }
        }
    }

    /** To be called before the first record is sent. */
    public void save(Connection connection, String clusterId, ProducerIdentity identity) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SAVE)) {
            statement.setString(1, forwarder);
            statement.setString(2, clusterId);
            statement.setLong(3, identity.producerId());
            statement.setShort(4, identity.epoch());
            statement.executeUpdate();
        }
    }

    /** The target takes nothing of this identity any more. */
    public void forget(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
            statement.setString(1, forwarder);
            statement.executeUpdate();
        }
    }
}
