package io.tailrace.forwarder.sink;

import io.tailrace.config.ConfigException;
import io.tailrace.config.Secret;
import io.tailrace.config.TargetConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The settings of Kafka's producer and admin client that follow from the configuration. Immutable; holds passwords, so
 * neither map is for printing.
 */
public final class TargetSettings {
    private static final String CLIENT_ID = "tailrace-forwarder";
    /** Settings on which the forwarder's promises rest, with the one value that keeps them. */
    private static final Map<String, String> REQUIRED = Map.of(
            ProducerConfig.ACKS_CONFIG, "all",
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true",
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName(),
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class.getName(),
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.toString(Integer.MAX_VALUE),
            ProducerConfig.RETRIES_CONFIG, Integer.toString(Integer.MAX_VALUE));

    private static final int MAX_IN_FLIGHT = 5;
    private static final int ADMIN_REQUEST_TIMEOUT_MS = 10_000;
    private static final int ADMIN_TIMEOUT_MS = 15_000;

    private final TargetConfig config;
    private final long maxInFlightBytes;

    /** @throws ConfigException if a producer setting would break what the forwarder promises */
    public TargetSettings(TargetConfig config, long maxInFlightBytes) {
        this.config = config;
        this.maxInFlightBytes = maxInFlightBytes;
        REQUIRED.forEach((name, value) -> require(config, name, value));
        requireOrdered(config);
        refuse(config, ProducerConfig.PARTITIONER_CLASS_CONFIG, "a record keeps the partition that it has here");
    }

    private static void require(TargetConfig config, String name, String value) {
        String given = config.producer().get(name);
        if (given != null && !given.equals(value)) {
            throw new ConfigException(
                    "kafka.producer.%s = %s would let records be lost, repeated or reordered; remove it, the forwarder sets it to %s"
                            .formatted(name, given, value));
        }
    }

    private static void requireOrdered(TargetConfig config) {
        String name = ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION;
        String given = config.producer().get(name);
        if (given != null && !given.matches("[1-" + MAX_IN_FLIGHT + "]")) {
            throw new ConfigException(
                    "kafka.producer.%s = %s would let records be reordered; set it to 1 to %d, or remove it"
                            .formatted(name, given, MAX_IN_FLIGHT));
        }
    }

    private static void refuse(TargetConfig config, String name, String reason) {
        if (config.producer().containsKey(name)) {
            throw new ConfigException("kafka.producer.%s cannot be set: %s; remove it".formatted(name, reason));
        }
    }

    /** The settings of the producer: ours, then the user's, then those that cannot be changed. */
    Map<String, Object> producer() {
        Map<String, Object> settings = connection();
        settings.put(ProducerConfig.LINGER_MS_CONFIG, "5");
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, "131072");
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        // The target decides how large a record may be, not this client.
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(Integer.MAX_VALUE / 2));
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(Math.max(maxInFlightBytes * 2, 33_554_432L)));
        // Then it is offered again; meanwhile acknowledgements are taken note of and positions saved.
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "2000");
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, "1000");
        settings.putAll(config.producer());
        settings.putAll(REQUIRED);
        return settings;
    }

    /**
     * Whether what is stored without compression is to be compressed for the target: only if somebody has asked for it, since
     * a batch must be taken apart for that.
     */
    public boolean compressesAnew() {
        String type = config.producer().get(ProducerConfig.COMPRESSION_TYPE_CONFIG);
        return type != null && !type.equals(CompressionType.NONE.name);
    }

    /** Where clients of the target begin. */
    String bootstrapServers() {
        return config.bootstrapServers();
    }

    /** The settings of a consumer that reads back what the target has, whoever wrote it. */
    public Map<String, Object> consumer() {
        Map<String, Object> settings = anyClient();
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return settings;
    }

    /** The settings of the admin client. */
    public Map<String, Object> admin() {
        Map<String, Object> settings = anyClient();
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ADMIN_REQUEST_TIMEOUT_MS);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MS);
        return settings;
    }

    /** The connection, and of the user's settings those that every client knows. */
    private Map<String, Object> anyClient() {
        Map<String, Object> settings = connection();
        config.producer().forEach((name, value) -> {
            if (AdminClientConfig.configNames().contains(name)) {
                settings.put(name, value);
            }
        });
        return settings;
    }

    private Map<String, Object> connection() {
        Map<String, Object> settings = new HashMap<>();
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, CLIENT_ID);
        settings.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, config.securityProtocol());
        if (config.securityProtocol().startsWith("SASL_")) {
            settings.put(SaslConfigs.SASL_MECHANISM, config.saslMechanism());
            settings.put(SaslConfigs.SASL_JAAS_CONFIG, new Password(jaas()));
        }
        if (config.truststore() != null) {
            store(settings, config.truststore(), config.truststorePassword(), Store.TRUST);
        }
        if (config.keystore() != null) {
            store(settings, config.keystore(), config.keystorePassword(), Store.KEY);
            password(settings, SslConfigs.SSL_KEY_PASSWORD_CONFIG, config.keyPassword());
        }
        return settings;
    }

    private enum Store {
        TRUST(
                SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG,
                SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG,
                SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG),
        KEY(
                SslConfigs.SSL_KEYSTORE_TYPE_CONFIG,
                SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG,
                SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG);

        private final String typeSetting;
        private final String locationSetting;
        private final String passwordSetting;

        Store(String typeSetting, String locationSetting, String passwordSetting) {
            this.typeSetting = typeSetting;
            this.locationSetting = locationSetting;
            this.passwordSetting = passwordSetting;
        }
    }

    private static void store(Map<String, Object> settings, Path file, Secret password, Store store) {
        String type = storeType(file);
        settings.put(store.typeSetting, type);
        settings.put(store.locationSetting, file.toString());
        if (!type.equals("PEM")) {
            password(settings, store.passwordSetting, password);
        }
    }

    private static void password(Map<String, Object> settings, String name, Secret secret) {
        if (!secret.isEmpty()) {
            settings.put(name, new Password(secret.value()));
        }
    }

    private static String storeType(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".pem") || name.endsWith(".crt") || name.endsWith(".cer")) {
            return "PEM";
        }
        return name.endsWith(".p12") || name.endsWith(".pfx") ? "PKCS12" : "JKS";
    }

    private String jaas() {
        String module = config.saslMechanism().equals("PLAIN")
                ? PlainLoginModule.class.getName()
                : ScramLoginModule.class.getName();
        return "%s required username=\"%s\" password=\"%s\";"
                .formatted(
                        module,
                        escape(config.username()),
                        escape(config.password().value()));
    }

    /** As Kafka's parser of JAAS configurations reads it back: backslash and quote are escaped with a backslash. */
    private static String escape(String text) {
        return text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    }
}
