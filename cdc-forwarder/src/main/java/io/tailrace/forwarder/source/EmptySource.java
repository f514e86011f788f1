package io.tailrace.forwarder.source;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.connector.AbstractSourceInfo;
import io.debezium.connector.SourceInfoStructMaker;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;

/**
 * What Debezium adds to a row about where it comes from: nothing, since nobody reads it. From it Debezium also fills its JMX beans,
 * and wakes up a thread for the age of each row, unless the row says no age; the fields that it looks for there have to exist.
 *
 * <p>Debezium makes it by its name. Thread-safe.
 */
public final class EmptySource implements SourceInfoStructMaker<AbstractSourceInfo> {
    private static final Schema SCHEMA = SchemaBuilder.struct()
            .name("io.tailrace.Source")
            .field("ts_ms", Schema.OPTIONAL_INT64_SCHEMA)
            .field("txId", Schema.OPTIONAL_INT64_SCHEMA)
            .field("lsn", Schema.OPTIONAL_INT64_SCHEMA)
            .field("xmin", Schema.OPTIONAL_INT64_SCHEMA)
            .build();

    private static final Struct EMPTY = new Struct(SCHEMA);

    @Override
    public void init(String connector, String version, CommonConnectorConfig config) {}

    @Override
    public Schema schema() {
        return SCHEMA;
    }

    @Override
    public Struct struct(AbstractSourceInfo source) {
        return EMPTY;
    }
}
