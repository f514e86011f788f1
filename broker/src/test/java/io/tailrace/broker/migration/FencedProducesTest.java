package io.tailrace.broker.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.TestConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which refusals wait for the end of a fence, and what is said then. */
class FencedProducesTest {

    private static final int PATIENT_MS = 60_000;
    private static final int SIZE = 100;
    private static final int MOST = 10;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Stage FENCED = new Stage.Fenced(Long.MAX_VALUE, 0);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private volatile Stage stage = new Stage.Serving();
    private volatile List<Errors> log = List.of(Errors.NONE);
    private final FencedProduces produces = waitingFor(Duration.ofSeconds(30));

    private FencedProduces waitingFor(Duration longest) {
        return new FencedProduces(this::dispatch, () -> stage, timer, longest, MOST * SIZE);
    }

    private CompletableFuture<@Nullable AbstractResponse> dispatch(KafkaRequest request) {
        return stage instanceof Stage.Moved
                ? CompletableFuture.failedFuture(Errors.NOT_LEADER_OR_FOLLOWER.exception())
                : CompletableFuture.completedFuture(response(log));
    }

    private static ProduceResponse response(List<Errors> errors) {
        ProduceResponseData data = new ProduceResponseData();
        data.responses()
                .add(new TopicProduceResponse()
                        .setName("orders")
                        .setPartitionResponses(errors.stream()
                                .map(error -> new PartitionProduceResponse().setErrorCode(error.code()))
                                .toList()));
        return new ProduceResponse(data);
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void shouldSayAtOnceWhatIsNoRefusalOfAFence() {
        // Given
        CompletableFuture<@Nullable AbstractResponse> written = produces.answer(request(PATIENT_MS, null));
        log = List.of(Errors.NOT_ENOUGH_REPLICAS);
        CompletableFuture<@Nullable AbstractResponse> withoutAFence = produces.answer(request(PATIENT_MS, null));
        stage = FENCED;
        log = List.of(Errors.NONE, Errors.NOT_ENOUGH_REPLICAS);

        // When
        CompletableFuture<@Nullable AbstractResponse> writtenBefore = produces.answer(request(PATIENT_MS, null));

        // Then
        assertThat(written).isDone();
        assertThat(withoutAFence).isDone();
        assertThat(writtenBefore).isDone();
    }

    @Test
    void shouldRefuseWhenTheFenceIsGone() {
        // Given
        fence();
        List<CompletableFuture<@Nullable AbstractResponse>> answers = IntStream.range(0, MOST)
                .mapToObj(i -> produces.answer(request(PATIENT_MS, null)))
                .toList();
        assertThat(answers).noneMatch(CompletableFuture::isDone);

        // When
        stage = new Stage.Serving();
        produces.release();

        // Then
        assertThat(answers).allMatch(FencedProducesTest::isRefused);
    }

    @Test
    void shouldSayThatTheClusterHasMoved() {
        // Given
        fence();
        CompletableFuture<@Nullable AbstractResponse> answer = produces.answer(request(PATIENT_MS, null));

        // When
        stage = new Stage.Moved(true, "there", Optional.empty());
        produces.release();

        // Then
        assertThat(answer).isCompletedExceptionally();
    }

    @Test
    void shouldRefuseBehindALongFenceAfterAWhile() {
        // Given
        fence();

        // When
        CompletableFuture<@Nullable AbstractResponse> answer =
                waitingFor(Duration.ofMillis(50)).answer(request(PATIENT_MS, null));

        // Then
        await().atMost(LIMIT).until(() -> isRefused(answer));
    }

    @Test
    void shouldNotKeepTransactionsAndClientsOfLittlePatienceWaiting() {
        // Given
        fence();

        // When
        CompletableFuture<@Nullable AbstractResponse> impatient = produces.answer(request(1000, null));
        CompletableFuture<@Nullable AbstractResponse> transactional = produces.answer(request(PATIENT_MS, "id"));

        // Then
        assertThat(isRefused(impatient)).isTrue();
        assertThat(isRefused(transactional)).isTrue();
    }

    @Test
    void shouldKeepNoMoreThanItsBoundOfMemory() {
        // Given
        fence();
        List<CompletableFuture<@Nullable AbstractResponse>> waiting = IntStream.range(0, MOST)
                .mapToObj(i -> produces.answer(request(PATIENT_MS, null)))
                .toList();

        // When
        CompletableFuture<@Nullable AbstractResponse> beyond = produces.answer(request(PATIENT_MS, null));

        // Then
        assertThat(isRefused(beyond)).isTrue();
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        produces.release();
        assertThat(produces.answer(request(PATIENT_MS, null))).isNotDone();
    }

    private void fence() {
        stage = FENCED;
        log = List.of(Errors.NOT_ENOUGH_REPLICAS);
    }

    private static boolean isRefused(CompletableFuture<@Nullable AbstractResponse> answer) {
        return answer.getNow(null) instanceof ProduceResponse response
                && response.errorCounts().containsKey(Errors.NOT_ENOUGH_REPLICAS);
    }

    private static KafkaRequest request(int timeoutMs, @Nullable String transactionalId) {
        short version = ApiKeys.PRODUCE.latestVersion();
        ProduceRequestData data = new ProduceRequestData()
                .setAcks((short) -1)
                .setTimeoutMs(timeoutMs)
                .setTransactionalId(transactionalId);
        return new KafkaRequest(
                new RequestHeader(ApiKeys.PRODUCE, version, "test", 1),
                new ProduceRequest(data, version),
                new TestConnection(),
                SIZE);
    }
}
