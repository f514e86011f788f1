package io.tailrace.forwarder.tables.json;

import org.jspecify.annotations.Nullable;

/**
 * A type, as far as JSON is concerned. Immutable.
 *
 * @param kind how its values are written
 * @param element of an array
 * @param delimiter between an array's elements
 */
record PgType(Kind kind, @Nullable PgType element, char delimiter) {

    /** How a value is written. */
    enum Kind {
        BOOLEAN,
        INTEGER,
        FLOAT,
        JSON,
        BYTES,
        DATE,
        TIMESTAMP,
        TIMESTAMP_WITH_ZONE,
        TIME_WITH_ZONE,
        ARRAY,
        TEXT
    }

    static final PgType TEXT = plain(Kind.TEXT);

    static PgType plain(Kind kind) {
        return new PgType(kind, null, ',');
    }

    static PgType array(PgType element, char delimiter) {
        return new PgType(Kind.ARRAY, element, delimiter);
    }

    /** The type of this name in {@code pg_catalog}. */
    static PgType named(String name) {
        return switch (name) {
            case "bool" -> plain(Kind.BOOLEAN);
            case "int2", "int4", "int8", "oid" -> plain(Kind.INTEGER);
            case "float4", "float8" -> plain(Kind.FLOAT);
            case "json", "jsonb" -> plain(Kind.JSON);
            case "bytea" -> plain(Kind.BYTES);
            case "date" -> plain(Kind.DATE);
            case "timestamp" -> plain(Kind.TIMESTAMP);
            case "timestamptz" -> plain(Kind.TIMESTAMP_WITH_ZONE);
            case "timetz" -> plain(Kind.TIME_WITH_ZONE);
            default -> TEXT;
        };
    }
}
