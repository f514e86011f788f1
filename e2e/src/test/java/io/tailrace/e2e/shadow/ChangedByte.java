package io.tailrace.e2e.shadow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Changes a byte of a record in the files of a Kafka that does not run, and the checksum of its batch with it, so that Kafka
 * itself does not notice. The batch must not be compressed. Stateless.
 */
public final class ChangedByte {

    /** Of a batch of message format 2: base offset, length of what follows. */
    private static final int HEADER_BYTES = 12;

    private static final int CRC_AT = 17;
    private static final int CHECKED_FROM = 21;

    private ChangedByte() {}

    /**
     * Changes the last byte of the value in the partition's log.
     *
     * @param directory of the partition
     * @param value of the record, and of no other one
     */
    public static void change(Path directory, byte[] value) throws IOException {
        for (Path segment : segments(directory)) {
            byte[] bytes = Files.readAllBytes(segment);
            if (change(bytes, value)) {
                Files.write(segment, bytes);
                return;
            }
        }
        throw new AssertionError("no uncompressed batch in " + directory + " has the value");
    }

    private static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private static boolean change(byte[] bytes, byte[] value) {
        ByteBuffer segment = ByteBuffer.wrap(bytes);
        int begin = 0;
        while (begin + HEADER_BYTES < bytes.length) {
            int end = begin + HEADER_BYTES + segment.getInt(begin + 8);
            int found = find(bytes, begin + CHECKED_FROM, end, value);
            if (found >= 0) {
                int last = found + value.length - 1;
                bytes[last] ^= 1;
                CRC32C crc = new CRC32C();
                crc.update(bytes, begin + CHECKED_FROM, end - begin - CHECKED_FROM);
                segment.putInt(begin + CRC_AT, (int) crc.getValue());
                return true;
            }
            begin = end;
        }
        return false;
    }

    private static int find(byte[] bytes, int from, int to, byte[] wanted) {
        for (int i = from; i + wanted.length <= to; i++) {
            if (startsWith(bytes, i, wanted)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean startsWith(byte[] bytes, int at, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
