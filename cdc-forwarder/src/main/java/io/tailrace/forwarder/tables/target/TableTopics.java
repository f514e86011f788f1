package io.tailrace.forwarder.tables.target;

import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.tables.TablesException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Topics for tables. Each call blocks for an answer of the target. Confined to one thread. Owns: the admin client. */
final class TableTopics implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TableTopics.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    private static final int ATTEMPTS = 20;
    private static final long PAUSE_MS = 250;

    private final Admin admin;
    private final int partitions;
    private final short replicationFactor;

    TableTopics(TargetSettings settings, int partitions, int replicationFactor) {
        this.admin = Admin.create(settings.admin());
        this.partitions = partitions;
        this.replicationFactor = (short) replicationFactor;
    }

    /** Where each partition of the topic ends, in their order; the topic is made if it is missing. */
    List<Long> ends(String topic) throws InterruptedException {
        int count = count(topic);
        if (count == 0) {
            create(topic);
            count = partitions;
        }
        Map<TopicPartition, OffsetSpec> question = IntStream.range(0, count)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
        Map<TopicPartition, ListOffsetsResultInfo> answer =
                ask(topic, () -> admin.listOffsets(question).all());
        return IntStream.range(0, count)
                .mapToObj(partition -> answer.get(new TopicPartition(topic, partition)))
                .map(info -> info == null ? 0L : info.offset())
                .toList();
    }

    private int count(String topic) throws InterruptedException {
        try {
            return admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .values()
                    .iterator()
                    .next()
                    .partitions()
                    .size();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof UnknownTopicOrPartitionException) {
                return 0;
            }
            throw failure(topic, failed);
        }
    }

    private void create(String topic) throws InterruptedException {
        try {
            admin.createTopics(List.of(new NewTopic(topic, partitions, replicationFactor)))
                    .all()
                    .get();
            LOGGER.atInfo()
                    .addKeyValue("topic", topic)
                    .addKeyValue("partitions", partitions)
                    .log("topic created on the target");
        } catch (ExecutionException failed) {
            if (!(failed.getCause() instanceof TopicExistsException)) {
                throw failure(topic, failed);
            }
        }
    }

    private interface Question<T> {
        KafkaFuture<T> ask();
    }

    /** A topic that has just been made is not known to every broker at once. */
    private static <T> T ask(String topic, Question<T> question) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return question.ask().get();
            } catch (ExecutionException failed) {
                if (attempt == ATTEMPTS || !(failed.getCause() instanceof RetriableException)) {
                    throw failure(topic, failed);
                }
                Thread.sleep(PAUSE_MS);
            }
        }
    }

    private static TablesException failure(String topic, ExecutionException failed) {
        Throwable cause = failed.getCause() == null ? failed : failed.getCause();
        return new TablesException("topic %s cannot be used on the target: %s".formatted(topic, cause.getMessage()));
    }

    @Override
    public void close() {
        admin.close(CLOSE_TIMEOUT);
    }
}
