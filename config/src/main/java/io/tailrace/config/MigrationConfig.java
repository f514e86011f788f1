package io.tailrace.config;

import java.util.ArrayList;
import java.util.List;

/** Section {@code [migration]} of the forwarder: how clients will reach the target when they move there. */
public record MigrationConfig(
        @Setting(
                        "The target's brokers at the listener that clients will use, as host:port, separated by commas. Empty: kafka.bootstrap_servers.")
                String clientBootstrapServers,
        @Setting(
                        value =
                                "How to talk to that listener; where it asks for a login, that of section [kafka] is used. Empty: as kafka.security_protocol.",
                        oneOf = {"", "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"})
                String clientSecurityProtocol) {

    public MigrationConfig {
        List<String> problems = new ArrayList<>();
        if (!clientBootstrapServers.isEmpty()) {
            TargetRules.checkServers("migration.client_bootstrap_servers", clientBootstrapServers, problems);
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }
}
