package io.tailrace.cli.shadow;

import io.tailrace.cli.UserError;
import io.tailrace.cli.dev.DataDirectory;
import io.tailrace.config.ConfigLoader;
import io.tailrace.config.ForwarderConfig;
import io.tailrace.config.PostgresConfig;
import io.tailrace.local.PostgresAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which database. Written by picocli, on the main thread. */
final class DatabaseOptions {
    private static final String UNDEFINED_TABLE = "42P01";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory of `tailrace dev` (${DEFAULT-VALUE}).")
    private Path data = Path.of("data");

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The forwarder's configuration file, which tells where Postgres is.")
    private @Nullable Path config;

    /** What is asked of the database. */
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    <T> T run(Work<T> work) throws SQLException {
        try (Connection connection = connect()) {
            return work.run(connection);
        } catch (SQLException failed) {
            if (UNDEFINED_TABLE.equals(failed.getSQLState())) {
                throw new UserError(
                        "the database has no tables for this version of Tailrace yet; start its broker or forwarder once");
            }
            throw failed;
        }
    }

    private Connection connect() throws SQLException {
        if (config != null) {
            if (!Files.isReadable(config)) {
                throw new UserError("the configuration file " + config + " does not exist or cannot be read");
            }
            PostgresConfig postgres = ConfigLoader.load(ForwarderConfig.class, config, System.getenv())
                    .postgres();
            return DriverManager.getConnection(postgres.jdbcUrl(), postgres.connectionProperties("tailrace-shadow"));
        }
        PostgresAddress address = DataDirectory.existing(data).postgresAddress();
        try {
            return address.connect();
        } catch (SQLException e) {
            throw new UserError("no Postgres answers on " + address + "; is `tailrace dev` running? ("
                    + String.valueOf(e.getMessage()).replace('\n', ' ') + ")");
        }
    }
}
