package io.tailrace.forwarder.source;

import io.tailrace.config.PostgresConfig;
import io.tailrace.config.ReplicationConfig;
import java.util.Properties;

/**
 * Debezium's settings. Nothing is left to it that the forwarder does itself: the slot and the publication exist, there
 * is no snapshot, no stored offset and no retry (a failed engine is replaced by a new one, because one that restarts on
 * its own skips rows by its last marked position, and the rows of one COPY share theirs). Stateless.
 */
final class EngineSettings {
    private static final String PREFIX = "tailrace";
    /** Where Debezium puts the rows. */
    static final String ROWS_TOPIC = PREFIX + ".kafka.messages";
    /** Where it puts the outcomes of transactions. */
    static final String OUTCOMES_TOPIC = PREFIX + ".kafka.transaction_markers";
    /** Where it puts its heartbeats. */
    static final String HEARTBEAT_TOPIC = "__debezium-heartbeat." + PREFIX;

    private static final int MAX_QUEUE_ROWS = 16_384;
    private static final int MAX_BATCH_ROWS = 4_096;

    private EngineSettings() {}

    static Properties properties(PostgresConfig postgres, ReplicationConfig replication, Share share) {
        Properties settings = new Properties();
        settings.setProperty("name", share.slot());
        settings.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        settings.setProperty("topic.prefix", PREFIX);
        connection(settings, postgres);
        slot(settings, share);
        engine(settings);
        rows(settings, replication.maxQueueBytes() / share.count());
        return settings;
    }

    private static void connection(Properties settings, PostgresConfig postgres) {
        settings.setProperty("database.hostname", postgres.host());
        settings.setProperty("database.port", Integer.toString(postgres.port()));
        settings.setProperty("database.dbname", postgres.database());
        settings.setProperty("database.user", postgres.user());
        settings.setProperty("database.password", postgres.password().value());
        settings.setProperty("database.sslmode", postgres.sslMode());
        if (postgres.sslRootCert() != null) {
            settings.setProperty("database.sslrootcert", postgres.sslRootCert().toString());
        }
        settings.setProperty("database.tcpKeepAlive", "true");
        settings.setProperty(
                "driver.connectTimeout", Long.toString(postgres.connectTimeout().toSeconds()));
    }

    private static void slot(Properties settings, Share share) {
        settings.setProperty("plugin.name", "pgoutput");
        settings.setProperty("slot.name", share.slot());
        settings.setProperty("slot.drop.on.stop", "false");
        settings.setProperty("slot.max.retries", "0");
        settings.setProperty("publication.name", share.publication());
        // Its beans have to differ from those of other engines.
        settings.setProperty("custom.metric.tags", "slot=" + share.slot());
        settings.setProperty("publication.autocreate.mode", "disabled");
        settings.setProperty("snapshot.mode", "no_data");
        settings.setProperty("lsn.flush.mode", "connector");
        settings.setProperty("status.update.interval.ms", "2000");
    }

    private static void engine(Properties settings) {
        settings.setProperty("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        settings.setProperty("offset.flush.interval.ms", "0");
        settings.setProperty("errors.max.retries", "0");
        settings.setProperty("retriable.restart.connector.wait.ms", "1000");
        settings.setProperty("heartbeat.interval.ms", "500");
        settings.setProperty("record.processing.threads", "1");
        settings.setProperty("event.processing.failure.handling.mode", "fail");
        settings.setProperty("event.converting.failure.handling.mode", "fail");
        settings.setProperty("signal.enabled.channels", "");
        settings.setProperty("statistics.metrics.enabled", "false");
    }

    private static void rows(Properties settings, long maxQueueBytes) {
        settings.setProperty("table.include.list", "kafka.messages,kafka.transaction_markers");
        settings.setProperty("message.prefix.exclude.list", ".*");
        settings.setProperty("skipped.operations", "u,d,t");
        settings.setProperty("tombstones.on.delete", "false");
        settings.setProperty("binary.handling.mode", "bytes");
        settings.setProperty("sourceinfo.struct.maker", EmptySource.class.getName());
        // Debezium writes each row's key into a JMX bean, as JSON; the fewer columns, the better. The row itself has
        // them all.
        settings.setProperty("message.key.columns", "kafka.messages:attributes");
        settings.setProperty("provide.transaction.metadata", "false");
        settings.setProperty("max.queue.size", Integer.toString(MAX_QUEUE_ROWS));
        settings.setProperty("max.queue.size.in.bytes", Long.toString(maxQueueBytes));
        settings.setProperty("max.batch.size", Integer.toString(MAX_BATCH_ROWS));
        settings.setProperty("poll.interval.ms", "20");
    }
}
