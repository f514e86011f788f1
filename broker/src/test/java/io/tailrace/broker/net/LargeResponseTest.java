package io.tailrace.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.protocol.RandomMessages;
import io.tailrace.broker.protocol.RequestBytes;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fetch response leaves in pieces and arrives whole, and its records can be sent again. */
class LargeResponseTest {
    private static final short VERSION = 12;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_000, 65_536, 70_000, 5_000_000})
    void shouldArriveWhole(int size) {
        // Given
        byte[] value = new byte[size];
        new Random(size).nextBytes(value);
        MemoryRecords records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(1L, null, value));
        FakeDispatcher dispatcher = new FakeDispatcher();
        try (EmbeddedConnection connection = new EmbeddedConnection(TestListener.onPort(0), dispatcher)) {
            ByteBuffer body = new RandomMessages(1).requestBody(ApiKeys.FETCH, VERSION);
            for (int i = 0; i < 2; i++) {
                connection.send(RequestBytes.frame(ApiKeys.FETCH, VERSION, i, body));

                // When
                dispatcher.answers.get(i).complete(fetchResponse(records, MemoryRecords.EMPTY));

                // Then
                List<ByteBuffer> responses = connection.responses();
                assertThat(responses).hasSize(1);
                FetchResponse parsed = (FetchResponse) AbstractResponse.parseResponse(
                        responses.get(0), dispatcher.requests.get(i).header());
                assertThat(parsed.data())
                        .isEqualTo(fetchResponse(records, MemoryRecords.EMPTY).data());
            }
        }
    }

    private static FetchResponse fetchResponse(MemoryRecords... records) {
        FetchableTopicResponse topic = new FetchableTopicResponse().setTopic("orders");
        for (int i = 0; i < records.length; i++) {
            topic.partitions().add(new PartitionData().setPartitionIndex(i).setRecords(records[i]));
        }
        return FetchResponse.of(new FetchResponseData().setResponses(List.of(topic)));
    }
}
