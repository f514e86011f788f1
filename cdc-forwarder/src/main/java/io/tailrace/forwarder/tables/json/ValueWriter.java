package io.tailrace.forwarder.tables.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * Writes a value, given as Postgres's text, as JSON of its type. Nothing is rounded: numbers keep the digits that Postgres
 * wrote. {@code numeric} is a string, since most JSON readers would make a double of it. Stateless.
 */
final class ValueWriter {
    private static final String HEX_BYTES = "\\x";

    private ValueWriter() {}

    static void write(String text, PgType type, JsonGenerator json) throws IOException {
        switch (type.kind()) {
            case BOOLEAN -> json.writeBoolean(text.equals("t"));
            case INTEGER -> json.writeNumber(text);
            case FLOAT -> writeFloat(text, json);
            case JSON -> json.writeRawValue(text);
            case BYTES -> json.writeBinary(bytes(text));
            case DATE, TIMESTAMP -> json.writeString(IsoText.date(text));
            case TIMESTAMP_WITH_ZONE -> json.writeString(IsoText.timestampWithZone(text));
            case TIME_WITH_ZONE -> json.writeString(IsoText.withZone(text));
            case ARRAY -> writeArray(text, type, json);
            case TEXT -> json.writeString(text);
        }
    }

    /** JSON has no NaN and no infinity. */
    private static void writeFloat(String text, JsonGenerator json) throws IOException {
        if (text.equals("NaN") || text.endsWith("Infinity")) {
            json.writeString(text);
        } else {
            json.writeNumber(text);
        }
    }

    /** The vectors of the catalog are arrays without braces. */
    private static void writeArray(String text, PgType type, JsonGenerator json) throws IOException {
        if (text.indexOf('{') < 0) {
            json.writeString(text);
        } else {
            ArrayText.write(text, Objects.requireNonNull(type.element()), type.delimiter(), json);
        }
    }

    private static byte[] bytes(String text) {
        return HexFormat.of().parseHex(text, text.startsWith(HEX_BYTES) ? HEX_BYTES.length() : 0, text.length());
    }
}
