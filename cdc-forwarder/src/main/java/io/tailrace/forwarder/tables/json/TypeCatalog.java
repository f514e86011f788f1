package io.tailrace.forwarder.tables.json;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * The types of one database, asked for when they are first met. A domain is its base type; a type that is gone (the stream
 * may be of yesterday) is text. Confined to one thread. The connection stays its owner's.
 */
public final class TypeCatalog {
    private static final String TYPE =
            """
            SELECT t.typname, n.nspname = 'pg_catalog', t.typtype, t.typbasetype::bigint,
                   CASE WHEN t.typcategory = 'A' THEN t.typelem::bigint ELSE 0 END, e.typdelim
            FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_type e ON e.oid = t.typelem
            WHERE t.oid = ?""";

    private final Connection connection;
    private final Map<Integer, PgType> known = new HashMap<>();

    public TypeCatalog(Connection connection) {
        this.connection = connection;
    }

    PgType type(int oid) throws SQLException {
        PgType type = known.get(oid);
        if (type == null) {
            type = find(oid);
            known.put(oid, type);
        }
        return type;
    }

    private PgType find(int oid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TYPE)) {
            statement.setLong(1, Integer.toUnsignedLong(oid));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return PgType.TEXT;
                }
                String name = row.getString(1);
                boolean builtIn = row.getBoolean(2);
                boolean domain = "d".equals(row.getString(3));
                int base = (int) row.getLong(4);
                int element = (int) row.getLong(5);
                String delimiter = row.getString(6);
                if (domain) {
                    return type(base);
                } else if (element != 0) {
                    return PgType.array(type(element), delimiter.charAt(0));
                }
                return builtIn ? PgType.named(name) : PgType.TEXT;
            }
        }
    }
}
