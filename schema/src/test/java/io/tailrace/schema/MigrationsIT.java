package io.tailrace.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

class MigrationsIT {
    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final String TABLES = "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class"
            + " WHERE relnamespace = 'kafka'::regnamespace AND relkind IN ('r', 'p')";

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private PostgresAddress address;

    @SuppressWarnings("NullAway.Init") // Set before each test.
    private DataSource database;

    @BeforeEach
    void createDatabase() {
        address = POSTGRES.freshDatabase();
        database = Databases.dataSource(address);
    }

    @Test
    void shouldCreateTheSchemaAsAnOrdinaryRole() throws SQLException {
        // When
        Migrations.migrate(database);

        // Then
        assertThat(Databases.query(database, TABLES))
                .contains("cluster", "messages", "partitions", "schema_history", "topics");
        assertThat(Databases.query(database, "SELECT pubname FROM pg_publication"))
                .isEqualTo("tailrace");
        assertThat(Databases.query(database, "SELECT count(*) FROM kafka.records"))
                .isEqualTo("0");
    }

    @Test
    void shouldNameTheRolesThatAreMissing() throws SQLException {
        // When
        List<String> missing;
        try (Connection connection = database.getConnection()) {
            missing = SqlRoles.missing(connection, List.of("tailrace_nobody", "pg_read_all_data"));
        }

        // Then
        assertThat(missing).containsExactly("tailrace_nobody");
        assertThat(SqlRoles.warning(missing, ServerFacts.of(database)))
                .contains("CREATE ROLE tailrace_nobody NOLOGIN;", "start the broker again");
    }

    @Test
    void shouldGrantTheirRightsToRolesThatWereMadeLater() throws SQLException {
        // Given
        Migrations.migrate(database);
        DataSource superuser = Databases.dataSource(POSTGRES.server().superuser(address.database()));
        for (String role : SqlRoles.NAMES) {
            Databases.execute(
                    superuser,
                    "DO $$ BEGIN CREATE ROLE " + role + " NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        }
        Databases.execute(superuser, "REVOKE USAGE ON SCHEMA kafka FROM tailrace_read");

        // When
        Migrations.migrate(database);

        // Then
        assertThat(Databases.query(database, "SELECT has_schema_privilege('tailrace_read', 'kafka', 'USAGE')"))
                .isEqualTo("t");
    }

    @Test
    void shouldLeaveAnUpToDateSchemaAlone() throws SQLException {
        // Given
        Migrations.migrate(database);
        String clusterId = Databases.query(database, "SELECT cluster_id FROM kafka.cluster");

        // When
        Migrations.migrate(database);

        // Then
        assertThat(Databases.query(database, "SELECT cluster_id FROM kafka.cluster"))
                .isEqualTo(clusterId);
    }

    @Test
    void shouldMigrateOnceWhenSeveralStartTogether() throws Exception {
        // Given
        ExecutorService starters = Executors.newFixedThreadPool(4);

        // When
        List<CompletableFuture<Void>> starts = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(() -> Migrations.migrate(database), starters))
                .toList();
        CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        starters.shutdown();

        // Then
        assertThat(Databases.query(database, "SELECT count(*) FROM kafka.cluster"))
                .isEqualTo("1");
        assertThat(Databases.query(database, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
                .isEqualTo("0");
    }

    @Test
    void shouldSayWhichRightIsMissing() throws SQLException {
        // Given
        String role = "guest_" + address.database();
        Databases.execute(superuser(), "CREATE ROLE " + role + " LOGIN PASSWORD 'guest'");
        DataSource guest = Databases.dataSource(address, role, "guest");

        // Then
        assertThatThrownBy(() -> Migrations.migrate(guest))
                .isInstanceOf(SchemaException.class)
                .hasMessage(
                        "the role \"%s\" may not create the schema \"kafka\" in database \"%s\"; as the database's owner or a superuser run: GRANT CREATE ON DATABASE \"%s\" TO \"%s\";",
                        role, address.database(), address.database(), role);
    }

    @Test
    void shouldWorkOnceTheMissingRightIsGranted() throws SQLException {
        // Given
        String role = "granted_" + address.database();
        Databases.execute(superuser(), "CREATE ROLE " + role + " LOGIN PASSWORD 'guest'");
        Databases.execute(superuser(), "GRANT CREATE ON DATABASE %s TO %s".formatted(address.database(), role));

        // When
        Migrations.migrate(Databases.dataSource(address, role, "guest"));

        // Then
        assertThat(Databases.query(superuser(), "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'kafka'"))
                .isEqualTo(role);
    }

    @Test
    void shouldSayThatTheSchemaBelongsToAnother() throws SQLException {
        // Given
        Databases.execute(superuser(), "CREATE SCHEMA kafka");

        // Then
        assertThatThrownBy(() -> Migrations.migrate(database))
                .isInstanceOf(SchemaException.class)
                .hasMessageStartingWith(
                        "the role \"tailrace\" may not change the schema \"kafka\" of database \"%s\"; as a superuser run: "
                                .formatted(address.database()));
    }

    @Test
    void shouldRefuseASchemaThatItDidNotMake() throws SQLException {
        // Given
        Databases.execute(database, "CREATE SCHEMA kafka CREATE TABLE theirs (id int)");

        // Then
        assertThatThrownBy(() -> Migrations.migrate(database))
                .isInstanceOf(SchemaException.class)
                .hasMessage(
                        "database \"%s\" has a schema \"kafka\" that Tailrace did not make; rename that schema, or use another database",
                        address.database());
    }

    @Test
    void shouldRefuseTheSchemaOfANewerTailrace() throws SQLException {
        // Given
        Migrations.migrate(database);
        Databases.execute(
                database,
                """
                INSERT INTO kafka.schema_history (installed_rank, version, description, type, script, checksum,
                                                  installed_by, execution_time, success)
                VALUES (1000, '999', 'future', 'SQL', 'V999__future.sql', 1, 'tailrace', 1, true)
                """);

        // Then
        assertThatThrownBy(() -> Migrations.migrate(database))
                .isInstanceOf(SchemaException.class)
                .hasMessage(
                        "the schema \"kafka\" of database \"%s\" has version 999, made by a newer Tailrace; use that one",
                        address.database());
    }

    @Test
    void shouldRefuseTheSchemaOfAnotherBuild() throws SQLException {
        // Given
        Migrations.migrate(database);
        Databases.execute(database, "UPDATE kafka.schema_history SET checksum = 1 WHERE version = '1'");

        // Then
        assertThatThrownBy(() -> Migrations.migrate(database))
                .isInstanceOf(SchemaException.class)
                .hasMessageStartingWith("the schema \"kafka\" of database \"%s\" was made by another build of Tailrace"
                        .formatted(address.database()));
    }

    @Test
    void shouldNotNeedMoreThanThreeConnectionsAtATime() {
        // Given
        CountingDataSource counting = new CountingDataSource();
        counting.setUrl(address.jdbcUrl());
        counting.setUser(address.user());
        counting.setPassword(address.password());

        // When
        Migrations.migrate(counting);

        // Then
        assertThat(counting.mostOpen).isLessThanOrEqualTo(3);
    }

    @Test
    void shouldRepeatWhatPostgresSaidRatherThanWhatAPoolSaid() {
        // Given
        SQLException postgres = new SQLException("FATAL: database \"nowhere\" does not exist");

        // When
        SchemaException exception = SchemaException.of(new SQLException("request timed out after 10000ms", postgres));

        // Then
        assertThat(exception).hasMessage("cannot use Postgres: FATAL: database \"nowhere\" does not exist");
    }

    @Test
    void shouldSayWhyPostgresCannotBeReached() {
        // Given
        DataSource wrong = Databases.dataSource(address, address.user(), "wrong");

        // Then
        assertThatThrownBy(() -> Migrations.migrate(wrong))
                .isInstanceOf(SchemaException.class)
                .hasMessageStartingWith("cannot use Postgres: FATAL: password authentication failed");
    }

    private DataSource superuser() {
        return Databases.dataSource(POSTGRES.server().superuser(address.database()));
    }

    /** Remembers how many of its connections were open at one time. */
    private static final class CountingDataSource extends PGSimpleDataSource {
        private static final long serialVersionUID = 1L;

        private final transient List<Connection> connections = new ArrayList<>();
        private int mostOpen;

        @Override
        public synchronized Connection getConnection() throws SQLException {
            connections.add(super.getConnection());
            int open = 0;
            for (Connection connection : connections) {
                open += connection.isClosed() ? 0 : 1;
            }
            mostOpen = Math.max(mostOpen, open);
            return connections.get(connections.size() - 1);
        }
    }
}
