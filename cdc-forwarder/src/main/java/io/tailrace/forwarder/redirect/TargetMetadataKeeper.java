package io.tailrace.forwarder.redirect;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.message.MetadataResponseData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what the target says of itself current in Postgres. Whatever fails is tried again at the next turn: what is stored
 * stays. Thread-safe. Owns: its thread, and while that runs its connections to both.
 */
public final class TargetMetadataKeeper implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TargetMetadataKeeper.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final DataSource dataSource;
    private final ClientView view;
    private final TargetMetadataStore store;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    /** Confined to the thread. */
    private boolean failing;

    private TargetMetadataKeeper(DataSource dataSource, ClientView view, String forwarder) {
        this.dataSource = dataSource;
        this.view = view;
        this.store = new TargetMetadataStore(forwarder);
        this.thread = new Thread(this::run, "tailrace-target-metadata");
        thread.setDaemon(true);
    }

    /**
     * Begins.
     *
     * @param forwarder the name under which it is stored: the forwarder's slot
     */
    public static TargetMetadataKeeper start(DataSource dataSource, ClientView view, String forwarder) {
        TargetMetadataKeeper keeper = new TargetMetadataKeeper(dataSource, view, forwarder);
        keeper.thread.start();
        return keeper;
    }

    private void run() {
        try {
            do {
                keepWhilePossible();
            } while (!stopped.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void keepWhilePossible() throws InterruptedException {
        try (MetadataInquiry inquiry = new MetadataInquiry(view);
                Connection connection = dataSource.getConnection()) {
            do {
                keep(inquiry, connection);
            } while (!stopped.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
        } catch (SQLException | IOException | KafkaException failed) {
            if (!failing) {
                LOGGER.atWarn()
                        .addKeyValue("bootstrapServers", view.bootstrapServers())
                        .addKeyValue("reason", failed.getMessage())
                        .log("what the target says of itself to clients cannot be kept current; it is tried again");
            }
            failing = true;
        }
    }

    private void keep(MetadataInquiry inquiry, Connection connection) throws SQLException, IOException {
        MetadataResponseData metadata = inquiry.ask(store.topics(connection));
        if (store.save(connection, view.bootstrapServers(), metadata)) {
            LOGGER.atDebug().addKeyValue("cluster", metadata.clusterId()).log("the target's metadata has changed");
        }
        failing = false;
    }

    /** Ends the thread; waits no longer for it than a moment, should it be waiting for the target. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
