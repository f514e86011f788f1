package io.tailrace.e2e.client;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

/** Kafka's own Java clients. Owns: an admin client, from its first use. */
final class JavaScenarioClient implements ScenarioClient {

    private static final long LIMIT_SECONDS = 40;

    private final ClientKind kind;
    private final String bootstrapServers;
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private @Nullable Admin admin;

    JavaScenarioClient(ClientKind kind, String bootstrapServers) {
        this.kind = kind;
        this.bootstrapServers = bootstrapServers;
    }

    @Override
    public ClientKind kind() {
        return kind;
    }

    @Override
    public void createTopic(String name, int partitions, Map<String, String> config) {
        await(admin().createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(config)))
                .all());
    }

    @Override
    public void deleteTopic(String name) {
        await(admin().deleteTopics(List.of(name)).all());
    }

    @Override
    public void createPartitions(String topic, int total) {
        await(admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(total)))
                .all());
    }

    @Override
    public Set<String> topics() {
        return await(admin().listTopics().names());
    }

    @Override
    public int partitionCount(String topic) {
        return only(await(admin().describeTopics(List.of(topic)).allTopicNames()))
                .partitions()
                .size();
    }

    @Override
    public Map<String, String> topicConfig(String topic) {
        ConfigResource resource = resource(topic);
        return only(await(admin().describeConfigs(List.of(resource)).all())).entries().stream()
                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    }

    @Override
    public void alterTopicConfig(String topic, Map<String, String> config) {
        List<AlterConfigOp> operations = config.entrySet().stream()
                .map(entry ->
                        new AlterConfigOp(new ConfigEntry(entry.getKey(), entry.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        await(admin().incrementalAlterConfigs(Map.of(resource(topic), operations))
                .all());
    }

    @Override
    public long deleteRecords(TopicPartition partition, long before) {
        var result = admin().deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before)));
        return await(only(result.lowWatermarks())).lowWatermark();
    }

    @Override
    public Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, OffsetQuery query) {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        partitions.forEach(partition -> specs.put(partition, spec(query)));
        var options = new ListOffsetsOptions(
                query.readCommitted() ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED);
        return await(admin().listOffsets(specs, options).all()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().offset()));
    }

    private static OffsetSpec spec(OffsetQuery query) {
        return switch (query.at()) {
            case "earliest" -> OffsetSpec.earliest();
            case "latest" -> OffsetSpec.latest();
            case "max" -> OffsetSpec.maxTimestamp();
            default -> OffsetSpec.forTimestamp(Long.parseLong(query.at()));
        };
    }

    @Override
    public Set<String> groups() {
        return await(admin().listGroups().all()).stream()
                .map(GroupListing::groupId)
                .collect(Collectors.toSet());
    }

    @Override
    public GroupView group(String group) {
        ConsumerGroupDescription found =
                only(await(admin().describeConsumerGroups(List.of(group)).all()));
        List<GroupView.Member> members = found.members().stream()
                .map(member -> new GroupView.Member(
                        member.consumerId(),
                        member.clientId(),
                        member.groupInstanceId().orElse(null),
                        member.assignment().topicPartitions()))
                .toList();
        return new GroupView(ScriptJson.state(found.groupState().toString()), members);
    }

    @Override
    public void deleteGroup(String group) {
        await(admin().deleteConsumerGroups(List.of(group)).all());
    }

    @Override
    public Map<TopicPartition, CommittedOffset> committed(String group, Collection<TopicPartition> partitions) {
        var spec = new ListConsumerGroupOffsetsSpec().topicPartitions(List.copyOf(partitions));
        return view(await(admin().listConsumerGroupOffsets(Map.of(group, spec)).partitionsToOffsetAndMetadata(group)));
    }

    @Override
    public void alterOffsets(String group, Map<TopicPartition, CommittedOffset> offsets) {
        await(admin().alterConsumerGroupOffsets(group, kafkaOffsets(offsets)).all());
    }

    @Override
    public ScenarioProducer producer(ProducerSettings settings) {
        JavaScenarioProducer producer = new JavaScenarioProducer(bootstrapServers, settings);
        open.add(producer);
        return producer;
    }

    @Override
    public ScenarioConsumer consumer(ConsumerSettings settings) {
        JavaScenarioConsumer consumer = new JavaScenarioConsumer(bootstrapServers, kind, settings);
        open.add(consumer);
        return consumer;
    }

    /** As near as a client in this JVM comes to it: its consumers go without leaving their group. */
    @Override
    public void kill() {
        for (AutoCloseable closeable : open) {
            if (closeable instanceof JavaScenarioConsumer consumer) {
                consumer.abandon();
            }
        }
        close();
    }

    @Override
    public void close() {
        for (AutoCloseable closeable : open) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new ClientException(e);
            }
        }
        open.clear();
        if (admin != null) {
            admin.close();
            admin = null;
        }
    }

    private Admin admin() {
        if (admin == null) {
            admin = Admin.create(Clients.plaintext(bootstrapServers));
        }
        return admin;
    }

    static Map<TopicPartition, CommittedOffset> view(Map<TopicPartition, @Nullable OffsetAndMetadata> offsets) {
        Map<TopicPartition, CommittedOffset> view = new HashMap<>();
        offsets.forEach((partition, offset) -> {
            if (offset != null) {
                view.put(partition, new CommittedOffset(offset.offset(), offset.metadata()));
            }
        });
        return view;
    }

    static Map<TopicPartition, OffsetAndMetadata> kafkaOffsets(Map<TopicPartition, CommittedOffset> offsets) {
        return offsets.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> new OffsetAndMetadata(
                                entry.getValue().offset(), entry.getValue().metadata())));
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static <T> T only(Map<?, T> map) {
        return map.values().iterator().next();
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new ClientException(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
