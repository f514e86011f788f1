package io.tailrace.broker.protocol;

import java.nio.ByteBuffer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Readable;

/**
 * A frame's bytes as kafka-clients' parser reads them, with a bound on the objects that they can become.
 *
 * <p>The parser refuses an array with more elements than bytes are left, but an element of two bytes becomes an object of
 * fifty: a frame of 100 MiB could fill gigabytes of heap. Every element and every field costs at least one read, so counting
 * reads bounds the objects, and records, which are one read however large, are free. The parser asks for {@link #remaining()}
 * exactly when it has read the length of an array and is about to allocate it, so that is where arrays are guarded.
 *
 * <p>Confined to the thread that parses.
 */
final class RequestReadable implements Readable {
    /** Far above real requests: a Fetch of 100,000 partitions takes about 700,000 reads. */
    static final int MAX_READS = 4_000_000;

    /** Measured: 10 to 38 for lists of the smallest structures, of short strings and of boxed numbers. */
    private static final int OBJECT_BYTES_PER_READ = 40;

    private final ByteBuffer buffer;
    private final ByteBufferAccessor bytes;
    private final ArrayGuard arrayGuard;
    private int reads;

    /** The length of the array that begins, if one does. */
    private int lastLength;

    RequestReadable(ByteBuffer buffer, ArrayGuard arrayGuard) {
        this.buffer = buffer;
        this.arrayGuard = arrayGuard;
        this.bytes = new ByteBufferAccessor(buffer);
    }

    /** About how much heap the objects take that were read so far. */
    long objectBytes() {
        return (long) reads * OBJECT_BYTES_PER_READ;
    }

    private void countRead() {
        if (++reads > MAX_READS) {
            throw new InvalidRequestException("more than " + MAX_READS + " fields in one request");
        }
    }

    @Override
    public byte readByte() {
        countRead();
        return bytes.readByte();
    }

    @Override
    public short readShort() {
        countRead();
        return bytes.readShort();
    }

    @Override
    public int readInt() {
        countRead();
        lastLength = bytes.readInt();
        return lastLength;
    }

    @Override
    public long readLong() {
        countRead();
        return bytes.readLong();
    }

    @Override
    public double readDouble() {
        countRead();
        return bytes.readDouble();
    }

    @Override
    public byte[] readArray(int length) {
        countRead();
        return bytes.readArray(length);
    }

    @Override
    public int readUnsignedVarint() {
        countRead();
        int value = bytes.readUnsignedVarint();
        lastLength = value - 1;
        return value;
    }

    @Override
    public ByteBuffer readByteBuffer(int length) {
        countRead();
        return bytes.readByteBuffer(length);
    }

    @Override
    public int readVarint() {
        countRead();
        return bytes.readVarint();
    }

    @Override
    public long readVarlong() {
        countRead();
        return bytes.readVarlong();
    }

    @Override
    public int remaining() {
        arrayGuard.onArray(lastLength);
        return Math.min(bytes.remaining(), MAX_READS - reads);
    }

    @Override
    public String readString(int length) {
        String value = Readable.super.readString(length);
        arrayGuard.onString(value);
        return value;
    }

    @Override
    public Uuid readUuid() {
        Uuid value = Readable.super.readUuid();
        arrayGuard.onUuid(value);
        return value;
    }

    @Override
    public Readable slice() {
        return new RequestReadable(buffer.slice(), arrayGuard);
    }
}
