package io.tailrace.broker.cleaner;

import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.PartitionTable;
import io.tailrace.broker.sql.SqlErrors;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at every partition again and again. What fails for one partition is tried again in the next round and holds up no
 * other; a database that is away ends the round. Owns: the thread, and the connection of its steps.
 */
final class CleanerThread implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(CleanerThread.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);

    /** What is done to one partition. */
    interface Round {
        void clean(Partition partition, Steps steps) throws SQLException, InterruptedException;

        /** Forgets partitions other than these. */
        void retain(Collection<Partition> partitions);
    }

    private final PartitionTable partitions;
    private final Round round;
    private final Steps steps;
    private final Duration interval;
    private final Thread thread;
    private volatile long lastPassNs = System.nanoTime();

    /** @param interval between two rounds */
    CleanerThread(String name, PartitionTable partitions, Round round, Steps steps, Duration interval) {
        this.partitions = partitions;
        this.round = round;
        this.steps = steps;
        this.interval = interval;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try (steps) {
            boolean failing = false;
            while (true) {
                Thread.sleep((failing ? PAUSE_AFTER_FAILURE : interval).toMillis());
                boolean succeeded = cleanAll(failing);
                if (failing && succeeded) {
                    LOGGER.atInfo().log("the cleaner works again");
                }
                failing = !succeeded;
            }
        } catch (InterruptedException e) {
            // The broker is stopping.
            Thread.currentThread().interrupt();
        }
    }

    private boolean cleanAll(boolean failedBefore) throws InterruptedException {
        Collection<Partition> all = partitions.all();
        round.retain(all);
        for (Partition partition : all) {
            try {
                clean(partition);
            } catch (SQLException e) {
                if (!failedBefore) {
                    LOGGER.atWarn().setCause(e).log("the cleaner waits for Postgres");
                }
                steps.close();
                return false;
            }
        }
        lastPassNs = System.nanoTime();
        return true;
    }

    /** Since it has last looked at every partition, or since the start. */
    Duration sincePass() {
        return Duration.ofNanos(System.nanoTime() - lastPassNs);
    }

    long deletedRows() {
        return steps.deletedRows();
    }

    private void clean(Partition partition) throws SQLException, InterruptedException {
        if (partition.isDeleted()) {
            return;
        }
        try {
            round.clean(partition, steps);
        } catch (NotLeaderOrFollowerException e) {
            LOGGER.atDebug().setCause(e).addKeyValue("partition", partition).log("a partition has gone");
        } catch (SQLException e) {
            if (steps.isBroken() || SqlErrors.isPassing(e)) {
                throw e;
            }
            logFailure(partition, e);
        } catch (RuntimeException e) {
            logFailure(partition, e);
        }
    }

    private static void logFailure(Partition partition, Exception e) {
        if (!partition.isDeleted()) {
            LOGGER.atError().setCause(e).addKeyValue("partition", partition).log("a partition could not be cleaned");
        }
    }

    /** Ends the thread after the statement that it is at. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
