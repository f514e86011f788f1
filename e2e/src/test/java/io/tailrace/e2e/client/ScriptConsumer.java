package io.tailrace.e2e.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** A consumer inside a driver script. */
final class ScriptConsumer implements ScenarioConsumer {

    private final ScriptHandle handle;

    ScriptConsumer(ScriptHandle handle) {
        this.handle = handle;
    }

    @Override
    public void assign(Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, CommittedOffset> from = new HashMap<>();
        offsets.forEach((partition, offset) -> from.put(partition, new CommittedOffset(offset)));
        commitLike("assign", from);
    }

    @Override
    public void subscribe(Collection<String> topics) {
        ObjectNode arguments = ScriptProcess.arguments();
        arguments.set("topics", ScriptJson.strings(topics));
        handle.call("subscribe", arguments);
    }

    @Override
    public List<ReceivedRecord> take(int count, Duration limit) {
        ObjectNode arguments = ScriptProcess.arguments().put("count", count).put("limit_ms", limit.toMillis());
        return ScriptJson.records(handle.call("take", arguments, limit.plus(ScriptClient.LIMIT)));
    }

    @Override
    public Set<TopicPartition> assignment() {
        return ScriptJson.partitionSet(handle.call("assignment"));
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        handle.call("seek", named(partition).put("offset", Long.toString(offset)));
    }

    @Override
    public long position(TopicPartition partition) {
        return handle.call("position", named(partition)).asLong();
    }

    @Override
    public void commit(Map<TopicPartition, CommittedOffset> offsets) {
        commitLike("commit", offsets);
    }

    @Override
    public Map<TopicPartition, CommittedOffset> committed(Collection<TopicPartition> partitions) {
        ObjectNode arguments = ScriptProcess.arguments();
        arguments.set("partitions", ScriptJson.partitions(partitions));
        return ScriptJson.committedMap(handle.call("committed", arguments));
    }

    @Override
    public void close() {
        handle.close();
    }

    private void commitLike(String operation, Map<TopicPartition, CommittedOffset> offsets) {
        ObjectNode arguments = ScriptProcess.arguments();
        arguments.set("offsets", ScriptJson.offsets(offsets));
        handle.call(operation, arguments);
    }

    private static ObjectNode named(TopicPartition partition) {
        return ScriptProcess.arguments().put("topic", partition.topic()).put("partition", partition.partition());
    }
}
