package io.tailrace.e2e.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.e2e.record.HeaderField;
import io.tailrace.e2e.record.LogRecord;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** How values travel to a driver script and back: offsets as strings, bytes in base64. Stateless. */
final class ScriptJson {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private ScriptJson() {}

    static JsonNode settings(Record settings) {
        return MAPPER.valueToTree(settings);
    }

    static ArrayNode strings(Collection<String> strings) {
        ArrayNode array = MAPPER.createArrayNode();
        strings.forEach(array::add);
        return array;
    }

    static ObjectNode map(Map<String, String> map) {
        ObjectNode object = MAPPER.createObjectNode();
        map.forEach(object::put);
        return object;
    }

    static ArrayNode partitions(Collection<TopicPartition> partitions) {
        ArrayNode array = MAPPER.createArrayNode();
        partitions.forEach(partition -> array.addArray().add(partition.topic()).add(partition.partition()));
        return array;
    }

    static ArrayNode offsets(Map<TopicPartition, CommittedOffset> offsets) {
        ArrayNode array = MAPPER.createArrayNode();
        offsets.forEach((partition, offset) -> array.addArray()
                .add(partition.topic())
                .add(partition.partition())
                .add(Long.toString(offset.offset()))
                .add(offset.metadata()));
        return array;
    }

    static ArrayNode messages(List<Message> messages) {
        ArrayNode array = MAPPER.createArrayNode();
        for (Message message : messages) {
            ObjectNode node = array.addObject().put("topic", message.topic()).put("partition", message.partition());
            Long timestamp = message.timestamp();
            node.put("timestamp", timestamp == null ? null : timestamp.toString());
            node.put("key", base64(message.key())).put("value", base64(message.value()));
            ArrayNode headers = node.putArray("headers");
            message.headers()
                    .forEach(header -> headers.addArray().add(header.key()).add(base64(header.value())));
        }
        return array;
    }

    static Set<String> stringSet(JsonNode array) {
        Set<String> strings = new HashSet<>();
        array.forEach(node -> strings.add(node.asText()));
        return strings;
    }

    static Map<String, String> stringMap(JsonNode object) {
        Map<String, String> map = new HashMap<>();
        object.properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }

    static Set<TopicPartition> partitionSet(JsonNode array) {
        Set<TopicPartition> partitions = new HashSet<>();
        array.forEach(row -> partitions.add(partition(row)));
        return partitions;
    }

    static Map<TopicPartition, Long> offsetMap(JsonNode array) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        array.forEach(row -> offsets.put(partition(row), row.get(2).asLong()));
        return offsets;
    }

    static Map<TopicPartition, CommittedOffset> committedMap(JsonNode array) {
        Map<TopicPartition, CommittedOffset> offsets = new HashMap<>();
        array.forEach(row -> offsets.put(
                partition(row),
                new CommittedOffset(row.get(2).asLong(), row.get(3).asText(""))));
        return offsets;
    }

    static List<Place> places(JsonNode array) {
        List<Place> places = new ArrayList<>();
        array.forEach(row -> places.add(new Place(row.get(0).asInt(), row.get(1).asLong())));
        return places;
    }

    static List<ReceivedRecord> records(JsonNode array) {
        List<ReceivedRecord> records = new ArrayList<>();
        for (JsonNode node : array) {
            List<HeaderField> headers = new ArrayList<>();
            node.path("headers")
                    .forEach(header -> headers.add(new HeaderField(header.get(0).asText(), bytes(header.get(1)))));
            LogRecord content = new LogRecord(
                    bytes(node.path("key")),
                    bytes(node.path("value")),
                    headers,
                    node.path("timestamp").asLong());
            TopicPartition partition = new TopicPartition(
                    node.path("topic").asText(), node.path("partition").asInt());
            records.add(new ReceivedRecord(partition, node.path("offset").asLong(), content));
        }
        return records;
    }

    static GroupView group(JsonNode node) {
        List<GroupView.Member> members = new ArrayList<>();
        for (JsonNode member : node.path("members")) {
            String instance = member.path("instance").asText(null);
            members.add(new GroupView.Member(
                    member.path("id").asText(),
                    member.path("client").asText(),
                    instance,
                    partitionSet(member.path("partitions"))));
        }
        return new GroupView(state(node.path("state").asText()), members);
    }

    /** Languages spell it differently. */
    static String state(String name) {
        return name.toUpperCase(Locale.ROOT).replace("_", "");
    }

    private static TopicPartition partition(JsonNode row) {
        return new TopicPartition(row.get(0).asText(), row.get(1).asInt());
    }

    private static @Nullable String base64(@Nullable Bytes bytes) {
        return bytes == null ? null : Base64.getEncoder().encodeToString(bytes.get());
    }

    private static @Nullable Bytes bytes(JsonNode node) {
        return node.isTextual() ? Bytes.wrap(Base64.getDecoder().decode(node.asText())) : null;
    }
}
