package io.tailrace.forwarder.groups;

import io.tailrace.config.GroupSyncSettings;
import io.tailrace.forwarder.sink.TargetSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries consumer groups to the target, every so often, on a thread of its own. Whatever fails is said once and tried
 * again in the next round. While a cutover carries them, this does not. Runs only while this process is the forwarder of its slot: {@link #resume()} and {@link
 * #pause()} are for any thread. Owns: its thread, its connection, the admin client.
 */
public final class GroupSync implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(GroupSync.class);
    /** After so long the target is asked about every group, whether anything has changed here or not. */
    private static final Duration ANEW_AFTER = Duration.ofMinutes(1);

    private final String forwarder;
    private final TargetSettings settings;
    private final DataSource dataSource;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(GroupSync::thread);

    private volatile boolean active;
    private volatile GroupReport last = new GroupReport(0, Map.of());
    /** The rest is used by its own thread only. */
    private @Nullable Connection connection;

    private @Nullable GroupTarget target;
    private @Nullable GroupRound round;
    private boolean failing;
    private long anewAtNs = System.nanoTime();

    private GroupSync(String forwarder, TargetSettings settings, DataSource dataSource) {
        this.forwarder = forwarder;
        this.settings = settings;
        this.dataSource = dataSource;
    }

    /**
     * Makes ready to carry groups; it begins with {@link #resume()}.
     *
     * @param forwarder the name under which positions and maps stand
     * @param dataSource where its connection comes from
     * @param groups whether, and how often
     */
    public static GroupSync start(
            String forwarder, TargetSettings settings, DataSource dataSource, GroupSyncSettings groups) {
        GroupSync sync = new GroupSync(forwarder, settings, dataSource);
        if (groups.enabled()) {
            long intervalMs = groups.interval().toMillis();
            var unused = sync.thread.scheduleWithFixedDelay(sync::run, intervalMs, intervalMs, TimeUnit.MILLISECONDS);
        }
        return sync;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "tailrace-groups");
        thread.setDaemon(true);
        return thread;
    }

    /** This process is the forwarder of its slot. */
    public void resume() {
        active = true;
    }

    /** Another process may be. */
    public void pause() {
        active = false;
    }

    /** What came of the last round that was not cut short. */
    public GroupReport last() {
        return last;
    }

    private void run() {
        if (!active) {
            return;
        }
        try {
            Connection database = connection();
            if (!GroupLock.take(database, forwarder)) {
                return;
            }
            GroupRound current = round();
            if (System.nanoTime() - anewAtNs >= 0) {
                current.beginAnew(database);
                anewAtNs = System.nanoTime() + ANEW_AFTER.toNanos();
            }
            last = current.run(database);
            GroupLock.release(database, forwarder);
            if (failing) {
                failing = false;
                LOGGER.atInfo().log("offsets of consumer groups are carried to the target again");
            }
        } catch (SQLException | RuntimeException failed) {
            closeConnection();
            onFailure(failed);
        }
    }

    private void onFailure(Exception failed) {
        if (!failing && active) {
            failing = true;
            LOGGER.atWarn()
                    .addKeyValue("reason", failed.getMessage())
                    .log("offsets of consumer groups are not carried to the target for now");
        }
    }

    private GroupRound round() {
        GroupRound current = round;
        if (current == null) {
            target = new TargetGroups(settings);
            current = new GroupRound(forwarder, target);
            round = current;
        }
        return current;
    }

    private Connection connection() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = dataSource.getConnection();
            connection = open;
        }
        return open;
    }

    private void closeConnection() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException gone) {
                // The connection is broken, which ends it as well.
            }
        }
    }

    @Override
    public void close() {
        active = false;
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
                LOGGER.atWarn().log("carrying consumer groups does not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (target != null) {
            target.close();
        }
        closeConnection();
    }
}
