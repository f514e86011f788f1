package io.tailrace.config;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Section {@code [postgres]}: how to reach the database, in libpq's words. */
public record PostgresConfig(
        @Setting(value = "Host name or address.", byDefault = "127.0.0.1", required = true) String host,
        @Setting(value = "Port.", byDefault = "5432", min = "1", max = "65535") int port,
        @Setting(
                        value = "The database. Tailrace keeps everything in its schema \"kafka\".",
                        byDefault = "tailrace",
                        required = true)
                String database,
        @Setting(value = "The role to log in as.", byDefault = "tailrace", required = true) String user,
        @Setting("Its password.") Secret password,
        @Setting(
                        value =
                                "TLS, as in libpq: verify-full checks the server's certificate and name; prefer takes TLS where the server offers it, and checks nothing.",
                        byDefault = "prefer",
                        oneOf = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
                String sslMode,
        @Setting("A PEM file with the certificates that may sign the server's. Empty: ~/.postgresql/root.crt.")
                @Nullable
                Path sslRootCert,
        @Setting(value = "How long to wait for a connection.", byDefault = "10s", min = "1s", max = "1h")
                Duration connectTimeout,
        @Setting(value = "The server cancels a statement that takes longer.", byDefault = "30s", min = "1s", max = "1d")
                Duration statementTimeout,
        @Setting(
                        value =
                                "Connections of the broker for everything but writing and reading records, which have their own. The forwarder has no pool.",
                        byDefault = "8",
                        min = "3",
                        max = "1000")
                int poolSize) {

    /** How much longer than the server the client waits for a statement, before it gives up the connection. */
    private static final Duration NETWORK_GRACE = Duration.ofSeconds(10);

    public PostgresConfig {
        if (!host.matches("[^\\s/,@?:]+|\\[?([\\w.%]*:){2,}[\\w.%]*]?")) {
            throw new ConfigException(
                    "postgres.host = \"%s\": one host name or address is needed, without a port or path"
                            .formatted(host));
        }
    }

    /** The JDBC address, without user or password. */
    public String jdbcUrl() {
        String address = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        return "jdbc:postgresql://" + address + ":" + port + "/" + URLEncoder.encode(database, StandardCharsets.UTF_8);
    }

    /** What pgjdbc needs beside {@link #jdbcUrl()}: login, TLS and timeouts, under the name "tailrace". */
    public Properties connectionProperties() {
        return connectionProperties("tailrace");
    }

    /**
     * What pgjdbc needs beside {@link #jdbcUrl()}: login, TLS and timeouts.
     *
     * @param applicationName what {@code pg_stat_activity} shows for the connection
     */
    public Properties connectionProperties(String applicationName) {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", applicationName);
        properties.setProperty("user", user);
        if (!password.isEmpty()) {
            properties.setProperty("password", password.value());
        }
        properties.setProperty("sslmode", sslMode);
        if (sslRootCert != null) {
            properties.setProperty("sslrootcert", sslRootCert.toString());
        }
        properties.setProperty("connectTimeout", Long.toString(connectTimeout.toSeconds()));
        properties.setProperty(
                "socketTimeout",
                Long.toString(statementTimeout.plus(NETWORK_GRACE).toSeconds()));
        properties.setProperty("options", "-c statement_timeout=" + statementTimeout.toMillis());
        properties.setProperty("tcpKeepAlive", "true");
        return properties;
    }
}
