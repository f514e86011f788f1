package io.tailrace.e2e.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;

/** A client in another language. Does not own its process, which other clients may share. */
final class ScriptClient implements ScenarioClient {

    static final Duration LIMIT = Duration.ofSeconds(100);

    private static final AtomicLong HANDLES = new AtomicLong();

    private final ClientKind kind;
    private final ScriptProcess process;
    private final String bootstrapServers;
    private final List<ScriptHandle> open = new CopyOnWriteArrayList<>();

    ScriptClient(ClientKind kind, ScriptProcess process, String bootstrapServers) {
        this.kind = kind;
        this.process = process;
        this.bootstrapServers = bootstrapServers;
    }

    @Override
    public ClientKind kind() {
        return kind;
    }

    @Override
    public void createTopic(String name, int partitions, Map<String, String> config) {
        ObjectNode arguments = named(name).put("partitions", partitions);
        arguments.set("config", ScriptJson.map(config));
        call("create_topic", arguments);
    }

    @Override
    public void deleteTopic(String name) {
        call("delete_topic", named(name));
    }

    @Override
    public void createPartitions(String topic, int total) {
        call("create_partitions", named(topic).put("total", total));
    }

    @Override
    public Set<String> topics() {
        return ScriptJson.stringSet(call("list_topics", arguments()));
    }

    @Override
    public int partitionCount(String topic) {
        return call("partition_count", named(topic)).asInt();
    }

    @Override
    public Map<String, String> topicConfig(String topic) {
        return ScriptJson.stringMap(call("topic_config", named(topic)));
    }

    @Override
    public void alterTopicConfig(String topic, Map<String, String> config) {
        ObjectNode arguments = named(topic);
        arguments.set("config", ScriptJson.map(config));
        call("alter_topic_config", arguments);
    }

    @Override
    public long deleteRecords(TopicPartition partition, long before) {
        ObjectNode arguments = arguments().put("topic", partition.topic()).put("partition", partition.partition());
        return call("delete_records", arguments.put("offset", Long.toString(before)))
                .asLong();
    }

    @Override
    public Map<TopicPartition, Long> offsets(Collection<TopicPartition> partitions, OffsetQuery query) {
        ObjectNode arguments = arguments().put("at", query.at());
        arguments.put("isolation", query.readCommitted() ? "read_committed" : "read_uncommitted");
        arguments.set("partitions", ScriptJson.partitions(partitions));
        return ScriptJson.offsetMap(call("list_offsets", arguments));
    }

    @Override
    public Set<String> groups() {
        return ScriptJson.stringSet(call("list_groups", arguments()));
    }

    @Override
    public GroupView group(String group) {
        return ScriptJson.group(call("describe_group", arguments().put("group", group)));
    }

    @Override
    public void deleteGroup(String group) {
        call("delete_group", arguments().put("group", group));
    }

    @Override
    public Map<TopicPartition, CommittedOffset> committed(String group, Collection<TopicPartition> partitions) {
        ObjectNode arguments = arguments().put("group", group);
        arguments.set("partitions", ScriptJson.partitions(partitions));
        return ScriptJson.committedMap(call("committed", arguments));
    }

    @Override
    public void alterOffsets(String group, Map<TopicPartition, CommittedOffset> offsets) {
        ObjectNode arguments = arguments().put("group", group);
        arguments.set("offsets", ScriptJson.offsets(offsets));
        call("alter_offsets", arguments);
    }

    @Override
    public ScenarioProducer producer(ProducerSettings settings) {
        ObjectNode arguments = arguments().put("kind", "producer");
        arguments.set("settings", ScriptJson.settings(settings));
        return new ScriptProducer(open(arguments));
    }

    @Override
    public ScenarioConsumer consumer(ConsumerSettings settings) {
        ObjectNode arguments = arguments().put("kind", "consumer");
        ObjectNode all = ScriptJson.settings(settings).deepCopy();
        arguments.set("settings", all.put("protocol", kind.groupProtocol()));
        return new ScriptConsumer(open(arguments));
    }

    private ScriptHandle open(ObjectNode arguments) {
        ScriptHandle handle = new ScriptHandle(process, HANDLES.incrementAndGet(), open);
        handle.call("open", arguments);
        open.add(handle);
        return handle;
    }

    @Override
    public void kill() {
        open.clear();
        process.kill();
    }

    @Override
    public void close() {
        open.forEach(ScriptHandle::close);
    }

    private ObjectNode arguments() {
        return ScriptProcess.arguments().put("bootstrap", bootstrapServers);
    }

    private ObjectNode named(String topic) {
        return arguments().put("name", topic);
    }

    private JsonNode call(String operation, ObjectNode arguments) {
        return process.call(null, operation, arguments, LIMIT);
    }
}
