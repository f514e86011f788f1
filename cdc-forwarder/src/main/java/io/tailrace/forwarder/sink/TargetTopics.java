package io.tailrace.forwarder.sink;

import io.tailrace.forwarder.route.NamePatterns;
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
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics of the target: makes those that are missing, and lets partitions and settings follow those of the source
 * (a record keeps its partition, so the target must have as many). Thread-safe, as the admin client
 * is; each call blocks for an answer of the target. Owns: the admin client.
 */
public final class TargetTopics implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(TargetTopics.class);
    private static final int LIST_TIMEOUT_MS = 5_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final Admin admin;
    private final String bootstrapServers;
    private final short replicationFactor;
    private final TargetTopicSettings topicSettings;

    /** @param excludedSettings the topic settings that do not follow to the target */
    public TargetTopics(
            TargetSettings settings, String bootstrapServers, int replicationFactor, NamePatterns excludedSettings) {
        this.admin = Admin.create(settings.admin());
        this.topicSettings = new TargetTopicSettings(admin, excludedSettings);
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
     * Makes the topic if it is missing, gives it the partitions that it lacks, and lets its settings follow.
     *
     * @throws TargetTopicException if it may not be made, or may not grow
     */
    public Followed ensure(TargetTopic topic) throws TargetTopicException {
        int partitions = partitions(topic.name());
        if (partitions == 0) {
            return create(topic);
        }
        if (partitions < topic.partitions()) {
            grow(topic, partitions);
        } else if (partitions > topic.partitions()) {
            LOGGER.atWarn()
                    .addKeyValue("target", topic.name())
                    .addKeyValue("partitions", topic.partitions())
                    .addKeyValue("targetPartitions", partitions)
                    .log(
                            "the target's topic has more partitions; records keep theirs, but producers with keys will spread differently there");
        }
        return follow(topic);
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

    private Followed create(TargetTopic topic) throws TargetTopicException {
        try {
            create(topic, topicSettings.atCreation(topic));
            return new Followed(topicSettings.following(topic.settings()), null);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof InvalidConfigurationException) {
                return createBare(topic);
            }
            if (failed.getCause() instanceof TopicExistsException) {
                return follow(topic);
            }
            throw failure(failed);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    /** The target does not take one of the settings: they follow afterwards, those that it knows. */
    private Followed createBare(TargetTopic topic) throws TargetTopicException {
        try {
            create(topic, TargetTopicSettings.fixed());
        } catch (ExecutionException failed) {
            throw failure(failed);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
        return follow(new TargetTopic(topic.name(), topic.partitions(), topic.settings(), Map.of()));
    }

    private void create(TargetTopic topic, Map<String, String> settings)
            throws ExecutionException, InterruptedException {
        NewTopic created = new NewTopic(topic.name(), topic.partitions(), replicationFactor).configs(settings);
        admin.createTopics(List.of(created)).all().get();
        LOGGER.atInfo()
                .addKeyValue("target", topic.name())
                .addKeyValue("partitions", topic.partitions())
                .log("topic created on the target");
    }

    private void grow(TargetTopic topic, int partitions) throws TargetTopicException {
        try {
            admin.createPartitions(Map.of(topic.name(), NewPartitions.increaseTo(topic.partitions())))
                    .all()
                    .get();
        } catch (ExecutionException failed) {
            throw new TargetTopicException(
                    "topic %s has %d partitions on the target and %d here, and cannot be given more: %s; a record keeps its partition, so give it %d there (kafka-topics --alter --partitions)"
                            .formatted(
                                    topic.name(),
                                    partitions,
                                    topic.partitions(),
                                    failure(failed).getMessage(),
                                    topic.partitions()));
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
        LOGGER.atInfo()
                .addKeyValue("target", topic.name())
                .addKeyValue("partitions", topic.partitions())
                .log("topic has grown on the target, as it did here");
    }

    /** Settings that cannot follow stop no record. */
    private Followed follow(TargetTopic topic) {
        try {
            return topicSettings.follow(topic);
        } catch (ExecutionException failed) {
            String problem = "its settings do not follow to the target: "
                    + failure(failed).getMessage();
            LOGGER.atWarn().addKeyValue("target", topic.name()).log(problem);
            return new Followed(topic.passedOn(), problem);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
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
                || cause instanceof InvalidPartitionsException
                || cause instanceof InvalidRequestException
                || cause instanceof UnsupportedVersionException
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
