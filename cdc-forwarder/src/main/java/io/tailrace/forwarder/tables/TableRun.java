package io.tailrace.forwarder.tables;

import io.tailrace.config.TablesConfig;
import io.tailrace.forwarder.sink.IdentityRequest;
import io.tailrace.forwarder.sink.ProducerIdentity;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.tables.checkpoint.Checkpoint;
import io.tailrace.forwarder.tables.checkpoint.CheckpointStore;
import io.tailrace.forwarder.tables.json.ChangeJson;
import io.tailrace.forwarder.tables.json.TypeCatalog;
import io.tailrace.forwarder.tables.pgoutput.Message;
import io.tailrace.forwarder.tables.target.ChangeSink;
import io.tailrace.forwarder.tables.target.ChangeSink.Outgoing;
import io.tailrace.forwarder.tables.target.LostPartitions;
import io.tailrace.forwarder.tables.target.Position;
import io.tailrace.forwarder.tables.target.Progress;
import io.tailrace.forwarder.tables.target.Progress.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a table stream: from connecting to its stop or first failure. Whatever fails, the next run begins at the
 * checkpoint and leaves out what the target has by then. Confined to one thread, but for what {@link Progress} is told. Owns:
 * the replication connection and the sink.
 */
final class TableRun {
    private static final Logger LOGGER = LoggerFactory.getLogger(TableRun.class);
    private static final long FINISH_TIMEOUT_MS = 10_000;

    private final TablesConfig config;
    private final TargetSettings settings;
    private final CheckpointStore checkpoints;
    private final LostPartitions lost;
    private final ChangeJson json;
    private final CountDownLatch stopped;
    private final Connection connection;
    private final SourceDatabase database;
    private final Progress progress;

    private Checkpoint checkpoint = Checkpoint.NONE;
    private long countBefore;
    private long confirmedLsn;
    private long savedNs;

    TableRun(
            TablesConfig config,
            TargetSettings settings,
            CheckpointStore checkpoints,
            LostPartitions lost,
            ChangeJson json,
            CountDownLatch stopped,
            Connection connection) {
        this.config = config;
        this.settings = settings;
        this.checkpoints = checkpoints;
        this.lost = lost;
        this.json = json;
        this.stopped = stopped;
        this.connection = connection;
        this.database = new SourceDatabase(connection, config.postgres());
        this.progress =
                new Progress(config.kafka().bufferMemory(), config.replication().maxBufferSize());
    }

    /** Returns when it is stopped. */
    void run() throws SQLException, InterruptedException {
        database.check();
        checkpoint = checkpoints.load(connection);
        database.ensureSlot(checkpoint.lsn() == 0, checkpoints);
        database.requireReached(checkpoint.lsn(), "the checkpoint");
        countBefore = checkpoint.messageCount();
        savedNs = System.nanoTime();
        ProducerIdentity identity = identity();
        long statusIntervalMs = TimeUnit.SECONDS.toMillis(config.replication().keepaliveIntervalSecs());
        try (ReplicationConnection source =
                        ReplicationConnection.open(config.postgres(), checkpoint.lsn(), statusIntervalMs);
                ChangeSink sink = new ChangeSink(config.kafka(), settings, identity, progress, lost)) {
            LOGGER.atInfo()
                    .addKeyValue("slot", config.postgres().slotName())
                    .addKeyValue("publication", config.postgres().publication())
                    .log("streaming tables");
            stream(source, sink, statusIntervalMs);
            finish(source);
        }
    }

    /** Saved before it is used, so that a successor is the same producer. */
    private ProducerIdentity identity() throws SQLException, InterruptedException {
        ProducerIdentity known = checkpoint.producer();
        if (known != null && !lost.takeIdentityIsSpent()) {
            return known;
        }
        ProducerIdentity identity = IdentityRequest.send(settings);
        checkpoint = new Checkpoint(checkpoint.lsn(), checkpoint.messageCount(), identity);
        checkpoints.save(connection, checkpoint);
        return identity;
    }

    private void stream(ReplicationConnection source, ChangeSink sink, long statusIntervalMs)
            throws SQLException, InterruptedException {
        Tables tables =
                new Tables(database, new TypeCatalog(connection), config.kafka().topicPrefix());
        ChangeStream changes = new ChangeStream(
                config.postgres().database(),
                tables,
                json,
                progress,
                (outgoing, toAll, transaction) -> send(source, sink, outgoing, toAll, transaction, statusIntervalMs),
                InstantSource.system(),
                checkpoint.lsn());
        while (stopped.getCount() > 0) {
            progress.check();
            saveIfDue(source);
            Message message = source.next();
            if (message != null) {
                changes.on(message);
            } else {
                if (changes.isBetween()) {
                    moveOn(source);
                }
                stopped.await(config.replication().pollIntervalMs(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private void send(
            ReplicationConnection source,
            ChangeSink sink,
            Outgoing outgoing,
            boolean toAll,
            Transaction transaction,
            long statusIntervalMs)
            throws SQLException, InterruptedException {
        if (!sink.isOpen(outgoing.topic())) {
            Position last = sink.open(outgoing.topic());
            database.requireReached(last.lsn(), "topic " + outgoing.topic());
        }
        while (!progress.awaitRoom(outgoing.row().sizeBytes(), statusIntervalMs)) {
            progress.check();
            source.touch();
            saveIfDue(source);
            if (stopped.getCount() == 0) {
                throw new InterruptedException("the stream stops");
            }
        }
        if (toAll) {
            sink.sendToAll(outgoing, transaction);
        } else {
            sink.send(outgoing, transaction);
        }
    }

    private void saveIfDue(ReplicationConnection source) throws SQLException {
        long intervalNs = TimeUnit.SECONDS.toNanos(config.replication().checkpointIntervalSecs());
        if (System.nanoTime() - savedNs >= intervalNs) {
            savedNs = System.nanoTime();
            save(source);
        }
    }

    /** What was sent is saved first; only then Postgres may forget it. Where nothing was sent, nothing is saved. */
    private void save(ReplicationConnection source) throws SQLException {
        long lsn = progress.confirmedLsn();
        long count = countBefore + progress.acknowledged();
        if (count != checkpoint.messageCount() && Long.compareUnsigned(lsn, checkpoint.lsn()) > 0) {
            checkpoint = new Checkpoint(lsn, count, checkpoint.producer());
            checkpoints.save(connection, checkpoint);
            LOGGER.atDebug()
                    .addKeyValue("lsn", lsn)
                    .addKeyValue("records", count)
                    .log("checkpoint saved");
        }
        confirm(source, lsn);
    }

    /** When all there was is on the target and saved, Postgres need not keep what it wrote for others either. */
    private void moveOn(ReplicationConnection source) throws SQLException {
        if (progress.isIdle() && countBefore + progress.acknowledged() == checkpoint.messageCount()) {
            confirm(source, source.receivedLsn());
        }
    }

    private void confirm(ReplicationConnection source, long lsn) throws SQLException {
        if (Long.compareUnsigned(lsn, confirmedLsn) > 0) {
            source.confirm(lsn);
            confirmedLsn = lsn;
        }
    }

    /** Stopped: what is on its way is waited for, so that the next start has nothing to read again. */
    private void finish(ReplicationConnection source) throws SQLException, InterruptedException {
        if (!progress.awaitNothing(FINISH_TIMEOUT_MS)) {
            LOGGER.atWarn().log("the target does not acknowledge what was sent; the next start finds out what it has");
        }
        save(source);
    }
}
