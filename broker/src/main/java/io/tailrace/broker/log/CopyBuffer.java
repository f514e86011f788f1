package io.tailrace.broker.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Rows in the binary format of COPY: a count of fields, then for each its length (−1: null) and its bytes. All numbers
 * are big-endian. Grows as needed. Confined to one thread.
 *
 * <p>Source: Postgres manual, COPY, "Binary Format".
 */
final class CopyBuffer {

    private static final byte[] SIGNATURE = "PGCOPY\n\377\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    static final int HEADER_BYTES = SIGNATURE.length + 2 * Integer.BYTES;
    private static final int NULL = -1;

    /** Of a jsonb value, before its text. */
    static final int JSONB_VERSION_BYTES = 1;

    private final int retainedBytes;
    private byte[] bytes;
    private int size;

    /** @param retainedBytes what it keeps allocated when it is emptied */
    CopyBuffer(int retainedBytes) {
        this.retainedBytes = retainedBytes;
        this.bytes = new byte[Math.min(retainedBytes, 64 * 1024)];
    }

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    /** Empties it and begins anew. */
    void begin() {
        if (bytes.length > retainedBytes) {
            bytes = new byte[retainedBytes];
        }
        size = 0;
        put(SIGNATURE, 0, SIGNATURE.length);
        putInt(0);
        putInt(0);
    }

    void end() {
        putShort(-1);
    }

    boolean hasRows() {
        return size > HEADER_BYTES;
    }

    /** Forgets everything after a size that it had before. */
    void truncate(int toSize) {
        size = toSize;
    }

    void row(int fields) {
        putShort(fields);
    }

    void shortField(int value) {
        putInt(Short.BYTES);
        putShort(value);
    }

    void intField(int value) {
        putInt(Integer.BYTES);
        putInt(value);
    }

    void longField(long value) {
        putInt(Long.BYTES);
        putLong(value);
    }

    void nullField() {
        putInt(NULL);
    }

    /** The rest of the buffer, which keeps its position. */
    void bytesField(ByteBuffer value) {
        int length = value.remaining();
        ensure(Integer.BYTES + length);
        putInt(length);
        value.get(value.position(), bytes, size, length);
        size += length;
    }

    /**
     * The rest of the buffer, which keeps its position; returned is its copy among the rows, for changes of bytes until the next
     * field.
     */
    ByteBuffer bytesFieldInPlace(ByteBuffer value) {
        int length = value.remaining();
        bytesField(value);
        return ByteBuffer.wrap(bytes, size - length, length).slice();
    }

    /** A jsonb value in its binary form: a version byte, then the text. */
    void jsonbField(byte[] json, int length) {
        putInt(JSONB_VERSION_BYTES + length);
        ensure(JSONB_VERSION_BYTES);
        bytes[size++] = 1;
        put(json, 0, length);
    }

    private void put(byte[] source, int offset, int length) {
        ensure(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    private void putShort(int value) {
        ensure(Short.BYTES);
        bytes[size++] = (byte) (value >>> 8);
        bytes[size++] = (byte) value;
    }

    private void putInt(int value) {
        ensure(Integer.BYTES);
        bytes[size++] = (byte) (value >>> 24);
        bytes[size++] = (byte) (value >>> 16);
        bytes[size++] = (byte) (value >>> 8);
        bytes[size++] = (byte) value;
    }

    private void putLong(long value) {
        putInt((int) (value >>> 32));
        putInt((int) value);
    }

    private void ensure(int more) {
        int needed = Math.addExact(size, more);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, bytes.length * 2L)));
        }
    }
}
