package io.tailrace.broker.api.log;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.api.TopicResolver;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.protocol.KafkaRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.OffsetForLeaderTopicResult;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.OffsetsForLeaderEpochResponse;
import org.jspecify.annotations.Nullable;

/** OffsetForLeaderEpoch: there is one leader epoch, which goes on, so it ends where the log ends. */
final class OffsetForLeaderEpochApi implements Api {

    private final TopicResolver topics;

    OffsetForLeaderEpochApi(TopicResolver topics) {
        this.topics = topics;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        OffsetForLeaderEpochRequestData wanted =
                (OffsetForLeaderEpochRequestData) request.body().data();
        OffsetForLeaderEpochResponseData data = new OffsetForLeaderEpochResponseData();
        for (OffsetForLeaderTopic topic : wanted.topics()) {
            OffsetForLeaderTopicResult result = new OffsetForLeaderTopicResult().setTopic(topic.topic());
            topic.partitions().forEach(partition -> result.partitions().add(answer(topic.topic(), partition)));
            data.topics().add(result);
        }
        return CompletableFuture.completedFuture(new OffsetsForLeaderEpochResponse(data));
    }

    private EpochEndOffset answer(String topic, OffsetForLeaderPartition wanted) {
        EpochEndOffset answer = new EpochEndOffset().setPartition(wanted.partition());
        Optional<Partition> partition =
                topics.topic(topic, Uuid.ZERO_UUID).flatMap(found -> topics.partition(found, wanted.partition()));
        if (partition.isEmpty()) {
            return answer.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        }
        if (wanted.currentLeaderEpoch() > ClusterIdentity.LEADER_EPOCH) {
            return answer.setErrorCode(Errors.UNKNOWN_LEADER_EPOCH.code());
        }
        if (wanted.leaderEpoch() != ClusterIdentity.LEADER_EPOCH) {
            // An epoch that never was: Kafka answers with -1 for both.
            return answer;
        }
        return answer.setLeaderEpoch(ClusterIdentity.LEADER_EPOCH)
                .setEndOffset(partition.get().highWatermark());
    }
}
