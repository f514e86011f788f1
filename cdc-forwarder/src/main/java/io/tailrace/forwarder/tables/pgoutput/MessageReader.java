package io.tailrace.forwarder.tables.pgoutput;

import io.tailrace.forwarder.tables.pgoutput.Message.Cell;
import io.tailrace.forwarder.tables.pgoutput.Message.Column;
import io.tailrace.forwarder.tables.pgoutput.Message.OldRow;
import io.tailrace.forwarder.tables.pgoutput.Message.Row;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the messages that the Postgres manual lists under "Logical Replication Message Formats". Confined to one call: a
 * reader is made for each message.
 */
public final class MessageReader {
    /** Milliseconds from 1970 to 2000, where Postgres's clock begins. */
    private static final long POSTGRES_EPOCH_MS = 946_684_800_000L;

    private static final Cell NULL = new Message.Null();
    private static final Cell UNCHANGED = new Message.Unchanged();
    private static final Message OTHER = new Message.Other();

    private final ByteBuffer in;

    private MessageReader(ByteBuffer in) {
        this.in = in;
    }

    /** The message in {@code bytes}, all of which it takes. */
    public static Message read(ByteBuffer bytes) {
        return new MessageReader(bytes).message();
    }

    private Message message() {
        return switch ((char) in.get()) {
            case 'B' -> begin();
            case 'C' -> commit();
            case 'R' -> relation();
            case 'I' -> insert();
            case 'U' -> update();
            case 'D' -> new Message.Delete(in.getInt(), oldRow((char) in.get()));
            case 'T' -> truncate();
            default -> OTHER;
        };
    }

    private Message begin() {
        long commitLsn = in.getLong();
        long commitMs = POSTGRES_EPOCH_MS + Math.floorDiv(in.getLong(), 1000L);
        return new Message.Begin(commitLsn, commitMs, in.getInt());
    }

    /** Flags and the commit's own position come first, the time last. */
    private Message commit() {
        in.get();
        in.getLong();
        return new Message.Commit(in.getLong());
    }

    private Message relation() {
        int id = in.getInt();
        String schema = string();
        String table = string();
        char identity = (char) in.get();
        int count = in.getShort();
        List<Column> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            boolean isKey = (in.get() & 1) != 0;
            String name = string();
            int type = in.getInt();
            in.getInt();
            columns.add(new Column(name, type, isKey));
        }
        // Postgres leaves the name of its own schema out.
        return new Message.Relation(id, schema.isEmpty() ? "pg_catalog" : schema, table, identity, columns);
    }

    private Message insert() {
        int relation = in.getInt();
        in.get();
        return new Message.Insert(relation, row());
    }

    private Message update() {
        int relation = in.getInt();
        char kind = (char) in.get();
        @Nullable OldRow before = null;
        if (kind != 'N') {
            before = oldRow(kind);
            in.get();
        }
        return new Message.Update(relation, before, row());
    }

    private Message truncate() {
        int count = in.getInt();
        in.get();
        List<Integer> relations = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            relations.add(in.getInt());
        }
        return new Message.Truncate(relations);
    }

    private OldRow oldRow(char kind) {
        return new OldRow(row(), kind == 'O');
    }

    private Row row() {
        int count = in.getShort();
        List<Cell> cells = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            cells.add(cell((char) in.get()));
        }
        return new Row(cells);
    }

    private Cell cell(char kind) {
        return switch (kind) {
            case 'n' -> NULL;
            case 'u' -> UNCHANGED;
            case 't' -> new Message.Text(text(in.getInt()));
            default -> throw new IllegalArgumentException("a value of kind " + kind + " was not asked for");
        };
    }

    private String text(int length) {
        String text = new String(in.array(), in.arrayOffset() + in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return text;
    }

    /** Ends with a zero byte. */
    private String string() {
        int start = in.position();
        while (in.get() != 0) {
            // Not the end yet.
        }
        int length = in.position() - 1 - start;
        return new String(in.array(), in.arrayOffset() + start, length, StandardCharsets.UTF_8);
    }
}
