package io.tailrace.broker.log;

import java.nio.ByteBuffer;

/** Goes through the rows of a {@link CopyBuffer}, field by field, in the order in which they were written. */
final class CopyRows {

    private final ByteBuffer bytes;
    private int fields;
    private int start;
    private int length;

    CopyRows(CopyBuffer rows) {
        this.bytes = ByteBuffer.wrap(rows.array(), 0, rows.size());
        bytes.position(CopyBuffer.HEADER_BYTES);
    }

    /** How many rows are left, or one more than the limit; it is at the end then, or no good any more. */
    int count(int limit) {
        int count = 0;
        while (count <= limit && next()) {
            count++;
        }
        return count;
    }

    /** Goes on to the next row, past what is left of the present one. @return false if there is none */
    boolean next() {
        while (fields > 0) {
            field();
        }
        if (!bytes.hasRemaining()) {
            return false;
        }
        fields = bytes.getShort();
        return true;
    }

    /** Goes on to the next field, of any type, to ask where it is. */
    void field() {
        fields--;
        length = bytes.getInt();
        start = bytes.position();
        bytes.position(start + Math.max(0, length));
    }

    /** Where the field begins in the buffer's array. */
    int start() {
        return start;
    }

    /** How many bytes the field has; −1: it is null. */
    int length() {
        return length;
    }

    short shortField() {
        field();
        return bytes.getShort(start);
    }

    int intField() {
        field();
        return bytes.getInt(start);
    }

    long longField() {
        field();
        return bytes.getLong(start);
    }
}
