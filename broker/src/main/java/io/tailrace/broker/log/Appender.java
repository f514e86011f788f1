package io.tailrace.broker.log;

import io.tailrace.broker.log.AppendTransaction.CommitUnknownException;
import io.tailrace.broker.log.AppendTransaction.FencedException;
import io.tailrace.broker.log.AppendTransaction.LeafNotSeenException;
import io.tailrace.broker.log.AppendTransaction.OffsetsMovedException;
import io.tailrace.broker.log.AppendTransaction.TransactionsEndedException;
import io.tailrace.broker.sql.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.RecordValidationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the batches of its partitions: a thread and a connection of its own, and one Postgres transaction for everything
 * that waits when the last one is done (group commit). One fsync then serves many producers, which is what makes a
 * database as fast as a log.
 *
 * <p>A group that fails is answered with an error that clients retry. While no connection can be had, batches wait for
 * {@code log.append_timeout}. A commit whose outcome is unknown leaves the partitions to be read anew; the producer's
 * retry is then recognised by its sequence.
 *
 * <p>The queue is bounded by the memory that the network side grants to requests. Owns: the thread and the connection.
 */
final class Appender implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Appender.class);
    private static final int RETAINED_BYTES = 8 * 1024 * 1024;
    private static final long PAUSE_AFTER_FAILURE_MS = 100;
    private static final long IDLE_POLL_MS = 200;
    private static final long CLOSE_TIMEOUT_MS = 10_000;
    private static final int MAX_LEAF_NOT_SEEN = 5;

    private final AppendConnection connection;
    private final PartitionLoader loader;
    private final AppendTransaction transaction;
    private final TransactionGate gate;
    private final AppendFence fence;
    private final int groupBytes;
    private final long producerExpirationMs;
    private final Time time;
    private final BlockingQueue<PendingAppend> queue = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closing;
    private volatile AppendObserver observer = (records, bytes, durationNs) -> {};

    // Confined to the thread.
    private final GlobalOffsets globalOffsets = new GlobalOffsets();
    private final GroupRows rows;
    private final Deque<PendingAppend> waiting = new ArrayDeque<>();
    private final UncertainPartitions uncertain;
    private int leafNotSeen;

    Appender(
            String name,
            AppendConnection connection,
            int leaseEpoch,
            LogAppends.Settings settings,
            ProducerEpochs epochs,
            AppendFence fence,
            Time time) {
        this.connection = connection;
        this.loader = new PartitionLoader(leaseEpoch);
        this.uncertain = new UncertainPartitions(loader);
        this.transaction = new AppendTransaction(leaseEpoch);
        this.gate = new TransactionGate(epochs);
        this.fence = fence;
        this.groupBytes = settings.groupBytes();
        this.producerExpirationMs = settings.producerIdExpiration().toMillis();
        this.rows =
                new GroupRows(new BatchPayload(settings.maxUncompressedBatchBytes()), globalOffsets, RETAINED_BYTES);
        this.time = time;
        this.thread = new Thread(this::run, name);
        thread.start();
    }

    void observe(AppendObserver newObserver) {
        observer = newObserver;
    }

    void enqueue(PendingAppend append) {
        queue.add(append);
        if (closing && queue.remove(append)) {
            append.answer().completeExceptionally(new NotLeaderOrFollowerException("The broker is stopping"));
        }
    }

    private void run() {
        try {
            while (!closing || !queue.isEmpty() || !waiting.isEmpty()) {
                takeWaiting();
                readUncertain();
                if (!waiting.isEmpty() && !writeGroup(waiting)) {
                    Thread.sleep(PAUSE_AFTER_FAILURE_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connection.close();
        }
    }

    private void takeWaiting() throws InterruptedException {
        if (waiting.isEmpty()) {
            PendingAppend first = queue.poll(closing ? 0 : IDLE_POLL_MS, TimeUnit.MILLISECONDS);
            if (first != null) {
                waiting.add(first);
            }
        }
        queue.drainTo(waiting);
    }

    /** Records that were committed after all are there to be read, whether or not anybody appends again. */
    private void readUncertain() {
        if (uncertain.isEmpty() || closing) {
            return;
        }
        try {
            uncertain.read(connection.current());
        } catch (SQLException e) {
            connection.onFailure(e);
        }
    }

    /**
     * Writes one group from the head of what waits.
     *
     * @return false if the database failed, so that there is no use in going on at once
     */
    private boolean writeGroup(Deque<PendingAppend> source) {
        Connection current;
        try {
            current = connection.current();
        } catch (SQLException e) {
            connection.onFailure(e);
            refuseExpired(source, e);
            return false;
        }
        return writeGroup(source, current);
    }

    private void refuseExpired(Deque<PendingAppend> source, SQLException e) {
        long nowNs = time.nanoseconds();
        RuntimeException error = errorFor(e, true);
        source.removeIf(append -> {
            boolean expired = closing || nowNs - append.deadlineNs() > 0;
            if (expired) {
                append.answer().completeExceptionally(error);
            }
            return expired;
        });
    }

    private boolean writeGroup(Deque<PendingAppend> source, Connection current) {
        AppendGroup group = new AppendGroup(rows, gate, fence, time::milliseconds);
        List<PendingAppend> members = new ArrayList<>();
        try {
            while (!source.isEmpty() && group.bytes() < groupBytes) {
                PendingAppend append = source.remove();
                members.add(append);
                add(current, group, append);
            }
            if (group.isEmpty()) {
                current.rollback();
            } else if (!runSteps(current, members)) {
                putBack(members, source);
                return true;
            } else {
                write(current, group);
            }
            leafNotSeen = 0;
            group.onCommitted();
            group.expireProducers(producerExpirationMs);
            connection.onSuccess();
            return true;
        } catch (OffsetsMovedException e) {
            LOGGER.atWarn().addKeyValue("partitions", group.partitions()).log("offsets moved; reading them again");
            group.onUncertain();
            putBack(members, source);
            return true;
        } catch (FencedException e) {
            members.forEach(append -> append.answer().completeExceptionally(AppendFence.refusal()));
            return true;
        } catch (TransactionsEndedException e) {
            members.stream().filter(e::concerns).forEach(this::refuseOutsideTransaction);
            putBack(members, source);
            return true;
        } catch (LeafNotSeenException e) {
            if (++leafNotSeen > MAX_LEAF_NOT_SEEN) {
                leafNotSeen = 0;
                return onFailure(group, members, e);
            }
            LOGGER.atDebug().setCause(e).log("a leaf of the log is not seen; trying a new connection");
            connection.close();
            group.onUncertain();
            putBack(members, source);
            return true;
        } catch (SQLException e) {
            return onFailure(group, members, e);
        } catch (RuntimeException | Error e) {
            LOGGER.atError().setCause(e).log("an append failed for a reason that has no place here");
            return onFailure(group, members, new SQLException(e));
        }
    }

    private void write(Connection current, AppendGroup group)
            throws SQLException, OffsetsMovedException, TransactionsEndedException, FencedException {
        long startNs = time.nanoseconds();
        transaction.write(current, group);
        observer.onCommitted(group.records(), group.bytes(), time.nanoseconds() - startNs);
    }

    private void add(Connection current, AppendGroup group, PendingAppend append) throws SQLException {
        try {
            if (time.nanoseconds() - append.deadlineNs() > 0) {
                throw new TimeoutException("The batch waited longer than log.append_timeout for Postgres");
            }
            if (append.partition().isDeleted()) {
                throw new UnknownTopicOrPartitionException("The topic is deleted");
            }
            if (!append.partition().isLoaded()) {
                loader.load(current, append.partition());
            }
            globalOffsets.reserve(current, append.batch().count());
            group.add(append);
        } catch (ApiException | RecordValidationException e) {
            append.answer().completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            // A codec that cannot be loaded, or more memory than there is: the other batches of the group go on.
            LOGGER.atError()
                    .addKeyValue("topic", append.partition().topic().name())
                    .setCause(e)
                    .log("a batch could not be taken apart");
            append.answer().completeExceptionally(new UnknownServerException("The batch could not be taken apart", e));
        }
    }

    /** Runs what is to be committed with the records. @return false if one must not be written: then nothing is */
    private static boolean runSteps(Connection current, List<PendingAppend> members) throws SQLException {
        for (PendingAppend append : members) {
            if (append.step() != AppendStep.NONE && !append.answer().isDone()) {
                try {
                    append.step().run(current);
                } catch (ApiException e) {
                    current.rollback();
                    append.answer().completeExceptionally(e);
                    return false;
                }
            }
        }
        return true;
    }

    private void refuseOutsideTransaction(PendingAppend append) {
        append.answer()
                .completeExceptionally(gate.notPartOfTransaction(append.batch().header()));
    }

    private static void putBack(List<PendingAppend> members, Deque<PendingAppend> source) {
        for (int i = members.size() - 1; i >= 0; i--) {
            if (!members.get(i).answer().isDone()) {
                source.addFirst(members.get(i));
            }
        }
    }

    private boolean onFailure(AppendGroup group, List<PendingAppend> members, SQLException e) {
        connection.onFailure(e);
        group.onUncertain();
        if (e instanceof CommitUnknownException) {
            group.changes().forEach(change -> uncertain.add(change.partition()));
        }
        boolean passing = e instanceof CommitUnknownException || SqlErrors.isPassing(e);
        if (!passing && group.changes().size() > 1) {
            return writeApart(members);
        }
        RuntimeException error = errorFor(e, passing);
        members.forEach(append -> append.answer().completeExceptionally(error));
        return false;
    }

    /** One partition that Postgres refuses must not take the others with it: each gets a transaction of its own. */
    private boolean writeApart(List<PendingAppend> members) {
        Map<PartitionId, Deque<PendingAppend>> byPartition = new LinkedHashMap<>();
        for (PendingAppend append : members) {
            if (!append.answer().isDone()) {
                byPartition
                        .computeIfAbsent(append.partition().id(), id -> new ArrayDeque<>())
                        .add(append);
            }
        }
        boolean allWritten = true;
        Deque<PendingAppend> left = new ArrayDeque<>();
        for (Deque<PendingAppend> one : byPartition.values()) {
            boolean written = true;
            while (written && !one.isEmpty()) {
                written = writeGroup(one);
            }
            allWritten &= written;
            left.addAll(one);
        }
        left.descendingIterator().forEachRemaining(waiting::addFirst);
        return allWritten;
    }

    private static RuntimeException errorFor(SQLException e, boolean passing) {
        if (e instanceof CommitUnknownException) {
            return new NotEnoughReplicasAfterAppendException("Postgres failed during the commit: " + e.getMessage());
        }
        return passing
                ? new NotEnoughReplicasException("Postgres is not available: " + e.getMessage())
                : new UnknownServerException("Postgres refused the records: " + e.getMessage());
    }

    /** Writes what waits, then ends the thread and closes the connection; in bounded time. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(CLOSE_TIMEOUT_MS);
            if (thread.isAlive()) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
