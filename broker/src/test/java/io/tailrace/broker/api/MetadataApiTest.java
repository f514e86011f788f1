package io.tailrace.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.TestConnection;
import io.tailrace.broker.sql.Database;
import io.tailrace.broker.topic.NewTopicDefaults;
import io.tailrace.broker.topic.TopicRegistry;
import io.tailrace.broker.topic.TopicService;
import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ConfigLoader;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetadataApiTest {

    private static final Uuid ID = Uuid.randomUuid();

    /** Never asked. */
    private final Database database =
            new Database(ConfigLoader.load(BrokerConfig.class, null, Map.of()).postgres(), 1);

    private final TopicRegistry registry = new TopicRegistry();
    private final TopicService topics = new TopicService(
            database, registry, Runnable::run, Runnable::run, new NewTopicDefaults(1, 10, Map.of()), 1);
    private final MetadataApi api =
            new MetadataApi(new ClusterIdentity("cluster", 1, "localhost", () -> 9092), registry, topics, true);

    @AfterEach
    void closePools() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({"10, INVALID_REQUEST", "11, INVALID_REQUEST", "12, UNKNOWN_TOPIC_ID", "13, UNKNOWN_TOPIC_ID"})
    void shouldAnswerARequestByIdInAFormThatItsVersionHas(short version, Errors error) {
        // Given: versions 10 and 11 have room for an id in the request, but not for a missing name in the answer
        MetadataRequestData request = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestTopic().setTopicId(ID).setName(null)));

        // When
        MetadataResponseData response = (MetadataResponseData) api.handle(new KafkaRequest(
                        new RequestHeader(ApiKeys.METADATA, version, "test", 1),
                        new MetadataRequest(request, version),
                        new TestConnection(),
                        100))
                .join()
                .data();

        // Then
        assertThat(response.topics()).singleElement().satisfies(topic -> {
            assertThat(topic.topicId()).isEqualTo(ID);
            assertThat(Errors.forCode(topic.errorCode())).isEqualTo(error);
        });
        assertThat(MessageUtil.toByteBufferAccessor(response, version).buffer().remaining())
                .isPositive();
    }
}
