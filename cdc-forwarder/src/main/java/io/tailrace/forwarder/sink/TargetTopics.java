package io.tailrace.forwarder.sink;

import io.tailrace.forwarder.route.SourceTopic;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics of the target: makes those that are missing, with the partitions of the source, and checks the others.
 * A topic with fewer partitions there cannot be forwarded (a record keeps its partition). Thread-safe, as the admin client
 * is; each call blocks for an answer of the target. Owns: the admin client.
 */
public final class TargetTopics implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TargetTopics.class);
    private static final int LIST_TIMEOUT_MS = 5_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    /** What a topic keeps of its own settings when it is made on the target. */
    private static final Set<String> COPIED_SETTINGS = Set.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.RETENTION_MS_CONFIG,
            TopicConfig.RETENTION_BYTES_CONFIG,
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            TopicConfig.DELETE_RETENTION_MS_CONFIG,
            TopicConfig.MIN_COMPACTION_LAG_MS_CONFIG);

    private final Admin admin;
    private final String bootstrapServers;
    private final short replicationFactor;

    public TargetTopics(TargetSettings settings, String bootstrapServers, int replicationFactor) {
        this.admin = Admin.create(settings.admin());
        this.bootstrapServers = bootstrapServers;
        this.replicationFactor = (short) replicationFactor;
    }

    /** The target's own name for itself. @throws TargetException if the target does not answer, or refuses the login */
    public String clusterId() {
        try {
            return await(admin.describeCluster().clusterId());
        } catch (TargetTopicException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The names of all topics there. */
    public Set<String> names() {
        try {
            return await(admin.listTopics(new ListTopicsOptions().timeoutMs(LIST_TIMEOUT_MS))
                    .names());
        } catch (TargetTopicException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Makes the topic if it is missing.
     *
     * @throws TargetTopicException if it is there with fewer partitions, or may not be made
     */
    public void ensure(SourceTopic topic) throws TargetTopicException {
        int partitions = partitions(topic.name());
        if (partitions == 0) {
            create(topic);
            return;
        }
        if (partitions < topic.partitions()) {
            throw new TargetTopicException(
                    "topic %s has %d partitions on the target and %d here; a record keeps its partition, so give it %d there (kafka-topics --alter --partitions)"
                            .formatted(topic.name(), partitions, topic.partitions(), topic.partitions()));
        }
        if (partitions > topic.partitions()) {
            LOGGER.atWarn()
                    .addKeyValue("topic", topic.name())
                    .addKeyValue("partitions", topic.partitions())
                    .addKeyValue("targetPartitions", partitions)
                    .log(
                            "the target's topic has more partitions; records keep theirs, but producers with keys will spread differently there");
        }
    }

    private int partitions(String topic) throws TargetTopicException {
        try {
            Collection<TopicDescription> found =
                    admin.describeTopics(List.of(topic)).allTopicNames().get().values();
            return found.iterator().next().partitions().size();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof UnknownTopicOrPartitionException) {
                return 0;
            }
            throw failure(failed);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    private void create(SourceTopic topic) throws TargetTopicException {
        NewTopic created = new NewTopic(topic.name(), topic.partitions(), replicationFactor).configs(settings(topic));
        try {
            admin.createTopics(List.of(created)).all().get();
            LOGGER.atInfo()
                    .addKeyValue("topic", topic.name())
                    .addKeyValue("partitions", topic.partitions())
                    .log("topic created on the target");
        } catch (ExecutionException failed) {
            if (!(failed.getCause() instanceof TopicExistsException)) {
                throw failure(failed);
            }
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    /** A record keeps its timestamp, wherever it came from and however far it is off. */
    private static Map<String, String> settings(SourceTopic topic) {
        Map<String, String> settings = new HashMap<>();
        topic.config().forEach((name, value) -> {
            if (COPIED_SETTINGS.contains(name)) {
                settings.put(name, value);
            }
        });
        settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");
        settings.put(TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE));
        settings.put(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE));
        return settings;
    }

    /**
     * The next offset of partitions on the target, as far as a consumer can see; those that do not exist there are left
     * out.
     */
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) throws TargetTopicException {
        Set<String> topics = partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet());
        topics.retainAll(names());
        Map<String, TopicDescription> there = await(admin.describeTopics(topics).allTopicNames());
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (TopicPartition partition : partitions) {
            TopicDescription topic = there.get(partition.topic());
            if (topic != null && partition.partition() < topic.partitions().size()) {
                latest.put(partition, OffsetSpec.latest());
            }
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        await(admin.listOffsets(latest).all()).forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    private <T> T await(KafkaFuture<T> answer) throws TargetTopicException {
        try {
            return answer.get();
        } catch (ExecutionException failed) {
            throw failure(failed);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    private TargetTopicException failure(ExecutionException failed) {
        Throwable cause = Objects.requireNonNullElse(failed.getCause(), failed);
        // Kafka counts a refused login among the invalid configurations.
        if (cause instanceof AuthenticationException) {
            throw new TargetException(message(cause), cause);
        }
        if (cause instanceof TopicAuthorizationException
                || cause instanceof InvalidTopicException
                || cause instanceof InvalidReplicationFactorException
                || cause instanceof InvalidConfigurationException
                || cause instanceof PolicyViolationException) {
            return new TargetTopicException(String.valueOf(cause.getMessage()));
        }
        throw new TargetException(message(cause), cause);
    }

    private String message(Throwable cause) {
        if (cause instanceof SslAuthenticationException) {
            return "TLS with the target at %s failed: %s; check kafka.truststore, and that the address is one that its certificate names"
                    .formatted(bootstrapServers, rootMessage(cause));
        }
        if (cause instanceof AuthenticationException) {
            return "the target at %s refused the login: %s; check kafka.username, kafka.password and kafka.sasl_mechanism"
                    .formatted(bootstrapServers, cause.getMessage());
        }
        return "the target at %s does not answer: %s; check kafka.bootstrap_servers and kafka.security_protocol"
                .formatted(bootstrapServers, cause.getMessage());
    }

    private static String rootMessage(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    private static TargetException interrupted(InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return new TargetException("interrupted", stopped);
    }

    @Override
    public void close() {
        admin.close(CLOSE_TIMEOUT);
    }
}
