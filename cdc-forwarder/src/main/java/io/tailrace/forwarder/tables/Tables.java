package io.tailrace.forwarder.tables;

import io.tailrace.forwarder.tables.checkpoint.PostgresCheckpoints;
import io.tailrace.forwarder.tables.json.TableShape;
import io.tailrace.forwarder.tables.json.TypeCatalog;
import io.tailrace.forwarder.tables.pgoutput.Message.Column;
import io.tailrace.forwarder.tables.pgoutput.Message.Relation;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tables of a stream as they are at its present place, by Postgres's number. Confined to one thread. */
final class Tables {
    private static final Logger LOGGER = LoggerFactory.getLogger(Tables.class);
    /** Topic names end here, and hold nothing else. */
    private static final int LONGEST_TOPIC = 249;

    private final SourceDatabase database;
    private final TypeCatalog types;
    private final String prefix;
    private final Map<Integer, Table> tables = new HashMap<>();

    Tables(SourceDatabase database, TypeCatalog types, String prefix) {
        this.database = database;
        this.types = types;
        this.prefix = prefix;
    }

    /**
     * A table.
     *
     * @param topic where its changes go, or null if they go nowhere
     */
    record Table(TableShape shape, @Nullable String topic) {}

    void onRelation(Relation relation) throws SQLException {
        TableShape shape = TableShape.of(relation, keyColumns(relation), types);
        tables.put(relation.id(), new Table(shape, topic(relation)));
    }

    Table table(int relationId) {
        Table table = tables.get(relationId);
        if (table == null) {
            throw new IllegalStateException("a change of a table that was not described: " + relationId);
        }
        return table;
    }

    /** The replica identity is the primary key, unless it is all columns, or none. */
    private Set<String> keyColumns(Relation relation) throws SQLException {
        return switch (relation.replicaIdentity()) {
            case 'd', 'i' ->
                relation.columns().stream()
                        .filter(Column::isKey)
                        .map(Column::name)
                        .collect(Collectors.toSet());
            default -> database.primaryKey(relation.id());
        };
    }

    /** The checkpoints' own table goes nowhere, or each checkpoint would bring about the next. */
    private @Nullable String topic(Relation relation) {
        if (relation.schema().equals(PostgresCheckpoints.SCHEMA)
                && relation.table().equals(PostgresCheckpoints.TABLE)) {
            return null;
        }
        String name = prefix + "." + relation.schema() + "." + relation.table();
        String allowed = name.replaceAll("[^a-zA-Z0-9._-]", "_");
        if (!allowed.equals(name)) {
            LOGGER.atInfo()
                    .addKeyValue("table", relation.schema() + "." + relation.table())
                    .addKeyValue("topic", allowed)
                    .log("characters that a topic's name cannot have are replaced");
        }
        return allowed.length() > LONGEST_TOPIC ? allowed.substring(0, LONGEST_TOPIC) : allowed;
    }
}
