package io.tailrace.forwarder.tables.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.forwarder.tables.pgoutput.Message.Cell;
import io.tailrace.forwarder.tables.pgoutput.Message.Null;
import io.tailrace.forwarder.tables.pgoutput.Message.OldRow;
import io.tailrace.forwarder.tables.pgoutput.Message.Row;
import io.tailrace.forwarder.tables.pgoutput.Message.Text;
import io.tailrace.forwarder.tables.pgoutput.Message.Unchanged;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The key and the value of the record that tells of a change. Immutable, thread-safe.
 *
 * <p>What Postgres does not say is left out: of a row before its change the columns that are not part of the replica
 * identity, of a row after it the values that are stored out of line and did not change.
 */
public final class ChangeJson {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String CONNECTOR = "tailrace";

    private final String version;

    /**
     * Writes changes.
     *
     * @param version this program's, for {@code source.version}
     */
    public ChangeJson(String version) {
        this.version = version;
    }

    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }

    private static byte[] bytes(Content content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            content.write(json);
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** The primary key, as an object of its columns; null where there is none, and for a whole table. */
    public byte @Nullable [] key(TableShape table, Change change) {
        Row row = keyRow(change);
        if (row == null || !table.hasKey()) {
            return null;
        }
        return bytes(json -> {
            for (int i = 0; i < table.names().size(); i++) {
                if (table.isKey().get(i)) {
                    cell(json, table, i, unlessUnchanged(row, change.before(), i));
                }
            }
        });
    }

    private static @Nullable Row keyRow(Change change) {
        if (change.after() != null) {
            return change.after();
        }
        return change.before() == null ? null : change.before().row();
    }

    /**
     * The whole story of the change.
     *
     * @param nowMs the time of {@code ts_ms}: when the change was seen
     */
    public byte[] value(TableShape table, Change change, Origin origin, long nowMs) {
        return bytes(json -> {
            json.writeStringField("schema", table.schema());
            json.writeStringField("table", table.table());
            json.writeStringField("op", change.operation().name());
            json.writeNumberField("ts_ms", nowMs);
            before(json, table, change.before());
            after(json, table, change);
            source(json, table, origin);
        });
    }

    private static void before(JsonGenerator json, TableShape table, @Nullable OldRow before) throws IOException {
        if (before == null) {
            json.writeNullField("before");
            return;
        }
        json.writeObjectFieldStart("before");
        for (int i = 0; i < table.names().size(); i++) {
            Cell cell = before.row().cells().get(i);
            // Beside the key, Postgres writes NULL for everything, and does not mean it.
            if (before.isWhole() || !(cell instanceof Null)) {
                cell(json, table, i, cell);
            }
        }
        json.writeEndObject();
    }

    private static void after(JsonGenerator json, TableShape table, Change change) throws IOException {
        Row after = change.after();
        if (after == null) {
            json.writeNullField("after");
            return;
        }
        json.writeObjectFieldStart("after");
        for (int i = 0; i < table.names().size(); i++) {
            cell(json, table, i, unlessUnchanged(after, change.before(), i));
        }
        json.writeEndObject();
    }

    /** A value that did not change is the one that was there before, where that is known. */
    private static Cell unlessUnchanged(Row row, @Nullable OldRow before, int i) {
        Cell cell = row.cells().get(i);
        if (!(cell instanceof Unchanged) || before == null) {
            return cell;
        }
        Cell old = before.row().cells().get(i);
        return before.isWhole() || old instanceof Text ? old : cell;
    }

    private static void cell(JsonGenerator json, TableShape table, int i, Cell cell) throws IOException {
        if (cell instanceof Unchanged) {
            return;
        }
        json.writeFieldName(table.names().get(i));
        if (cell instanceof Text text) {
            ValueWriter.write(text.value(), table.types().get(i), json);
        } else {
            json.writeNull();
        }
    }

    private void source(JsonGenerator json, TableShape table, Origin origin) throws IOException {
        json.writeObjectFieldStart("source");
        json.writeStringField("version", version);
        json.writeStringField("connector", CONNECTOR);
        json.writeNumberField("ts_ms", origin.commitMs());
        json.writeStringField("db", origin.database());
        json.writeStringField("schema", table.schema());
        json.writeStringField("table", table.table());
        json.writeStringField("lsn", origin.lsn());
        json.writeNumberField("xid", origin.xid());
        json.writeEndObject();
    }
}
