package io.tailrace.forwarder.verify;

import io.tailrace.forwarder.decode.LogRow;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A fingerprint of a sequence of records, which can be carried on from any place in it: the SHA-256 of the fingerprint
 * so far (32 zero bytes at first) and the next record's timestamp (8 bytes), key, value, number of headers (4 bytes), and
 * each header's key and value. Before each of these stands its length in 4 bytes, −1 for null. Offsets are not in it, so
 * both sides have the same. Confined to one thread.
 */
final class RollingHash {
    /** Of no record. */
    static final String NOTHING = "0".repeat(64);

    private final MessageDigest digest = sha256();
    private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
    private byte[] state;

    /** Carries on from what {@link #text()} gave. */
    RollingHash(String text) {
        this.state = HexFormat.of().parseHex(text);
    }

    void add(LogRow record) {
        digest.update(state);
        number.clear().putLong(record.timestampMs());
        digest.update(number.flip());
        add(record.key());
        add(record.value());
        add(record.headers().size());
        for (Header header : record.headers()) {
            add(header.key().getBytes(StandardCharsets.UTF_8));
            add(header.value());
        }
        state = digest.digest();
    }

    private void add(byte @Nullable [] bytes) {
        add(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            digest.update(bytes);
        }
    }

    private void add(int value) {
        number.clear().putInt(value);
        digest.update(number.flip());
    }

    String text() {
        return HexFormat.of().formatHex(state);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
