package io.tailrace.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.sql.Database;
import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ConfigLoader;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Deleted topics, where a reader of the log is in the way. */
class TopicRemovalIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final TopicRegistry registry = new TopicRegistry();
    private final TopicStore store = new TopicStore();
    private PostgresAddress address;
    private Database database;
    private TopicService topics;

    @BeforeEach
    void start() throws Exception {
        address = POSTGRES.freshDatabase();
        database = new Database(
                ConfigLoader.load(
                                BrokerConfig.class,
                                null,
                                Map.of(
                                        "TAILRACE_POSTGRES_HOST", address.host(),
                                        "TAILRACE_POSTGRES_PORT", Integer.toString(address.port()),
                                        "TAILRACE_POSTGRES_DATABASE", address.database(),
                                        "TAILRACE_POSTGRES_USER", address.user(),
                                        "TAILRACE_POSTGRES_PASSWORD", address.password()))
                        .postgres(),
                1);
        Migrations.migrate(database.generalPool());
        topics = new TopicService(
                database, registry, Runnable::run, task -> {}, new NewTopicDefaults(1, 10, Map.of()), 1);
    }

    @AfterEach
    void stop() {
        database.close();
    }

    private void detachBehindAReader(Topic topic) throws SQLException {
        try (Connection reader = address.connect();
                Statement reading = reader.createStatement();
                Connection other = address.connect();
                Statement detaching = other.createStatement()) {
            reader.setAutoCommit(false);
            reading.execute("SELECT count(*) FROM kafka.messages");
            detaching.execute("SET statement_timeout = '500ms'");
            assertThatThrownBy(() -> detaching.execute(
                            "ALTER TABLE kafka.messages DETACH PARTITION " + topic.leaf() + " CONCURRENTLY"))
                    .hasMessageContaining("statement timeout");
            reader.rollback();
        }
    }

    @Test
    void shouldFinishADetachmentThatWasCutOffBeforeItBeginsAnother() throws Exception {
        // Given: the later of two topics is half detached
        Topic first = topics.getOrCreate("first").join();
        Topic second = topics.getOrCreate("second").join();
        topics.delete(first).join();
        topics.delete(second).join();
        detachBehindAReader(second);

        // When
        topics.removeRemains();

        // Then
        try (Connection connection = address.connect()) {
            assertThat(store.deletedWithRemains(connection)).isEmpty();
        }
    }
}
