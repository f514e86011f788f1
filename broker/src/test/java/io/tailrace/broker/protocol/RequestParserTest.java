package io.tailrace.broker.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RequestParserTest {
    private static final String EVERY_VERSION = "io.tailrace.broker.protocol.ApiVersionsSource#everyVersion";
    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private final TestConnection connection = new TestConnection();
    private final RequestParser parser = new RequestParser((apiKey, version) -> true);
    private final RandomMessages messages = new RandomMessages(1);

    @ParameterizedTest
    @MethodSource(EVERY_VERSION)
    void shouldParseWhatAClientSends(ApiKeys apiKey, short version) {
        // Given
        ByteBuffer body = messages.requestBody(apiKey, version);
        ApiMessage expected = AbstractRequest.parseRequest(apiKey, version, new ByteBufferAccessor(body.duplicate()))
                .request
                .data();
        ByteBuffer frame = RequestBytes.frame(apiKey, version, 7, body);

        // When
        KafkaRequest request = parser.parse(frame.duplicate(), connection).request();

        // Then
        assertThat(request.body().data()).isEqualTo(expected);
        assertThat(request.body().version()).isEqualTo(version);
        assertThat(request.header().correlationId()).isEqualTo(7);
        assertThat(request.sizeBytes()).isEqualTo(frame.remaining());
    }

    @ParameterizedTest
    @MethodSource(EVERY_VERSION)
    void shouldRefuseTruncatedRequests(ApiKeys apiKey, short version) {
        ByteBuffer frame = RequestBytes.frame(apiKey, version, 7, messages.requestBody(apiKey, version));
        int step = 1 + frame.remaining() / 200;
        for (int length = 0; length < frame.remaining(); length += step) {
            shouldParseOrRefuse(frame.duplicate().limit(length));
        }
    }

    @ParameterizedTest
    @MethodSource(EVERY_VERSION)
    void shouldSurviveDamagedRequests(ApiKeys apiKey, short version) {
        Random random = new Random(version);
        for (int i = 0; i < 100; i++) {
            ByteBuffer frame = RequestBytes.frame(apiKey, version, 7, messages.requestBody(apiKey, version));
            int start = frame.remaining() > 30 ? 18 : 0;
            for (int damage = 0; damage < 3; damage++) {
                int position = start + random.nextInt(Math.min(200, frame.remaining() - start));
                frame.put(position, (byte) random.nextInt());
            }
            shouldParseOrRefuse(frame);
        }
    }

    private void shouldParseOrRefuse(ByteBuffer frame) {
        try {
            parser.parse(frame, connection);
        } catch (InvalidRequestException e) {
            assertThat(e).hasMessageNotContaining("text-");
        }
    }

    @Test
    void shouldAnswerApiVersionsOfAFutureClientAsVersion0() {
        // Given
        ByteBuffer frame = RequestBytes.frame(ApiKeys.API_VERSIONS.id, (short) 99, (short) 2, 7, EMPTY);

        // When
        KafkaRequest request = parser.parse(frame, connection).request();

        // Then
        assertThat(request.version()).isEqualTo((short) 99);
        assertThat(request.body().version()).isEqualTo((short) 0);
        assertThat(((ApiVersionsRequest) request.body()).hasUnsupportedRequestVersion())
                .isTrue();
    }

    @Test
    void shouldRefuseWhatIsNotServed() {
        // Given
        RequestParser nothingServed = new RequestParser((apiKey, version) -> false);
        ByteBuffer frame =
                RequestBytes.frame(ApiKeys.METADATA, (short) 9, 7, messages.requestBody(ApiKeys.METADATA, (short) 9));

        // When // Then
        assertThatThrownBy(() -> nothingServed.parse(frame, connection))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("METADATA", "version 9");
    }

    @Test
    void shouldRefuseUnknownKeysAndVersions() {
        short[][] keysAndVersions = {
            {-1, 0}, {999, 0}, {Short.MAX_VALUE, Short.MAX_VALUE}, {4, 0}, {0, 2}, {0, -1}, {3, 99}
        };
        for (short[] keyAndVersion : keysAndVersions) {
            ByteBuffer frame = RequestBytes.frame(keyAndVersion[0], keyAndVersion[1], (short) 1, 7, EMPTY);
            assertThatThrownBy(() -> parser.parse(frame, connection)).isInstanceOf(InvalidRequestException.class);
        }
    }

    @Test
    void shouldRefuseArraysLongerThanTheFrame() {
        // Given
        ByteBuffer body = ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).flip();
        ByteBuffer frame = RequestBytes.frame(ApiKeys.METADATA, (short) 1, 7, body);

        // When // Then
        assertThatThrownBy(() -> parser.parse(frame, connection))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("malformed body");
    }

    @Test
    void shouldRefuseALargeFrameOfTinyObjects() {
        // Given
        int topics = 10_000_000;
        ByteBuffer body = ByteBuffer.allocate(4 + 2 * topics).putInt(topics).position(0);
        ByteBuffer frame = RequestBytes.frame(ApiKeys.METADATA, (short) 1, 7, body);

        // When // Then
        assertThatThrownBy(() -> parser.parse(frame, connection)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void shouldEstimateTheObjectsOfARequest() {
        // Given
        int topics = 100_000;
        ByteBuffer body = ByteBuffer.allocate(4 + 2 * topics).putInt(topics).position(0);
        ByteBuffer frame = RequestBytes.frame(ApiKeys.METADATA, (short) 1, 7, body);

        // When
        ParsedRequest parsed = parser.parse(frame, connection);

        // Then
        assertThat(parsed.objectBytes()).isBetween(topics * 40L, topics * 100L);
    }
}
