package io.tailrace.broker.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.TestConnection;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

/** Which nodes clients of a moved cluster hear of. */
class TargetAnswersTest {

    @Test
    void shouldNameThisBrokerBesideTheTargets() {
        // When
        MetadataResponse answer = metadata(Optional.of(new ClusterIdentity("here", 1_000_001, "here", () -> 9092)));

        // Then
        assertThat(answer.brokers()).extracting(Node::id).containsExactlyInAnyOrder(1, 1_000_001);
        assertThat(answer.controller().id()).isEqualTo(1);
    }

    @Test
    void shouldLeaveTheTargetsNodeWhereThisBrokerHasItsId() {
        // When
        MetadataResponse answer = metadata(Optional.of(new ClusterIdentity("here", 1, "here", () -> 9092)));

        // Then
        assertThat(answer.brokers()).extracting(Node::host).containsExactly("there");
    }

    @Test
    void shouldNameTheTargetsAlone() {
        // When
        MetadataResponse answer = metadata(Optional.empty());

        // Then
        assertThat(answer.brokers()).extracting(Node::host).containsExactly("there");
    }

    private static MetadataResponse metadata(Optional<ClusterIdentity> here) {
        MetadataResponseData data =
                new MetadataResponseData().setClusterId("there").setControllerId(1);
        data.brokers()
                .add(new MetadataResponseBroker().setNodeId(1).setHost("there").setPort(9092));
        short version = ApiKeys.METADATA.latestVersion();
        KafkaRequest request = new KafkaRequest(
                new RequestHeader(ApiKeys.METADATA, version, "test", 1),
                new MetadataRequest(new MetadataRequestData().setTopics(List.of()), version),
                new TestConnection(),
                100);
        return (MetadataResponse) TargetAnswers.metadata(new TargetCluster(data), request, here);
    }
}
