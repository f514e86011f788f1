package io.tailrace.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Section {@code [postgres]} of {@code tailrace tables}: the database, what to read of it, and through which slot. */
public record TableSourceConfig(
        @Setting(value = "Host name or address.", byDefault = "localhost", required = true) String host,
        @Setting(value = "Port.", byDefault = "5432", min = "1", max = "65535") int port,
        @Setting(value = "The database.", required = true) String database,
        @Setting(value = "The role to log in as; it needs REPLICATION.", required = true) String username,
        @Setting("Its password.") Secret password,
        @Setting(
                        value = "The publication that names the tables.",
                        byDefault = "pg_replicate_kafka_pub",
                        required = true)
                String publication,
        @Setting(
                        value = "The replication slot; it is made if it is missing.",
                        byDefault = "pg_replicate_kafka_slot",
                        required = true)
                String slotName,
        @Setting(value = "How many seconds to wait for a connection.", byDefault = "30", min = "1", max = "3600")
                int connectTimeoutSecs,
        @Setting(
                        value = "TLS, as in libpq.",
                        byDefault = "disable",
                        oneOf = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
                String sslMode,
        @Setting(
                        value =
                                "Whether to insist on TLS: at least ssl_mode = \"require\", and \"verify-full\" where ssl.ca_cert is set.",
                        byDefault = "false")
                boolean sslEnabled,
        @Setting("A PEM file with the certificates that may sign the server's.") @Nullable Path sslCaCert,
        @Setting("This client's own certificate, where the server asks for one.") @Nullable Path sslClientCert,
        @Setting("The key of that certificate.") @Nullable Path sslClientKey) {

    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(30);

    public TableSourceConfig {
        if (!slotName.matches("[a-z0-9_]{1,63}")) {
            throw new ConfigException(
                    "postgres.slot_name = \"%s\": Postgres allows lower-case letters, digits and underscores, 63 at most"
                            .formatted(slotName));
        }
    }

    /** Where and how to connect. */
    public PostgresConfig postgres() {
        return new PostgresConfig(
                host,
                port,
                database,
                username,
                password,
                effectiveSslMode(),
                sslCaCert,
                Duration.ofSeconds(connectTimeoutSecs),
                STATEMENT_TIMEOUT,
                3);
    }

    /** What pgjdbc needs beside the address. */
    public Properties connectionProperties() {
        Properties properties = postgres().connectionProperties("tailrace-tables");
        if (sslClientCert != null) {
            properties.setProperty("sslcert", sslClientCert.toString());
        }
        if (sslClientKey != null) {
            properties.setProperty("sslkey", sslClientKey.toString());
        }
        return properties;
    }

    private String effectiveSslMode() {
        boolean verifies = sslMode.toLowerCase(Locale.ROOT).startsWith("verify");
        if (!sslEnabled || verifies) {
            return sslMode;
        }
        return sslCaCert != null ? "verify-full" : "require";
    }
}
