package io.tailrace.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the roles for SQL may. A new table, view or function belongs into one of the lists below, and into docs/sql.md. */
class SqlRolesIT {
    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final Set<String> READABLE = Set.of(
            "records",
            "record_batches",
            "topics",
            "partitions",
            "outbox",
            "consumer_offsets",
            "topic_shadow_config",
            "forwarders",
            "forwarder_topics",
            "forwarder_positions",
            "forwarder_offset_map",
            "forwarder_groups",
            "forwarder_group_offsets",
            "verified_partitions",
            "verification",
            "refused_records",
            "replays",
            "repeated_ranges",
            "migration",
            "target_metadata",
            "left_at_target",
            "returning_offsets");

    private static final Set<String> HIDDEN = Set.of(
            "messages",
            "cluster",
            "producer_sequences",
            "group_shards",
            "group_records",
            "group_pending_records",
            "transactions",
            "transaction_partitions",
            "transaction_groups",
            "transaction_markers",
            "configs",
            "client_quotas",
            "log_runs",
            "compactions",
            "topic_defaults",
            "forwarder_identities",
            "schema_history");

    /** They compute something, of their arguments or of what their caller may read. */
    private static final Set<String> FOR_EVERYBODY = Set.of(
            "utf8",
            "murmur2",
            "partition_for_key",
            "checked_headers",
            "topic_setting",
            "json_text",
            "batch_codec",
            "batch_decodable",
            "batch_payload",
            "batch_header",
            "decompress_block",
            "snappy_decompress",
            "lz4_decompress",
            "batch_records");

    private static final String RELATIONS = "FROM pg_class c WHERE c.relnamespace = 'kafka'::regnamespace"
            + " AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private DataSource database;

    @BeforeEach
    void createRoles() throws SQLException {
        PostgresAddress address = POSTGRES.freshDatabase();
        database = Databases.dataSource(address);
        DataSource superuser = Databases.dataSource(POSTGRES.server().superuser(address.database()));
        for (String role : SqlRoles.NAMES) {
            Databases.execute(
                    superuser,
                    "DO $$ BEGIN CREATE ROLE " + role
                            + " NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");
        }
    }

    @Test
    void shouldDecideOfEachTableWhetherItMayBeRead() throws SQLException {
        // When
        Migrations.migrate(database);

        // Then
        Set<String> decided = new TreeSet<>(READABLE);
        decided.addAll(HIDDEN);
        assertThat(names("SELECT c.relname " + RELATIONS)).isEqualTo(decided);
        assertThat(readable()).isEqualTo(new TreeSet<>(READABLE));
    }

    @Test
    void shouldLetNobodyWriteOrProducersRead() throws SQLException {
        // When
        Migrations.migrate(database);

        // Then
        assertThat(names("SELECT c.relname " + RELATIONS
                        + " AND has_table_privilege('tailrace_read', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"))
                .isEmpty();
        assertThat(
                        names(
                                "SELECT c.relname " + RELATIONS
                                        + " AND has_table_privilege('tailrace_produce', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"))
                .isEmpty();
    }

    @Test
    void shouldLetProducersProduceAndNobodyMove() throws SQLException {
        // When
        Migrations.migrate(database);

        // Then
        Set<String> producing = new TreeSet<>(FOR_EVERYBODY);
        producing.add("produce");
        assertThat(functions("tailrace_produce")).isEqualTo(producing);
        Set<String> reading = new TreeSet<>(FOR_EVERYBODY);
        reading.add("read");
        assertThat(functions("tailrace_read")).isEqualTo(reading);
    }

    @Test
    void shouldGrantAllOfItToRolesThatWereMadeLater() throws SQLException {
        // Given
        Migrations.migrate(database);
        Databases.execute(database, "REVOKE ALL ON ALL TABLES IN SCHEMA kafka FROM tailrace_read");
        Databases.execute(database, "REVOKE USAGE ON SCHEMA kafka FROM tailrace_read");

        // When
        Migrations.migrate(database);

        // Then
        assertThat(readable()).isEqualTo(new TreeSet<>(READABLE));
    }

    private Set<String> readable() throws SQLException {
        return names("SELECT c.relname " + RELATIONS + " AND has_table_privilege('tailrace_read', c.oid, 'SELECT')");
    }

    private Set<String> functions(String role) throws SQLException {
        return names("SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'kafka'::regnamespace"
                + " AND has_function_privilege('" + role + "', p.oid, 'EXECUTE')");
    }

    private Set<String> names(String sql) throws SQLException {
        String joined = Databases.query(
                database, "SELECT coalesce(string_agg(DISTINCT n, ','), '') FROM (" + sql + ") AS names (n)");
        return joined == null || joined.isEmpty() ? Set.of() : new TreeSet<>(List.of(joined.split(",", -1)));
    }
}
