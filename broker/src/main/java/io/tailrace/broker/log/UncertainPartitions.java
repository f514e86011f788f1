package io.tailrace.broker.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Partitions of which a commit's outcome is not known. A producer that gives up appends no more, so nobody else would find
 * out that its records are there. Confined to the appender's thread.
 */
final class UncertainPartitions {

    private static final Logger LOGGER = LoggerFactory.getLogger(UncertainPartitions.class);

    private final PartitionLoader loader;
    private final Set<Partition> partitions = new LinkedHashSet<>();

    UncertainPartitions(PartitionLoader loader) {
        this.loader = loader;
    }

    void add(Partition partition) {
        partitions.add(partition);
    }

    boolean isEmpty() {
        return partitions.isEmpty();
    }

    /** Reads their ends; what is left when the database fails comes next time. */
    void read(Connection connection) throws SQLException {
        Iterator<Partition> left = partitions.iterator();
        while (left.hasNext()) {
            Partition partition = left.next();
            if (!partition.isLoaded() && !partition.isDeleted()) {
                read(connection, partition);
            }
            left.remove();
        }
    }

    private void read(Connection connection, Partition partition) throws SQLException {
        try {
            loader.load(connection, partition);
        } catch (NotLeaderOrFollowerException e) {
            LOGGER.atDebug().setCause(e).addKeyValue("partition", partition).log("a partition has gone");
        }
    }
}
