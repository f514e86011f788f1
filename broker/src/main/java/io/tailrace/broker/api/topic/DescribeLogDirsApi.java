package io.tailrace.broker.api.topic;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.log.LogSizes;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.sql.SqlErrors;
import io.tailrace.broker.topic.Topic;
import io.tailrace.broker.topic.TopicRegistry;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeLogDirsResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** DescribeLogDirs: Postgres is the one directory. */
final class DescribeLogDirsApi implements Api {

    private static final Logger LOGGER = LoggerFactory.getLogger(DescribeLogDirsApi.class);
    private static final String DIRECTORY = "/postgres/kafka.messages";

    private final TopicRegistry registry;
    private final LogSizes sizes;
    private final Executor executor;

    DescribeLogDirsApi(TopicRegistry registry, LogSizes sizes, Executor executor) {
        this.registry = registry;
        this.sizes = sizes;
        this.executor = executor;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        DescribeLogDirsRequestData describe =
                (DescribeLogDirsRequestData) request.body().data();
        Map<Topic, Collection<Integer>> wanted = wanted(describe);
        return CompletableFuture.supplyAsync(
                () -> new DescribeLogDirsResponse(
                        new DescribeLogDirsResponseData().setResults(List.of(describe(wanted)))),
                executor);
    }

    private Map<Topic, Collection<Integer>> wanted(DescribeLogDirsRequestData describe) {
        Map<Topic, Collection<Integer>> wanted = new HashMap<>();
        if (describe.topics() == null) {
            registry.all()
                    .forEach(topic -> wanted.put(
                            topic,
                            IntStream.range(0, topic.partitions()).boxed().toList()));
        } else {
            describe.topics().forEach(named -> registry.byName(named.topic())
                    .ifPresent(topic -> wanted.put(topic, new TreeSet<>(named.partitions()))));
        }
        return wanted;
    }

    private DescribeLogDirsResult describe(Map<Topic, Collection<Integer>> wanted) {
        DescribeLogDirsResult result = new DescribeLogDirsResult().setLogDir(DIRECTORY);
        try {
            Map<Integer, Map<Integer, Long>> bytes =
                    sizes.of(wanted.keySet().stream().map(Topic::id).toList());
            wanted.forEach((topic, partitions) -> {
                DescribeLogDirsTopic described =
                        describe(topic, Set.copyOf(partitions), bytes.getOrDefault(topic.id(), Map.of()));
                if (!described.partitions().isEmpty()) {
                    result.topics().add(described);
                }
            });
            return result;
        } catch (SQLException e) {
            if (!SqlErrors.isPassing(e)) {
                LOGGER.atError().setCause(e).log("asking for the sizes of partitions failed");
            }
            return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        }
    }

    private static DescribeLogDirsTopic describe(Topic topic, Set<Integer> wanted, Map<Integer, Long> bytes) {
        DescribeLogDirsTopic described = new DescribeLogDirsTopic().setName(topic.name());
        bytes.forEach((partition, size) -> {
            if (wanted.contains(partition)) {
                described
                        .partitions()
                        .add(new DescribeLogDirsPartition()
                                .setPartitionIndex(partition)
                                .setPartitionSize(size));
            }
        });
        return described;
    }
}
