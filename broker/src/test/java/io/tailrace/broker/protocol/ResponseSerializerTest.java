package io.tailrace.broker.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.network.ByteBufferSend;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.Test;

class ResponseSerializerTest {
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);
    private final RequestParser parser = new RequestParser((apiKey, version) -> true);

    private KafkaRequest produce(short acks) {
        ProduceRequestData data = new ProduceRequestData().setAcks(acks).setTimeoutMs(1000);
        data.topicData()
                .add(new TopicProduceData()
                        .setName("orders")
                        .setPartitionData(
                                List.of(new PartitionProduceData().setIndex(3).setRecords(MemoryRecords.EMPTY))));
        ByteBuffer body = MessageUtil.toByteBufferAccessor(data, (short) 9).buffer();
        return request(ApiKeys.PRODUCE.id, (short) 9, (short) 2, body);
    }

    private KafkaRequest request(short key, short version, short headerVersion, ByteBuffer body) {
        return parser.parse(RequestBytes.frame(key, version, headerVersion, 7, body), new TestConnection())
                .request();
    }

    @Test
    void shouldSendNothingForAcks0() {
        assertThat(ResponseSerializer.reply(produce((short) 0), null)).isInstanceOf(Reply.Nothing.class);
    }

    @Test
    void shouldCloseTheConnectionOfAFailedAcks0() {
        // When
        Reply reply = ResponseSerializer.replyToFailure(produce((short) 0), new NotLeaderOrFollowerException("moved"));

        // Then
        assertThat(reply).isInstanceOf(Reply.Close.class);
        assertThat(((Reply.Close) reply).reason()).contains("NOT_LEADER_OR_FOLLOWER");
    }

    @Test
    void shouldTellProtocolErrorsAsTheyAre() {
        // When
        Reply reply = ResponseSerializer.replyToFailure(
                produce((short) 1), new CompletionException(new NotLeaderOrFollowerException("moved")));

        // Then
        assertThat(errorOfFirstPartition(reply)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void shouldHideUnexpectedErrors() {
        // When
        Reply reply = ResponseSerializer.replyToFailure(
                produce((short) 1), new CompletionException(new IllegalStateException("secret")));

        // Then
        assertThat(errorOfFirstPartition(reply)).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
        assertThat(new String(bytes(reply).array(), StandardCharsets.ISO_8859_1))
                .doesNotContain("secret");
    }

    @Test
    void shouldAnswerWithAnErrorWhereAResponseIsMissing() {
        assertThat(errorOfFirstPartition(ResponseSerializer.reply(produce((short) 1), null)))
                .isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    }

    @Test
    void shouldAnswerWithAnErrorWhereAResponseCannotBeWrittenAtItsVersion() {
        // Given
        ProduceResponseData unwritable = new ProduceResponseData();
        unwritable.responses().add(new ProduceResponseData.TopicProduceResponse().setName(null));

        // When
        Reply reply = ResponseSerializer.reply(produce((short) 1), new ProduceResponse(unwritable));

        // Then
        assertThat(errorOfFirstPartition(reply)).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    }

    @Test
    void shouldWriteApiVersionsForAFutureClientAsVersion0() {
        // Given
        KafkaRequest request = request(ApiKeys.API_VERSIONS.id, (short) 99, (short) 2, EMPTY);
        ApiVersionsResponseData data = new ApiVersionsResponseData().setErrorCode(Errors.UNSUPPORTED_VERSION.code());

        // When
        ByteBuffer frame = bytes(ResponseSerializer.reply(request, new ApiVersionsResponse(data)));

        // Then: length, correlation id, error, no keys
        assertThat(frame.getInt()).isEqualTo(10);
        assertThat(frame.getInt()).isEqualTo(7);
        assertThat(frame.getShort()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
        assertThat(frame.getInt()).isZero();
    }

    private static Errors errorOfFirstPartition(Reply reply) {
        ByteBuffer frame = bytes(reply);
        frame.position(4 + 4 + 1);
        ProduceResponse response = ProduceResponse.parse(new ByteBufferAccessor(frame), (short) 9);
        return Errors.forCode(response.data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0)
                .errorCode());
    }

    private static ByteBuffer bytes(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Frame.class);
        ByteBufferSend send = (ByteBufferSend) ((Reply.Frame) reply).bytes();
        return SendBytes.toByteBuffer(send);
    }
}
