package io.tailrace.forwarder.tables.json;

import io.tailrace.forwarder.tables.pgoutput.Message.Column;
import io.tailrace.forwarder.tables.pgoutput.Message.Relation;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A table as its changes are written. Immutable.
 *
 * @param isKey which columns make up the record's key; none where the table has no primary key
 */
public record TableShape(String schema, String table, List<String> names, List<PgType> types, List<Boolean> isKey) {
    public TableShape {
        names = List.copyOf(names);
        types = List.copyOf(types);
        isKey = List.copyOf(isKey);
    }

    /**
     * The shape of a table as the stream describes it.
     *
     * @param keyColumns the names of the key's columns
     */
    public static TableShape of(Relation relation, Set<String> keyColumns, TypeCatalog catalog) throws SQLException {
        List<String> names = new ArrayList<>();
        List<PgType> types = new ArrayList<>();
        List<Boolean> isKey = new ArrayList<>();
        for (Column column : relation.columns()) {
            names.add(column.name());
            types.add(catalog.type(column.typeOid()));
            isKey.add(keyColumns.contains(column.name()));
        }
        return new TableShape(relation.schema(), relation.table(), names, types, isKey);
    }

    boolean hasKey() {
        return isKey.contains(true);
    }
}
