package io.tailrace.forwarder;

import io.tailrace.config.ReplicationConfig;
import io.tailrace.forwarder.source.ReplicationSlot;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when a slot makes Postgres keep too much write-ahead log, and when so much that it must go. Confined to one
 * thread.
 */
final class RetainedWal {
    private static final Logger LOGGER = LoggerFactory.getLogger(RetainedWal.class);
    private static final Duration REMINDER = Duration.ofMinutes(10);

    private final String slot;
    private final long warnBytes;
    private final long dropBytes;
    private boolean over;
    private long sayAtNs;

    RetainedWal(String slot, ReplicationConfig config) {
        this.slot = slot;
        warnBytes = config.retainedWalWarnBytes();
        dropBytes = config.retainedWalDropBytes();
    }

    /** Says once what bounds the write-ahead log that a slot keeps, or that nothing does. */
    void sayBound(Optional<Long> keepLimit) {
        if (keepLimit.isPresent() && (dropBytes == 0 || keepLimit.get() <= dropBytes)) {
            LOGGER.atInfo()
                    .addKeyValue("bytes", keepLimit.get())
                    .log(
                            "max_slot_wal_keep_size bounds what the replication slot keeps; beyond it Postgres gives the slot up, and the rest is read from the table");
        } else if (dropBytes > 0) {
            LOGGER.atInfo()
                    .addKeyValue("bytes", dropBytes)
                    .log(
                            "replication.retained_wal_drop_bytes bounds what the replication slot keeps, as long as the forwarder runs; max_slot_wal_keep_size in Postgres would when it does not");
        } else {
            LOGGER.atWarn()
                    .log(
                            "nothing bounds the write-ahead log that the replication slot keeps while the target is away: set max_slot_wal_keep_size in Postgres, or replication.retained_wal_drop_bytes, to less than the disk has free");
        }
    }

    /** Whether the slot keeps so much that it is to be dropped. Warns before that. */
    boolean isTooMuch(ReplicationSlot.State state, long nowNs) {
        if (dropBytes > 0 && state.retainedBytes() > dropBytes) {
            return true;
        }
        boolean now = state.isEndangered() || (warnBytes > 0 && state.retainedBytes() > warnBytes);
        if (now && (!over || nowNs - sayAtNs >= 0)) {
            sayAtNs = nowNs + REMINDER.toNanos();
            warn(state);
        } else if (over && !now) {
            LOGGER.atInfo()
                    .addKeyValue("slot", slot)
                    .addKeyValue("retainedBytes", state.retainedBytes())
                    .log("the replication slot keeps little again");
        }
        over = now;
        return false;
    }

    private void warn(ReplicationSlot.State state) {
        LOGGER.atWarn()
                .addKeyValue("slot", slot)
                .addKeyValue("retainedBytes", state.retainedBytes())
                .addKeyValue("warnBytes", warnBytes)
                .addKeyValue("active", state.active())
                .log(
                        state.isEndangered()
                                ? "the slot is behind by more than max_slot_wal_keep_size and will be invalidated; then the rest is read from the table"
                                : "the replication slot makes Postgres keep more write-ahead log than replication.retained_wal_warn_bytes; see that the target takes records, and that the disk has room");
    }
}
