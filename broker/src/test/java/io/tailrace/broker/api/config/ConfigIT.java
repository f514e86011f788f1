package io.tailrace.broker.api.config;

import static io.tailrace.broker.RunningBroker.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.RunningBroker;
import io.tailrace.local.junit.PostgresExtension;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSynonym;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigType;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListConfigResourcesOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Configuration as Kafka's Admin client shows and changes it. */
class ConfigIT {

    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private static final ConfigResource ORDERS = new ConfigResource(ConfigResource.Type.TOPIC, "orders");
    private static final ConfigResource BROKER = new ConfigResource(ConfigResource.Type.BROKER, "1000001");
    private static final ConfigResource ALL_BROKERS = new ConfigResource(ConfigResource.Type.BROKER, "");

    private RunningBroker broker;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        broker = new RunningBroker(POSTGRES.freshDatabase(), Map.of("TAILRACE_TOPICS_MAX_MESSAGE_BYTES", "500000"));
        admin = broker.admin();
        get(admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1))).all());
    }

    @AfterEach
    void stop() {
        admin.close();
        broker.close();
    }

    private void alter(ConfigResource resource, AlterConfigOp... ops) throws Exception {
        get(admin.incrementalAlterConfigs(Map.of(resource, Arrays.asList(ops))).all());
    }

    private static AlterConfigOp op(OpType type, String name, @Nullable String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), type);
    }

    private static AlterConfigOp set(String name, String value) {
        return op(OpType.SET, name, value);
    }

    private Config describe(ConfigResource resource) throws Exception {
        DescribeConfigsOptions options =
                new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
        return Objects.requireNonNull(
                get(admin.describeConfigs(Set.of(resource), options).all()).get(resource));
    }

    private ConfigEntry entry(ConfigResource resource, String name) throws Exception {
        return describe(resource).get(name);
    }

    @Test
    void shouldDescribeATopicThatSaysNothing() throws Exception {
        // When
        ConfigEntry retention = entry(ORDERS, "retention.ms");
        ConfigEntry maxBytes = entry(ORDERS, "max.message.bytes");

        // Then
        assertThat(retention.value()).isEqualTo("604800000");
        assertThat(retention.source()).isEqualTo(ConfigSource.DEFAULT_CONFIG);
        assertThat(retention.type()).isEqualTo(ConfigType.LONG);
        assertThat(retention.documentation()).contains("retention");
        assertThat(retention.isReadOnly()).isFalse();
        assertThat(retention.isSensitive()).isFalse();
        assertThat(maxBytes.value()).isEqualTo("500000");
        assertThat(maxBytes.source()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
        assertThat(maxBytes.synonyms())
                .extracting(ConfigSynonym::name, ConfigSynonym::source)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("message.max.bytes", ConfigSource.STATIC_BROKER_CONFIG),
                        org.assertj.core.groups.Tuple.tuple("message.max.bytes", ConfigSource.DEFAULT_CONFIG));
    }

    @Test
    void shouldSetAndDeleteATopicsSettings() throws Exception {
        // When
        alter(ORDERS, set("retention.ms", "1000"), op(OpType.APPEND, "cleanup.policy", "compact"));

        // Then
        assertThat(entry(ORDERS, "retention.ms").source()).isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
        assertThat(entry(ORDERS, "cleanup.policy").value()).isEqualTo("delete,compact");
        broker.restart();
        admin.close();
        admin = broker.admin();
        assertThat(entry(ORDERS, "retention.ms").value()).isEqualTo("1000");

        // When
        alter(ORDERS, op(OpType.DELETE, "retention.ms", null), op(OpType.SUBTRACT, "cleanup.policy", "delete"));

        // Then
        assertThat(entry(ORDERS, "retention.ms").isDefault()).isTrue();
        assertThat(entry(ORDERS, "cleanup.policy").value()).isEqualTo("compact");
    }

    @Test
    void shouldChangeNothingWhereItShallOnlyCheck() throws Exception {
        // When
        get(admin.incrementalAlterConfigs(
                        Map.of(ORDERS, List.of(set("retention.ms", "1000"))),
                        new AlterConfigsOptions().validateOnly(true))
                .all());

        // Then
        assertThat(entry(ORDERS, "retention.ms").isDefault()).isTrue();
    }

    @Test
    void shouldLetASettingTakeEffectOnAProducerThatIsConnected() throws Exception {
        // Given
        try (KafkaProducer<String, String> producer = broker.producer(Map.of("retries", 0))) {
            producer.send(new ProducerRecord<>("orders", "a".repeat(5000))).get();

            // When
            alter(ORDERS, set("max.message.bytes", "1000"));

            // Then
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("orders", "a".repeat(5000)))
                            .get())
                    .hasCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    @Test
    void shouldRefuseWhatATopicMayNotHave() {
        assertThatThrownBy(() -> alter(ORDERS, set("retention.mss", "1000")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage("Unknown topic config name: retention.mss");
        assertThatThrownBy(() -> alter(ORDERS, set("retention.ms", "soon")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("Invalid value soon for configuration retention.ms");
        assertThatThrownBy(() -> alter(ORDERS, set("remote.storage.enable", "true")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("Tiered Storage functionality is disabled");
        assertThatThrownBy(() -> alter(ORDERS, op(OpType.APPEND, "retention.ms", "1")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage("Can't APPEND to key retention.ms because its type is not LIST.");
        assertThatThrownBy(
                        () -> alter(new ConfigResource(ConfigResource.Type.TOPIC, "absent"), set("retention.ms", "1")))
                .isInstanceOf(UnknownTopicOrPartitionException.class)
                .hasMessage("The topic 'absent' does not exist.");
        assertThatThrownBy(() -> describe(new ConfigResource(ConfigResource.Type.TOPIC, "absent")))
                .isInstanceOf(UnknownTopicOrPartitionException.class);
    }

    @Test
    void shouldLetBrokersSayWhatTopicsAreLike() throws Exception {
        // When
        alter(ALL_BROKERS, set("log.retention.ms", "5000"));

        // Then
        ConfigEntry retention = entry(ORDERS, "retention.ms");
        assertThat(retention.value()).isEqualTo("5000");
        assertThat(retention.source()).isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        assertThat(entry(BROKER, "log.retention.ms").value()).isEqualTo("5000");
        assertThat(describe(ALL_BROKERS).entries())
                .extracting(ConfigEntry::name)
                .containsExactly("log.retention.ms");

        // When
        alter(BROKER, set("log.retention.ms", "6000"));

        // Then
        assertThat(entry(ORDERS, "retention.ms").value()).isEqualTo("6000");
        assertThat(entry(ORDERS, "retention.ms").source()).isEqualTo(ConfigSource.DYNAMIC_BROKER_CONFIG);
        broker.restart();
        admin.close();
        admin = broker.admin();
        assertThat(entry(ORDERS, "retention.ms").value()).isEqualTo("6000");
    }

    @Test
    void shouldDescribeTheBroker() throws Exception {
        // When
        Config config = describe(BROKER);

        // Then
        assertThat(config.get("node.id").value()).isEqualTo("1000001");
        assertThat(config.get("node.id").source()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG);
        assertThat(config.get("node.id").isReadOnly()).isTrue();
        assertThat(config.get("message.max.bytes").value()).isEqualTo("500000");
        assertThat(config.get("message.max.bytes").isReadOnly()).isFalse();
        assertThat(config.get("auto.create.topics.enable").value()).isEqualTo("true");
        assertThat(config.get("ssl.keystore.password").isSensitive()).isTrue();
        assertThat(config.get("ssl.keystore.password").value()).isNull();
    }

    @Test
    void shouldRefuseWhatABrokerCannotChange() {
        assertThatThrownBy(() -> alter(BROKER, set("num.partitions", "3")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Cannot update these configs dynamically: [num.partitions]");
        assertThatThrownBy(() -> alter(BROKER, set("num.io.threads", "3")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("Cannot update these configs dynamically: [num.io.threads]");
        assertThatThrownBy(() -> alter(BROKER, set("message.max.bytes", "-1")))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void shouldKeepSettingsOfGroupsAndSubscriptions() throws Exception {
        // Given
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "readers");
        ConfigResource metrics = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "all");

        // When
        alter(group, set("consumer.session.timeout.ms", "50000"));
        alter(metrics, set("metrics", "*"), set("interval.ms", "1000"));

        // Then
        assertThat(entry(group, "consumer.session.timeout.ms").source()).isEqualTo(ConfigSource.DYNAMIC_GROUP_CONFIG);
        assertThat(entry(group, "consumer.heartbeat.interval.ms").value()).isEqualTo("5000");
        assertThat(entry(metrics, "metrics").source()).isEqualTo(ConfigSource.DYNAMIC_CLIENT_METRICS_CONFIG);
        assertThat(entry(metrics, "interval.ms").value()).isEqualTo("1000");
        Collection<ConfigResource> resources = get(admin.listConfigResources(Set.of(), new ListConfigResourcesOptions())
                .all());
        assertThat(resources).contains(group, metrics, ORDERS, BROKER);
    }

    @Test
    void shouldRefuseWhatGroupsAndSubscriptionsMayNotHave() {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "readers");
        assertThatThrownBy(() -> alter(group, set("consumer.session.timeout.ms", "1")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessageContaining("must be greater than or equal to");
        assertThatThrownBy(() -> alter(group, set("session", "1")))
                .isInstanceOf(InvalidConfigurationException.class)
                .hasMessage("Unknown group config name: session");
        ConfigResource metrics = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "all");
        assertThatThrownBy(() -> alter(metrics, set("interval.ms", "1")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("interval must be between 100 and 3600000");
    }
}
