package io.tailrace.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OldestPostgresIT {
    private static final int VERSION = PostgresRequirements.OLDEST_MAJOR_VERSION;

    @BeforeEach
    void requirePostgres() {
        assumeTrue(
                Files.isExecutable(DebianPostgres.binaries(VERSION).resolve("initdb")),
                "Debian's postgresql-" + VERSION + " is not installed");
    }

    @Test
    void shouldMigrateTheOldestSupportedVersion() throws Exception {
        try (DebianPostgres postgres = DebianPostgres.start(VERSION, "logical")) {
            // Given
            DataSource database = Databases.dataSource(postgres.superuser());

            // When
            Migrations.migrate(database);

            // Then
            PostgresRequirements.checkForForwarder(database);
            assertThat(Databases.query(database, "SELECT count(*) FROM kafka.cluster"))
                    .isEqualTo("1");
        }
    }

    @Test
    void shouldStopOnlyTheForwarderWithoutLogicalDecoding() throws Exception {
        try (DebianPostgres postgres = DebianPostgres.start(VERSION, "replica")) {
            // Given
            DataSource database = Databases.dataSource(postgres.superuser());

            // Then
            PostgresRequirements.checkForBroker(database);
            assertThatThrownBy(() -> PostgresRequirements.checkForForwarder(database))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageStartingWith("Postgres has wal_level = replica, but the forwarder needs 'logical'");
        }
    }
}
