package io.tailrace.forwarder.verify;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.config.VerificationConfig;
import io.tailrace.forwarder.decode.UnreadableRowException;
import io.tailrace.forwarder.sink.TargetException;
import io.tailrace.forwarder.sink.TargetSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the forwarder and compares what it has forwarded, a piece of each partition in turn, at a bounded rate. On a
 * thread and connections of its own, so that forwarding never waits for it. That Postgres or the target is away makes
 * nothing red: it says so and goes on when they are back. Thread-safe: it can only be started and closed. Owns: the
 * thread, and what it needs.
 */
public final class ContinuousVerifier implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ContinuousVerifier.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration SECOND_LOOK = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final VerificationConfig config;
    private final String slot;
    private final DataSource dataSource;
    private final RateLimit rate;
    private final ForwardedPartitions partitions;
    private final VerificationStore store;
    private final TargetLog target;
    private final PartitionVerifier verifier;
    private final Looks looks;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "tailrace-verifier");
    /** Whether it was said that verification is interrupted; used by its own thread only. */
    private boolean interrupted;

    public ContinuousVerifier(ForwarderConfig config, DataSource dataSource, TargetSettings settings) {
        this.config = config.verification();
        this.slot = config.replication().slot();
        this.dataSource = dataSource;
        this.rate = new RateLimit(this.config.rateRecords(), this.config.rateBytes());
        this.partitions = new ForwardedPartitions(slot);
        this.store = new VerificationStore(slot);
        this.target = new TargetLog(settings);
        this.verifier = new PartitionVerifier(
                partitions, config.replication().maxUncompressedBatchBytes(), target, this::await, SECOND_LOOK);
        this.looks = new Looks(this.config.recheckInterval());
        thread.setDaemon(true);
    }

    /** Starts, unless the configuration says not to. */
    public void start() {
        if (config.enabled()) {
            thread.start();
        }
    }

    private void run() {
        try (target) {
            while (!isStopping()) {
                follow();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until something fails. */
    private void follow() throws InterruptedException {
        try (VerifierSession session = VerifierSession.open(dataSource)) {
            while (!isStopping()) {
                boolean mayGoOn = isReady(session) && pass(session.connection());
                await(mayGoOn ? Duration.ZERO : config.interval());
            }
        } catch (SQLException | RuntimeException failed) {
            onFailure(failed);
            await(RETRY);
        }
    }

    /** The forwarder brings the schema up to date first. Once clients have moved, they write what the log does not have. */
    private boolean isReady(VerifierSession session) throws SQLException {
        Connection connection = session.connection();
        return VerificationStore.exists(connection) && session.lock(slot) && !VerificationStore.hasMoved(connection);
    }

    /** @return whether there is more to compare at once */
    private boolean pass(Connection connection) throws SQLException, InterruptedException {
        List<ForwardedPartition> all = partitions.all(connection);
        looks.retain(all);
        boolean more = false;
        for (ForwardedPartition partition : all) {
            if (!isStopping() && partition.isWhole() && looks.isDue(partition, System.nanoTime())) {
                more |= verify(connection, partition);
            }
        }
        return more;
    }

    private boolean verify(Connection connection, ForwardedPartition partition)
            throws SQLException, InterruptedException {
        looks.note(partition, false);
        long startNs = System.nanoTime();
        Optional<PartitionVerifier.Step> compared = step(connection, partition);
        if (compared.isEmpty()) {
            return false;
        }
        PartitionVerifier.Step step = compared.get();
        store.save(connection, partition, step.verified());
        looks.note(partition, !step.differs());
        Reports.onVerified(partition, step.verified());
        await(rate.rest(step.records(), step.bytes(), Duration.ofNanos(System.nanoTime() - startNs)));
        return !step.differs() && !step.atEnd();
    }

    private Optional<PartitionVerifier.Step> step(Connection connection, ForwardedPartition partition)
            throws SQLException, InterruptedException {
        try {
            Optional<PartitionVerifier.Step> step = verifier.verify(connection, partition, partition.verified());
            if (interrupted) {
                interrupted = false;
                LOGGER.atInfo().log("verification goes on");
            }
            return step;
        } catch (TargetException | UnreadableRowException failed) {
            onFailure(failed);
            await(RETRY);
            return Optional.empty();
        }
    }

    private void onFailure(Exception failed) {
        if (!isStopping() && !interrupted) {
            interrupted = true;
            LOGGER.atWarn()
                    .addKeyValue("reason", failed.getMessage())
                    .log("verification is interrupted and goes on by itself; that makes nothing red");
            LOGGER.atDebug().setCause(failed).log("the cause in full");
        }
    }

    private void await(Duration time) throws InterruptedException {
        if (stopped.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new InterruptedException("the verifier stops");
        }
    }

    private boolean isStopping() {
        return stopped.getCount() == 0;
    }

    /** Stops within a bounded time; what was compared and not saved is compared again. */
    @Override
    public void close() {
        stopped.countDown();
        target.wakeUp();
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException waiting) {
            Thread.currentThread().interrupt();
        }
    }
}
