package io.tailrace.e2e.client;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** A producer inside a driver script. */
final class ScriptProducer implements ScenarioProducer {

    private final ScriptHandle handle;

    ScriptProducer(ScriptHandle handle) {
        this.handle = handle;
    }

    @Override
    public List<Place> send(List<Message> messages) {
        ObjectNode arguments = ScriptProcess.arguments();
        arguments.set("records", ScriptJson.messages(messages));
        return ScriptJson.places(handle.call("send", arguments));
    }

    @Override
    public void initTransactions() {
        handle.call("init");
    }

    @Override
    public void begin() {
        handle.call("begin");
    }

    @Override
    public void sendOffsets(String group, Map<TopicPartition, CommittedOffset> offsets) {
        ObjectNode arguments = ScriptProcess.arguments().put("group", group);
        arguments.set("offsets", ScriptJson.offsets(offsets));
        handle.call("send_offsets", arguments);
    }

    @Override
    public void commit() {
        handle.call("commit");
    }

    @Override
    public void abort() {
        handle.call("abort");
    }

    @Override
    public void close() {
        handle.close();
    }
}
