package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.Place;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ScenarioClient;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Which topics there are, as clients hear of them. */
@Execution(ExecutionMode.CONCURRENT)
class MetadataScenariosIT {

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    @EachClient
    void shouldListAllTopics(ClientKind kind) {
        // Given
        String one = BROKER.freshPartition().topic();
        String other = BROKER.freshTopic(2).get(0).topic();

        // Then
        assertThat(BROKER.client(kind).topics()).contains(one, other);
    }

    @EachClient
    void shouldRefuseAnUnknownTopic(ClientKind kind) {
        Failures.assertError(
                () -> BROKER.client(kind).partitionCount("no-such-topic"), Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @EachClient
    void shouldSeeATopicAsSoonAsItIsMade(ClientKind kind) {
        // Given
        ScenarioClient client = BROKER.client(kind);

        // Then
        for (int i = 0; i < 5; i++) {
            String topic = BROKER.freshTopicName();
            client.createTopic(topic, 2, Map.of());
            assertThat(client.partitionCount(topic)).isEqualTo(2);
        }
    }

    @EachClient
    void shouldMakeATopicThatIsProducedTo(ClientKind kind) {
        // Given
        String topic = BROKER.freshTopicName();

        // Then
        assertThat(BROKER.client(kind).producer(ProducerSettings.PLAIN).send(Message.to(topic, "key", "value")))
                .isEqualTo(new Place(0, 0));
    }

    @Test
    void shouldTellNoTopicsFromAllTopics() {
        // Given
        String topic = BROKER.freshPartition().topic();

        // Then
        assertThat(topicsOf(new MetadataRequestData().setTopics(List.of()))).isEmpty();
        assertThat(topicsOf(new MetadataRequestData().setTopics(null))).contains(topic);
    }

    private static List<String> topicsOf(MetadataRequestData request) {
        try (var connection = BROKER.connect()) {
            var answer = connection.call(
                    new MetadataRequest(request, ApiKeys.METADATA.latestVersion()), MetadataResponse.class);
            return answer.data().topics().stream().map(topic -> topic.name()).toList();
        }
    }
}
