package io.tailrace.broker.outbox;

import io.tailrace.broker.log.AppendResult;
import io.tailrace.broker.log.LogAppends;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.PartitionId;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.sql.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes pages of the outbox to the log. Of each partition only one batch is under way at a time, so that one that has to
 * be tried again is not overtaken. A partition that has to be tried again is left out of the pages for a moment, so that it
 * does not fill them while others wait. A record that cannot be written stays behind with its reason; those beside it go on.
 * Confined to the outbox's thread.
 */
final class OutboxMover {

    private static final Logger LOGGER = LoggerFactory.getLogger(OutboxMover.class);

    /** The rules of the newest version of Produce hold. */
    private static final short PRODUCE_VERSION = ApiKeys.PRODUCE.latestVersion();

    /** What is to be done next. */
    enum Outcome {
        /** There was a page; there may be more. */
        MORE,
        /** Nothing waits but what has to be tried again, after a moment. */
        RETRY,
        /** Nothing waits. */
        EMPTY
    }

    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final PartitionTable partitions;
    private final LogAppends appends;
    private final LongSupplier clockNs;
    private final Map<PartitionId, Long> blockedUntilNs = new HashMap<>();

    OutboxMover(PartitionTable partitions, LogAppends appends, LongSupplier clockNs) {
        this.partitions = partitions;
        this.appends = appends;
        this.clockNs = clockNs;
    }

    private record Submitted(OutboxBatch batch, CompletableFuture<AppendResult> answer) {}

    /** Moves the oldest rows, and waits until they are in the log. */
    Outcome movePage(Connection connection) throws SQLException {
        long nowNs = clockNs.getAsLong();
        blockedUntilNs.values().removeIf(untilNs -> untilNs - nowNs <= 0);
        List<OutboxRow> page = OutboxStore.page(connection, blockedUntilNs.keySet());
        if (page.isEmpty()) {
            return blockedUntilNs.isEmpty() ? Outcome.EMPTY : Outcome.RETRY;
        }
        List<Submitted> submitted = new ArrayList<>();
        for (Map.Entry<PartitionId, List<OutboxRow>> entry : byPartition(page).entrySet()) {
            Optional<Partition> partition = partitions.partition(entry.getKey());
            if (partition.isPresent()) {
                submitted.add(submit(OutboxBatch.of(partition.get(), entry.getValue())));
            } else if (!failUnlessExists(connection, entry.getKey(), entry.getValue())) {
                block(entry.getKey());
            }
        }
        for (Submitted one : submitted) {
            if (!settle(connection, one)) {
                block(one.batch().rows().get(0).partition());
            }
        }
        return Outcome.MORE;
    }

    private void block(PartitionId partition) {
        blockedUntilNs.put(partition, clockNs.getAsLong() + PAUSE_NS);
    }

    private static Map<PartitionId, List<OutboxRow>> byPartition(List<OutboxRow> page) {
        Map<PartitionId, List<OutboxRow>> rows = new LinkedHashMap<>();
        page.forEach(row ->
                rows.computeIfAbsent(row.partition(), id -> new ArrayList<>()).add(row));
        return rows;
    }

    private Submitted submit(OutboxBatch batch) {
        return new Submitted(
                batch,
                appends.append(batch.partition(), batch.records(), PRODUCE_VERSION, OutboxStore.take(batch.rows())));
    }

    /** Waits for a batch. @return false if it has to be tried again */
    private boolean settle(Connection connection, Submitted submitted) throws SQLException {
        OutboxBatch batch = submitted.batch();
        Throwable thrown = await(submitted.answer());
        if (thrown == null) {
            return true;
        }
        if (thrown instanceof RetriableException && !batch.partition().isDeleted()) {
            LOGGER.atDebug().setCause(thrown).log("records of kafka.outbox are tried again");
            return false;
        }
        if (batch.rows().size() == 1 || batch.partition().isDeleted()) {
            fail(connection, batch.partition().topic().name(), batch.rows(), reason(batch, thrown));
            return true;
        }
        boolean allMoved = true;
        for (OutboxBatch single : batch.singly()) {
            allMoved = allMoved && settle(connection, submit(single));
        }
        return allMoved;
    }

    private static @Nullable Throwable await(CompletableFuture<AppendResult> answer) {
        try {
            answer.join();
            return null;
        } catch (CompletionException e) {
            return SqlErrors.unwrap(e);
        }
    }

    private static String reason(OutboxBatch batch, Throwable thrown) {
        if (batch.partition().isDeleted()) {
            return "the topic was deleted";
        }
        if (thrown instanceof RecordValidationException rejected
                && !rejected.recordErrors().isEmpty()) {
            return rejected.recordErrors().get(0).message;
        }
        return SqlErrors.message(thrown);
    }

    private static boolean failUnlessExists(Connection connection, PartitionId id, List<OutboxRow> rows)
            throws SQLException {
        if (OutboxStore.exists(connection, id)) {
            return false;
        }
        fail(connection, "#" + id.topicId(), rows, "the topic was deleted");
        return true;
    }

    private static void fail(Connection connection, String topic, List<OutboxRow> rows, String reason)
            throws SQLException {
        OutboxStore.fail(connection, rows, reason);
        LOGGER.atWarn()
                .addKeyValue("topic", topic)
                .addKeyValue("records", rows.size())
                .addKeyValue("reason", reason)
                .log("records that SQL has produced cannot be written; they stay in kafka.outbox");
    }
}
