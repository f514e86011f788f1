package io.tailrace.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Section {@code [kafka]}: the Kafka to forward to, and how to log in there. */
public record TargetConfig(
        @Setting(
                        value = "Brokers to begin with, as host:port, separated by commas.",
                        byDefault = "127.0.0.1:19092",
                        required = true)
                String bootstrapServers,
        @Setting(
                        value = "How to talk to them: plain or TLS (SSL), with or without a login (SASL).",
                        byDefault = "PLAINTEXT",
                        oneOf = {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"})
                String securityProtocol,
        @Setting(
                        value = "The kind of login, with SASL_PLAINTEXT and SASL_SSL.",
                        oneOf = {"", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
                String saslMechanism,
        @Setting("The user to log in as.") String username,
        @Setting("Its password.") Secret password,
        @Setting(
                        "The certificates that may sign the brokers', as a .pem, .jks or .p12 file. Empty: those that Java trusts.")
                @Nullable
                Path truststore,
        @Setting("The password of a .jks or .p12 trust store.") Secret truststorePassword,
        @Setting("This client's own certificate and key, where the brokers ask for one, as a .pem, .jks or .p12 file.")
                @Nullable
                Path keystore,
        @Setting("The password of a .jks or .p12 key store.") Secret keystorePassword,
        @Setting("The password of the key in it, where the key has one of its own.") Secret keyPassword,
        @Setting(
                        value = "Replicas of the topics that the forwarder creates; -1 leaves it to the target.",
                        byDefault = "-1",
                        min = "-1",
                        max = "32767")
                int replicationFactor,
        @Setting(
                        "Further settings of Kafka's producer, under Kafka's own names. Those of the connection, `batch.size`, `linger.ms` and "
                                + "`compression.*` take effect.")
                Map<String, String> producer) {

    public TargetConfig {
        producer = Map.copyOf(producer);
        List<String> problems = new ArrayList<>();
        TargetRules.checkServers(bootstrapServers, problems);
        TargetRules.checkLogin(securityProtocol, saslMechanism, username, password, problems);
        TargetRules.checkTls(securityProtocol, truststore, keystore, problems);
        TargetRules.checkProducer(producer, problems);
        if (replicationFactor == 0) {
            problems.add(
                    "kafka.replication_factor = 0: a whole number from 1, or -1 for the target's own default, is needed");
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** All but the values of the producer settings, which may hold secrets. */
    @Override
    public String toString() {
        return "TargetConfig[bootstrapServers=%s, securityProtocol=%s, saslMechanism=%s, username=%s, truststore=%s, keystore=%s, replicationFactor=%d, producer=%s]"
                .formatted(
                        bootstrapServers,
                        securityProtocol,
                        saslMechanism,
                        username,
                        truststore,
                        keystore,
                        replicationFactor,
                        producer.keySet());
    }
}
