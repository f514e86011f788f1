package io.tailrace.broker.group;

import io.tailrace.broker.Broker;
import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ConfigLoader;
import io.tailrace.local.PostgresAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A broker for tests of groups, and clients for it. It keeps its port when it is started again. */
final class GroupBroker implements AutoCloseable {

    private final PostgresAddress database;
    private final Map<String, String> settings;
    private Broker broker;
    private int port;

    GroupBroker(PostgresAddress database, Map<String, String> settings) {
        this.database = database;
        this.settings = settings;
        this.broker = Broker.start(config());
        this.port = broker.port();
    }

    private BrokerConfig config() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "TAILRACE_BROKER_PORT", Integer.toString(port),
                "TAILRACE_GROUPS_INITIAL_REBALANCE_DELAY", "100ms",
                "TAILRACE_GROUPS_MIN_SESSION_TIMEOUT", "1s",
                "TAILRACE_GROUPS_CONSUMER_HEARTBEAT_INTERVAL", "300ms",
                "TAILRACE_POSTGRES_HOST", database.host(),
                "TAILRACE_POSTGRES_PORT", Integer.toString(database.port()),
                "TAILRACE_POSTGRES_DATABASE", database.database(),
                "TAILRACE_POSTGRES_USER", database.user(),
                "TAILRACE_POSTGRES_PASSWORD", database.password()));
        environment.putAll(settings);
        return ConfigLoader.load(BrokerConfig.class, null, environment);
    }

    void restart() {
        broker.close();
        broker = Broker.start(config());
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    KafkaConsumer<String, String> consumer(String group, Map<String, Object> more) {
        Map<String, Object> config = new HashMap<>(Map.of(
                "bootstrap.servers",
                address(),
                "group.id",
                group,
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false));
        config.putAll(more);
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    void produce(String topic, int partition, int count) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", address()), new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, partition, "k", "v" + i)));
            }
            for (Future<RecordMetadata> record : sent) {
                record.get();
            }
        }
    }

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", address()));
    }

    void createTopic(String name, int partitions) throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}
