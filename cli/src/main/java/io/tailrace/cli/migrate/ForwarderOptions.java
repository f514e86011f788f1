package io.tailrace.cli.migrate;

import io.tailrace.cli.UserError;
import io.tailrace.config.ConfigLoader;
import io.tailrace.config.ForwarderConfig;
import io.tailrace.config.PostgresConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which forwarder, and with it which database and which target. Written by picocli, on the main thread. */
final class ForwarderOptions {
    private static final String APPLICATION = "tailrace-migrate";
    private static final String KNOWS_CUTOVERS =
            "SELECT to_regprocedure('kafka.freeze_groups(bigint, integer)') IS NOT NULL";

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description =
                    "The forwarder's configuration; without one, the defaults and the environment (TAILRACE_…) count.")
    private @Nullable Path config;

    ForwarderConfig load() {
        return ConfigLoader.load(ForwarderConfig.class, config, System.getenv());
    }

    /** A connection to the database of that forwarder. */
    static Connection connect(ForwarderConfig forwarder) throws SQLException {
        PostgresConfig postgres = forwarder.postgres();
        Connection connection =
                DriverManager.getConnection(postgres.jdbcUrl(), postgres.connectionProperties(APPLICATION));
        try (var statement = connection.prepareStatement(KNOWS_CUTOVERS);
                var row = statement.executeQuery()) {
            if (row.next() && row.getBoolean(1)) {
                return connection;
            }
        }
        connection.close();
        throw new UserError(
                "the database has no tables for this version of Tailrace yet; start its broker or forwarder once");
    }
}
