package io.tailrace.broker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A frame of kilobytes must not occupy the event loop. */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class ArrayGuardTest {
    private final RequestParser parser = new RequestParser((apiKey, version) -> true);

    private ParsedRequest parse(ApiKeys apiKey, int version, ByteBuffer body) {
        return parser.parse(RequestBytes.frame(apiKey, (short) version, 7, body), new TestConnection());
    }

    private static ByteBuffer produceBody(int topics, IntFunction<String> name) {
        ByteBuffer body = ByteBuffer.allocate(16 + topics * 32);
        body.put((byte) 0).putShort((short) 1).putInt(1000);
        ByteUtils.writeUnsignedVarint(topics + 1, body);
        for (int i = 0; i < topics; i++) {
            String topic = name.apply(i);
            ByteUtils.writeUnsignedVarint(topic.length() + 1, body);
            body.put(topic.getBytes(StandardCharsets.US_ASCII));
            body.put((byte) 1).put((byte) 0);
        }
        return body.put((byte) 0).flip();
    }

    @Test
    void shouldTakeAProduceRequestOfManyTopics() {
        // When
        ParsedRequest request = parse(ApiKeys.PRODUCE, 9, produceBody(10_000, i -> "topic-" + i));

        // Then
        ProduceRequestData data = (ProduceRequestData) request.request().body().data();
        assertThat(data.topicData()).hasSize(10_000);
    }

    @Test
    void shouldTakeAProduceRequestOfManyTopicIds() {
        // Given
        ProduceRequestData data = new ProduceRequestData().setAcks((short) 1);
        for (int i = 0; i < 5_000; i++) {
            data.topicData().add(new TopicProduceData().setTopicId(Uuid.randomUuid()));
        }

        // When
        ParsedRequest request = parse(ApiKeys.PRODUCE, 13, bytes(data, 13));

        // Then
        assertThat(request.request().body().data()).isEqualTo(data);
    }

    @Test
    void shouldTakeATopicThatOccursTwice() {
        // When
        ParsedRequest request = parse(ApiKeys.PRODUCE, 9, produceBody(2, i -> "same"));

        // Then
        ProduceRequestData data = (ProduceRequestData) request.request().body().data();
        assertThat(data.topicData()).hasSize(2);
    }

    @Test
    void shouldRefuseAProduceRequestOfEqualTopics() {
        assertRefused(ApiKeys.PRODUCE, 9, produceBody(10_000, i -> "same"));
    }

    @Test
    void shouldRefuseAProduceRequestOfTopicsWithTheSameSlot() {
        assertRefused(ApiKeys.PRODUCE, 9, produceBody(4_096, ArrayGuardTest::nameOfTheSameHash));
    }

    @Test
    void shouldRefuseAProduceRequestOfEqualTopicIds() {
        // Given
        int topics = 10_000;
        ByteBuffer body = ByteBuffer.allocate(16 + topics * 18).put((byte) 0).putShort((short) 1);
        body.putInt(1000);
        ByteUtils.writeUnsignedVarint(topics + 1, body);
        for (int i = 0; i < topics; i++) {
            body.putLong(5).putLong(5).put((byte) 1).put((byte) 0);
        }

        // When // Then
        assertRefused(ApiKeys.PRODUCE, 13, body.put((byte) 0).flip());
    }

    @Test
    void shouldTakeThousandTopicsToCreate() {
        // Given
        CreateTopicsRequestData data = new CreateTopicsRequestData().setTimeoutMs(1000);
        for (int i = 0; i < 1_000; i++) {
            data.topics()
                    .add(new CreatableTopic()
                            .setName("topic-" + i)
                            .setNumPartitions(3)
                            .setReplicationFactor((short) 1));
        }

        // When
        ParsedRequest request = parse(ApiKeys.CREATE_TOPICS, 7, bytes(data, 7));

        // Then
        assertThat(request.request().body().data()).isEqualTo(data);
    }

    @Test
    void shouldRefuseManyEqualTopicsToCreate() {
        // Given
        CreateTopicsRequestData data = new CreateTopicsRequestData().setTimeoutMs(1000);
        for (int i = 0; i < 1_500; i++) {
            data.topics().add(new CreatableTopic().setName("topic-" + i));
        }

        // When // Then
        assertRefused(ApiKeys.CREATE_TOPICS, 7, bytes(data, 7));
    }

    private void assertRefused(ApiKeys apiKey, int version, ByteBuffer body) {
        assertThatThrownBy(() -> parse(apiKey, version, body)).isInstanceOf(InvalidRequestException.class);
    }

    /** "Aa" and "BB" have the same hash code, and so have their combinations. */
    private static String nameOfTheSameHash(int number) {
        StringBuilder name = new StringBuilder();
        for (int bit = 0; bit < 12; bit++) {
            name.append(List.of("Aa", "BB").get((number >> bit) & 1));
        }
        return name.toString();
    }

    private static ByteBuffer bytes(ApiMessage message, int version) {
        ByteBufferAccessor accessor = MessageUtil.toByteBufferAccessor(message, (short) version);
        return accessor.buffer();
    }
}
