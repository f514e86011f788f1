package io.tailrace.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.protocol.RandomMessages;
import io.tailrace.broker.protocol.RequestBytes;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every API at every version, through the whole pipeline and back, in fragments of any size. */
class RoundTripTest {

    @ParameterizedTest
    @MethodSource("io.tailrace.broker.protocol.ApiVersionsSource#everyVersion")
    void shouldCarryRequestsAndResponses(ApiKeys apiKey, short version) {
        // Given
        RandomMessages messages = new RandomMessages(31L * apiKey.id + version);
        FakeDispatcher dispatcher = new FakeDispatcher();
        RequestMemory memory = new RequestMemory(1L << 30);
        try (EmbeddedConnection connection = new EmbeddedConnection(TestListener.onPort(0), memory, dispatcher)) {
            ByteBuffer requestBody = messages.requestBody(apiKey, version);
            ByteBuffer responseBody = messages.responseBody(apiKey, version);

            // When
            connection.sendFragmented(new Random(version), RequestBytes.frame(apiKey, version, 42, requestBody));
            dispatcher.answers.get(0).complete(response(apiKey, version, responseBody));

            // Then
            assertThat(dispatcher.requests.get(0).body().data()).isEqualTo(request(apiKey, version, requestBody));
            List<ByteBuffer> responses = connection.responses();
            if (!isProduceWithoutAcks(dispatcher)) {
                assertThat(responses).hasSize(1);
                AbstractResponse parsed = AbstractResponse.parseResponse(
                        responses.get(0), dispatcher.requests.get(0).header());
                assertThat(parsed.data())
                        .isEqualTo(response(apiKey, version, responseBody).data());
            }
            assertThat(memory.usedBytes()).isZero();
        }
    }

    private static boolean isProduceWithoutAcks(FakeDispatcher dispatcher) {
        return dispatcher.requests.get(0).body() instanceof ProduceRequest produce && produce.acks() == 0;
    }

    private static ApiMessage request(ApiKeys apiKey, short version, ByteBuffer body) {
        return AbstractRequest.parseRequest(apiKey, version, new ByteBufferAccessor(body.duplicate()))
                .request
                .data();
    }

    private static AbstractResponse response(ApiKeys apiKey, short version, ByteBuffer body) {
        return AbstractResponse.parseResponse(apiKey, new ByteBufferAccessor(body.duplicate()), version);
    }
}
