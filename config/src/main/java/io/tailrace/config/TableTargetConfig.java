package io.tailrace.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Section {@code [kafka]} of {@code tailrace tables}: where the changes go, and how they are sent. */
public record TableTargetConfig(
        @Setting(value = "Brokers to begin with, as a list or separated by commas, each host:port.", required = true)
                String brokers,
        @Setting(
                        value = "What the topics' names begin with: {prefix}.{schema}.{table}.",
                        byDefault = "cdc",
                        required = true)
                String topicPrefix,
        @Setting(
                        value = "How record batches are compressed.",
                        byDefault = "snappy",
                        oneOf = {"none", "gzip", "snappy", "lz4", "zstd"})
                String compression,
        @Setting(
                        value = "Understood, but not heeded: every record is acknowledged by all in-sync replicas.",
                        byDefault = "all",
                        oneOf = {"all", "-1", "1", "0"})
                String acks,
        @Setting(
                        value = "How many milliseconds a batch waits to be filled.",
                        byDefault = "100",
                        min = "0",
                        max = "60000")
                int lingerMs,
        @Setting(value = "Bytes of a batch.", byDefault = "16384", min = "1", max = "104857600") int batchSize,
        @Setting(
                        value = "Bytes of records that may be on their way.",
                        byDefault = "33554432",
                        min = "65536",
                        max = "17179869184")
                long bufferMemory,
        @Setting(value = "Partitions of the topics that are created.", byDefault = "1", min = "1", max = "100000")
                int partitions,
        @Setting(
                        value = "Replicas of the topics that are created; -1 leaves it to the target.",
                        byDefault = "-1",
                        min = "-1",
                        max = "32767")
                int replicationFactor,
        @Setting(value = "Whether to talk TLS.", byDefault = "false") boolean sslEnabled,
        @Setting("The certificates that may sign the brokers', as a PEM file. Empty: those that Java trusts.") @Nullable
                Path sslCaCert,
        @Setting("This client's own certificate, as a PEM file, where the brokers ask for one.") @Nullable
                Path sslClientCert,
        @Setting("The key of that certificate, as a PEM file.") @Nullable Path sslClientKey,
        @Setting(value = "Whether to log in.", byDefault = "false") boolean saslEnabled,
        @Setting(
                        value = "The kind of login.",
                        byDefault = "PLAIN",
                        oneOf = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
                String saslMechanism,
        @Setting("The user to log in as.") String saslUsername,
        @Setting("Its password.") Secret saslPassword,
        @Setting("Any further setting of Kafka's producer, under Kafka's own name.")
                Map<String, String> producerConfig) {

    public TableTargetConfig {
        producerConfig = Map.copyOf(producerConfig);
        List<String> problems = new ArrayList<>();
        TableTargetRules.checkNames(brokers, topicPrefix, problems);
        if ((sslClientCert == null) != (sslClientKey == null)) {
            problems.add("kafka.ssl.client_cert and kafka.ssl.client_key are needed together");
        }
        if (saslEnabled && (saslUsername.isEmpty() || saslPassword.isEmpty())) {
            problems.add("kafka.sasl.enabled is true, which needs kafka.sasl.username and kafka.sasl.password");
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    /** The same in the words of the forwarder's own target. */
    public TargetConfig target() {
        return new TargetConfig(
                brokers,
                (saslEnabled ? "SASL_" : "") + (sslEnabled ? "SSL" : "PLAINTEXT"),
                saslEnabled ? saslMechanism : "",
                saslEnabled ? saslUsername : "",
                saslEnabled ? saslPassword : Secret.NONE,
                sslEnabled ? sslCaCert : null,
                Secret.NONE,
                null,
                Secret.NONE,
                Secret.NONE,
                replicationFactor == 0 ? -1 : replicationFactor,
                producer());
    }

    /** What producer_config says wins over the settings of the same meaning. */
    private Map<String, String> producer() {
        Map<String, String> producer = new HashMap<>();
        producer.put("compression.type", compression);
        producer.put("linger.ms", Integer.toString(lingerMs));
        producer.put("batch.size", Integer.toString(batchSize));
        if (sslEnabled && sslClientCert != null && sslClientKey != null) {
            producer.put("ssl.keystore.type", "PEM");
            producer.put("ssl.keystore.certificate.chain", content(sslClientCert));
            producer.put("ssl.keystore.key", content(sslClientKey));
        }
        producer.putAll(producerConfig);
        // Nothing is ever given up here, whatever the old tool was told.
        producer.keySet().removeAll(TableTargetRules.REPLACED);
        return producer;
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new ConfigException("cannot read %s: %s".formatted(file, failed));
        }
    }

    /** All but secrets: the values of the producer settings may be some. */
    @Override
    public String toString() {
        return "TableTargetConfig[brokers=%s, topicPrefix=%s, compression=%s, sslEnabled=%s, saslEnabled=%s, producerConfig=%s]"
                .formatted(
                        brokers,
                        topicPrefix,
                        compression,
                        sslEnabled,
                        saslEnabled,
                        new TreeMap<>(producerConfig).keySet());
    }
}
