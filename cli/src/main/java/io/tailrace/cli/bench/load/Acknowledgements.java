package io.tailrace.cli.bench.load;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * When each record of a run was sent and acknowledged, and where it stands. Times are microseconds since 1970. Confined to
 * one thread at a time.
 */
public final class Acknowledgements {

    private final int[] partitions;
    private final long[] offsets;
    private final long[] sentUs;
    private final long[] acknowledgedUs;
    private int size;

    /** Takes so many records at most. */
    Acknowledgements(int capacity) {
        this.partitions = new int[capacity];
        this.offsets = new long[capacity];
        this.sentUs = new long[capacity];
        this.acknowledgedUs = new long[capacity];
    }

    void add(int partition, long offset, long sent, long acknowledged) {
        partitions[size] = partition;
        offsets[size] = offset;
        sentUs[size] = sent;
        acknowledgedUs[size] = acknowledged;
        size++;
    }

    public int size() {
        return size;
    }

    public int partition(int index) {
        return partitions[index];
    }

    public long offset(int index) {
        return offsets[index];
    }

    public long acknowledgedUs(int index) {
        return acknowledgedUs[index];
    }

    /** From sending to the acknowledgement. */
    public Percentiles latency() {
        long[] times = new long[size];
        for (int index = 0; index < size; index++) {
            times[index] = acknowledgedUs[index] - sentUs[index];
        }
        return Percentiles.ofMicros(times);
    }

    void write(Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(size);
            for (int index = 0; index < size; index++) {
                out.writeInt(partitions[index]);
                out.writeLong(offsets[index]);
                out.writeLong(sentUs[index]);
                out.writeLong(acknowledgedUs[index]);
            }
        }
    }

    static Acknowledgements read(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int size = in.readInt();
            Acknowledgements read = new Acknowledgements(size);
            for (int index = 0; index < size; index++) {
                read.add(in.readInt(), in.readLong(), in.readLong(), in.readLong());
            }
            return read;
        }
    }
}
