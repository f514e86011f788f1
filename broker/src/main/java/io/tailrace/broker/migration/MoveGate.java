package io.tailrace.broker.migration;

import io.tailrace.broker.api.ClusterIdentity;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.RequestDispatcher;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatResponse;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/**
 * Stands before the handlers, and answers in their place once the cluster has moved; before that only commits of offsets in
 * the moment in which they are frozen, and produce requests wait behind a fence ({@link FencedProduces}). Clients that are passed on hear of the target's brokers, topics and
 * coordinators wherever they ask, and are told that this broker is none of them wherever they do anything else: each
 * client then asks again and goes on over there by itself. Clients that are refused get an error that they do not retry.
 *
 * <p>For a while this broker is still among the nodes that it names, as one that leads nothing: librdkafka (from 2.10 on) ends
 * the handle of a node that Metadata does not name any more, and with it the requests that are on their way there.
 *
 * <p>Some answers are as they are because clients need them so. A failed fetch says so for each partition: at an error for all
 * of the request they stay. A member by the protocol of KIP-848 is told that its epoch is fenced, so that it begins anew,
 * and only then that its coordinator is elsewhere; until then its commits are to wait. A request that creates something goes to the controller, which is not
 * this broker any more.
 *
 * <p>Thread-safe.
 */
public final class MoveGate implements RequestDispatcher {

    /** The endpoint type of brokers in DescribeCluster. */
    private static final byte BROKERS = 1;

    /** A minute longer than connections from before the move are left open. */
    private static final Duration STILL_NAMED = Duration.ofMinutes(2);

    /** A connection's other requests wait behind its produce requests. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final RequestDispatcher handlers;
    private final MigrationWatch watch;
    private final ClusterIdentity here;
    private final ConsumerProtocolGroups consumerGroups = new ConsumerProtocolGroups();
    private final FencedProduces produces;

    /**
     * One that the watch tells of changes.
     *
     * @param here this broker, as its clients know it
     * @param maxWaitingBytes of produce requests behind a fence
     */
    public MoveGate(
            RequestDispatcher handlers,
            MigrationWatch watch,
            ClusterIdentity here,
            ScheduledExecutorService timer,
            long maxWaitingBytes) {
        this.handlers = handlers;
        this.watch = watch;
        this.here = here;
        this.produces = new FencedProduces(this::answer, watch::stage, timer, LONGEST_WAIT, maxWaitingBytes);
        watch.onChange(produces::release);
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> dispatch(KafkaRequest request) {
        return request.header().apiKey() == ApiKeys.PRODUCE ? produces.answer(request) : answer(request);
    }

    private CompletableFuture<@Nullable AbstractResponse> answer(KafkaRequest request) {
        if (request.body().data() instanceof ConsumerGroupHeartbeatRequestData heartbeat) {
            consumerGroups.onHeartbeat(heartbeat.groupId());
        }
        Stage stage = watch.stage();
        if (stage instanceof Stage.Moved moved) {
            return moved.redirect() ? passOn(moved.target(), request) : refuse(moved, request);
        }
        return stage instanceof Stage.Fenced fenced && fenced.isFrozen() && commitsOffsets(request)
                ? CompletableFuture.failedFuture(Errors.COORDINATOR_LOAD_IN_PROGRESS.exception())
                : handlers.dispatch(request);
    }

    /** Postgres would refuse them too; here they do not cost the coordinator a write that it takes back. */
    private static boolean commitsOffsets(KafkaRequest request) {
        ApiKeys api = request.header().apiKey();
        return api == ApiKeys.OFFSET_COMMIT || api == ApiKeys.TXN_OFFSET_COMMIT;
    }

    private CompletableFuture<@Nullable AbstractResponse> passOn(Optional<TargetCluster> target, KafkaRequest request) {
        ApiKeys api = request.header().apiKey();
        return switch (api) {
            case METADATA ->
                tell(target, Errors.LEADER_NOT_AVAILABLE, to -> TargetAnswers.metadata(to, request, stillNamed()));
            case FIND_COORDINATOR ->
                tell(target, Errors.COORDINATOR_NOT_AVAILABLE, to -> TargetAnswers.coordinator(to, request));
            case DESCRIBE_CLUSTER ->
                describesBrokers(request)
                        ? tell(target, Errors.BROKER_NOT_AVAILABLE, TargetAnswers::cluster)
                        : handlers.dispatch(request);
            case DESCRIBE_TOPIC_PARTITIONS ->
                tell(target, Errors.LEADER_NOT_AVAILABLE, to -> TargetAnswers.partitions(to, request));
            case FETCH -> fetch((FetchRequest) request.body(), Errors.NOT_LEADER_OR_FOLLOWER);
            case CONSUMER_GROUP_HEARTBEAT -> heartbeat(request);
            case OFFSET_COMMIT, OFFSET_FETCH ->
                isOfJoinedMember(request)
                        ? CompletableFuture.failedFuture(Errors.COORDINATOR_LOAD_IN_PROGRESS.exception())
                        : elsewhere(request, MovedErrors.PASSED_ON);
            default -> elsewhere(request, MovedErrors.PASSED_ON);
        };
    }

    private Optional<ClusterIdentity> stillNamed() {
        return watch.movedFor().compareTo(STILL_NAMED) < 0 ? Optional.of(here) : Optional.empty();
    }

    /**
     * Of a member by KIP-848 that has not been told yet that its epoch is fenced. If it looked for its coordinator now, it would
     * come to the target with an epoch of ours, and end; so it is to try again here until its next heartbeat.
     */
    private boolean isOfJoinedMember(KafkaRequest request) {
        ApiMessage body = request.body().data();
        if (body instanceof OffsetCommitRequestData commit) {
            return commit.generationIdOrMemberEpoch() > 0 && consumerGroups.contains(commit.groupId());
        }
        return body instanceof OffsetFetchRequestData fetch
                && fetch.groups().stream().anyMatch(group -> group.memberEpoch() > 0);
    }

    private CompletableFuture<@Nullable AbstractResponse> refuse(Stage.Moved moved, KafkaRequest request) {
        return request.header().apiKey() == ApiKeys.FETCH
                ? fetch((FetchRequest) request.body(), Errors.TOPIC_AUTHORIZATION_FAILED)
                : elsewhere(request, MovedErrors.refused(moved.bootstrapServers()));
    }

    private CompletableFuture<@Nullable AbstractResponse> elsewhere(KafkaRequest request, MovedErrors errors) {
        if (isForAnyBroker(request)) {
            return handlers.dispatch(request);
        }
        return errors.of(request.header().apiKey())
                .<CompletableFuture<@Nullable AbstractResponse>>map(CompletableFuture::failedFuture)
                .orElseGet(() -> handlers.dispatch(request));
    }

    /** Every broker gives out producer ids, and what this one gives out is good elsewhere. */
    private static boolean isForAnyBroker(KafkaRequest request) {
        return request.body().data() instanceof InitProducerIdRequestData init && init.transactionalId() == null;
    }

    private static boolean describesBrokers(KafkaRequest request) {
        return ((DescribeClusterRequestData) request.body().data()).endpointType() == BROKERS;
    }

    private static CompletableFuture<@Nullable AbstractResponse> tell(
            Optional<TargetCluster> target, Errors unknown, Function<TargetCluster, AbstractResponse> answer) {
        return target.<CompletableFuture<@Nullable AbstractResponse>>map(
                        known -> CompletableFuture.completedFuture(answer.apply(known)))
                .orElseGet(() -> CompletableFuture.failedFuture(unknown.exception()));
    }

    /** A session does not say which partitions it has; its client is asked to name them again, outside of it. */
    private static CompletableFuture<@Nullable AbstractResponse> fetch(FetchRequest fetch, Errors error) {
        FetchMetadata session = fetch.metadata();
        if (!session.isFull()) {
            return CompletableFuture.completedFuture(FetchResponse.of(
                    Errors.FETCH_SESSION_ID_NOT_FOUND,
                    0,
                    FetchMetadata.INVALID_SESSION_ID,
                    new LinkedHashMap<>(),
                    List.of()));
        }
        FetchResponseData data = new FetchResponseData().setSessionId(FetchMetadata.INVALID_SESSION_ID);
        for (FetchTopic topic : fetch.data().topics()) {
            data.responses()
                    .add(new FetchableTopicResponse()
                            .setTopic(topic.topic())
                            .setTopicId(topic.topicId())
                            .setPartitions(topic.partitions().stream()
                                    .map(partition -> FetchResponse.partitionResponse(partition.partition(), error))
                                    .toList()));
        }
        return CompletableFuture.completedFuture(FetchResponse.of(data));
    }

    private static CompletableFuture<@Nullable AbstractResponse> heartbeat(KafkaRequest request) {
        ConsumerGroupHeartbeatRequestData heartbeat =
                (ConsumerGroupHeartbeatRequestData) request.body().data();
        boolean joined = heartbeat.memberEpoch() > 0;
        ApiException error = (joined ? Errors.FENCED_MEMBER_EPOCH : Errors.NOT_COORDINATOR).exception();
        return CompletableFuture.completedFuture(
                new ConsumerGroupHeartbeatResponse(new ConsumerGroupHeartbeatResponseData()
                        .setErrorCode(Errors.forException(error).code())
                        .setErrorMessage(error.getMessage())));
    }
}
