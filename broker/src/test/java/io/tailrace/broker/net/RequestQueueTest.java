package io.tailrace.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.timeout.IdleStateEvent;
import io.tailrace.broker.protocol.RequestDispatcher;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of requests and responses on one connection. */
class RequestQueueTest {
    private static final short ACKS_ALL = -1;
    private static final short ACKS_NONE = 0;

    private final FakeDispatcher dispatcher = new FakeDispatcher();

    private EmbeddedConnection connect(RequestDispatcher to) {
        return new EmbeddedConnection(TestListener.withMaxInFlight(8), to);
    }

    private static ByteBuffer metadata(int correlationId) {
        return EmbeddedConnection.metadataFrame(correlationId);
    }

    private static ByteBuffer produce(int correlationId) {
        return EmbeddedConnection.produceFrame(correlationId, ACKS_ALL);
    }

    private static AbstractResponse metadataResponse() {
        return new MetadataResponse(new MetadataResponseData(), EmbeddedConnection.METADATA_VERSION);
    }

    private static AbstractResponse produceResponse() {
        return new ProduceResponse(new ProduceResponseData());
    }

    @Test
    void shouldDispatchOneRequestAfterTheOther() {
        try (EmbeddedConnection connection = connect(dispatcher)) {
            // Given
            connection.send(metadata(1), metadata(2));
            assertThat(dispatcher.correlationIds()).containsExactly(1);

            // When
            dispatcher.answers.get(0).complete(metadataResponse());

            // Then
            assertThat(connection.responseCorrelationIds()).containsExactly(1);
            assertThat(dispatcher.correlationIds()).containsExactly(1, 2);
        }
    }

    @Test
    void shouldDispatchProduceRequestsTogether() {
        try (EmbeddedConnection connection = connect(dispatcher)) {
            // When
            connection.send(produce(1), produce(2), produce(3), metadata(4), produce(5));

            // Then
            assertThat(dispatcher.correlationIds()).containsExactly(1, 2, 3);

            // When
            dispatcher.answers.get(0).complete(produceResponse());
            dispatcher.answers.get(2).complete(produceResponse());

            // Then
            assertThat(connection.responseCorrelationIds()).containsExactly(1);
            assertThat(dispatcher.correlationIds()).containsExactly(1, 2, 3);

            // When
            dispatcher.answers.get(1).complete(produceResponse());

            // Then
            assertThat(connection.responseCorrelationIds()).containsExactly(2, 3);
            assertThat(dispatcher.correlationIds()).containsExactly(1, 2, 3, 4);

            // When
            dispatcher.answers.get(3).complete(metadataResponse());

            // Then
            assertThat(connection.responseCorrelationIds()).containsExactly(4);
            assertThat(dispatcher.correlationIds()).containsExactly(1, 2, 3, 4, 5);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldAnswerInOrderHoweverAnswersComplete(long seed) {
        Random random = new Random(seed);
        List<Integer> responses = new ArrayList<>();
        RequestMemory memory = new RequestMemory(1L << 20);
        try (EmbeddedConnection connection =
                new EmbeddedConnection(TestListener.withMaxInFlight(8), memory, dispatcher)) {
            // Given
            int total = 200;
            ByteBuffer[] frames = IntStream.range(0, total)
                    .mapToObj(id -> random.nextInt(4) == 0 ? metadata(id) : produce(id))
                    .toArray(ByteBuffer[]::new);

            // When
            connection.sendFragmented(random, frames);
            int answered = 0;
            while (answered < total) {
                List<Integer> open = new ArrayList<>(IntStream.range(answered, dispatcher.requests.size())
                        .boxed()
                        .toList());
                assertThat(open).hasSizeBetween(1, 8);
                Collections.shuffle(open, random);
                for (int index : open) {
                    boolean metadata = dispatcher.requests.get(index).body() instanceof MetadataRequest;
                    dispatcher.answers.get(index).complete(metadata ? metadataResponse() : produceResponse());
                    responses.addAll(connection.responseCorrelationIds());
                }
                answered += open.size();
            }

            // Then
            assertThat(responses)
                    .containsExactlyElementsOf(IntStream.range(0, total).boxed().toList());
            assertThat(memory.usedBytes()).isZero();
            assertThat(connection.isReading()).isTrue();
        }
    }

    @Test
    void shouldSayWhenAnAnswerHasLeftOrWillNot() {
        List<Integer> over = new ArrayList<>();
        EmbeddedConnection connection = connect(dispatcher);
        try (connection) {
            // Given
            connection.send(produce(1), produce(2));
            dispatcher.requests.forEach(
                    request -> request.end().add(() -> over.add(request.header().correlationId())));

            // When
            dispatcher.answers.get(0).complete(produceResponse());
            connection.responses();

            // Then
            assertThat(over).containsExactly(1);

            // When
            connection.disconnect();
            dispatcher.answers.get(1).complete(produceResponse());
            connection.channel.runPendingTasks();

            // Then
            assertThat(over).containsExactly(1, 2);
        }
    }

    @Test
    void shouldStopReadingAtTheInFlightLimit() {
        try (EmbeddedConnection connection = connect(dispatcher)) {
            // Given
            ByteBuffer[] frames =
                    IntStream.range(0, 20).mapToObj(RequestQueueTest::produce).toArray(ByteBuffer[]::new);

            // When
            connection.send(frames);

            // Then
            assertThat(connection.isReading()).isFalse();
            assertThat(dispatcher.requests).hasSize(8);

            // When
            dispatcher.answers.get(0).complete(produceResponse());

            // Then
            assertThat(connection.responseCorrelationIds()).containsExactly(0);
            assertThat(dispatcher.requests).hasSize(9);
        }
    }

    private static void advance(EmbeddedConnection connection, int ms) {
        connection.channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        connection.channel.runScheduledPendingTasks();
        connection.channel.runPendingTasks();
    }

    @Test
    void shouldTakeNothingFromAClientThatIsHeldBack() {
        try (EmbeddedConnection connection = connect(dispatcher)) {
            // Given
            connection.send(metadata(1), metadata(2));
            dispatcher.requests.get(0).connection().throttle(1_000);

            // When
            dispatcher.answers.get(0).complete(metadataResponse());

            // Then: what is under way is answered
            assertThat(connection.responseCorrelationIds()).containsExactly(1);
            assertThat(connection.isReading()).isFalse();
            assertThat(dispatcher.correlationIds()).containsExactly(1);

            // When
            advance(connection, 999);

            // Then
            assertThat(connection.isReading()).isFalse();
            assertThat(dispatcher.correlationIds()).containsExactly(1);

            // When
            advance(connection, 1);

            // Then
            assertThat(connection.isReading()).isTrue();
            assertThat(dispatcher.correlationIds()).containsExactly(1, 2);
        }
    }

    @ParameterizedTest
    @CsvSource({"5000, 1000", "1000, 5000"})
    void shouldHoldBackForTheLongestTime(int firstMs, int secondMs) {
        try (EmbeddedConnection connection = connect(dispatcher)) {
            // Given
            connection.send(metadata(1), metadata(2));
            dispatcher.requests.get(0).connection().throttle(firstMs);
            dispatcher.requests.get(0).connection().throttle(secondMs);
            dispatcher.answers.get(0).complete(metadataResponse());
            assertThat(connection.responseCorrelationIds()).containsExactly(1);

            // When
            advance(connection, 4_000);

            // Then
            assertThat(dispatcher.correlationIds()).containsExactly(1);

            // When
            advance(connection, 1_000);

            // Then
            assertThat(dispatcher.correlationIds()).containsExactly(1, 2);
        }
    }

    @Test
    void shouldNotTakeAClientThatIsHeldBackForIdle() {
        try (EmbeddedConnection connection = connect(dispatcher)) {
            // Given
            connection.send(metadata(1));
            dispatcher.requests.get(0).connection().throttle(1_000);
            dispatcher.answers.get(0).complete(metadataResponse());
            connection.responses();

            // When
            connection.channel.pipeline().fireUserEventTriggered(IdleStateEvent.READER_IDLE_STATE_EVENT);

            // Then
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void shouldAnswerManyRequestsThatCompleteAtOnce() {
        try (EmbeddedConnection connection =
                connect(request -> CompletableFuture.completedFuture(metadataResponse()))) {
            // Given
            List<Integer> ids = IntStream.range(0, 5_000).boxed().toList();

            // When
            connection.send(ids.stream().map(RequestQueueTest::metadata).toArray(ByteBuffer[]::new));

            // Then
            assertThat(connection.responseCorrelationIds()).containsExactlyElementsOf(ids);
            assertThat(connection.isReading()).isTrue();
        }
    }

    @Test
    void shouldAnswerWithAnErrorWhenTheDispatcherThrows() {
        try (EmbeddedConnection connection = connect(request -> {
            throw new IllegalStateException("broken");
        })) {
            // When
            connection.send(metadata(1), metadata(2));

            // Then
            assertThat(connection.responseCorrelationIds()).containsExactly(1, 2);
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void shouldAnswerWithAnErrorWhenTheAnswerFails() {
        try (EmbeddedConnection connection = connect(dispatcher)) {
            // Given
            connection.send(produce(1), produce(2));

            // When
            dispatcher.answers.get(0).completeExceptionally(new NotLeaderOrFollowerException("moved"));
            dispatcher.answers.get(1).cancel(false);

            // Then
            assertThat(connection.responseCorrelationIds()).containsExactly(1, 2);
        }
    }

    @Test
    void shouldSendNothingForAcks0() {
        try (EmbeddedConnection connection = connect(dispatcher)) {
            // Given
            connection.send(EmbeddedConnection.produceFrame(1, ACKS_NONE), metadata(2));

            // When
            dispatcher.answers.get(0).complete(null);
            connection.responses();
            dispatcher.answers.get(1).complete(metadataResponse());

            // Then
            assertThat(connection.responseCorrelationIds()).containsExactly(2);
        }
    }

    @Test
    void shouldCloseTheConnectionOfAFailedAcks0() {
        try (EmbeddedConnection connection = connect(dispatcher)) {
            // Given
            connection.send(EmbeddedConnection.produceFrame(1, ACKS_NONE));

            // When
            dispatcher.answers.get(0).completeExceptionally(new NotLeaderOrFollowerException("moved"));

            // Then
            assertThat(connection.isOpen()).isFalse();
        }
    }

    @Test
    void shouldCarryOutProduceRequestsOfAClientThatHasLeft() {
        RequestMemory memory = new RequestMemory(1L << 20);
        List<String> closed = new ArrayList<>();
        try (EmbeddedConnection connection =
                new EmbeddedConnection(TestListener.withMaxInFlight(8), memory, dispatcher)) {
            // Given
            connection.send(
                    metadata(1),
                    EmbeddedConnection.produceFrame(2, ACKS_NONE),
                    metadata(3),
                    EmbeddedConnection.produceFrame(4, ACKS_NONE));
            AutoCloseable handle = dispatcher.requests.get(0).connection().onClose(() -> closed.add("closed"));
            assertThat(handle).isNotNull();

            // When
            connection.disconnect();

            // Then
            assertThat(closed).containsExactly("closed");
            assertThat(dispatcher.correlationIds()).containsExactly(1);

            // When
            dispatcher.answers.get(0).complete(metadataResponse());
            connection.channel.runPendingTasks();

            // Then
            assertThat(dispatcher.correlationIds()).containsExactly(1, 2, 4);

            // When
            dispatcher.answers.get(1).complete(null);
            dispatcher.answers.get(2).complete(null);
            connection.channel.runPendingTasks();

            // Then
            assertThat(memory.usedBytes()).isZero();
        }
    }

    @Test
    void shouldRunACloseActionAtOnceOnAClosedConnectionAndNotAfterItsHandleWasClosed() throws Exception {
        List<String> ran = new ArrayList<>();
        try (EmbeddedConnection connection = connect(dispatcher)) {
            // Given
            connection.send(metadata(1));
            AutoCloseable forgotten = dispatcher.requests.get(0).connection().onClose(() -> ran.add("forgotten"));
            forgotten.close();

            // When
            connection.disconnect();
            AutoCloseable late = dispatcher.requests.get(0).connection().onClose(() -> ran.add("late"));
            connection.channel.runPendingTasks();

            // Then
            assertThat(ran).containsExactly("late");
            late.close();
        }
    }

    @Test
    void shouldAnswerWhatIsUnderWayWhenTheBrokerStops() {
        RequestMemory memory = new RequestMemory(1L << 20);
        try (EmbeddedConnection connection =
                new EmbeddedConnection(TestListener.withMaxInFlight(8), memory, dispatcher)) {
            // Given
            connection.send(metadata(1), metadata(2));

            // When
            connection.channel.pipeline().fireUserEventTriggered(RequestQueue.STOP);

            // Then
            assertThat(connection.isOpen()).isTrue();
            assertThat(connection.isReading()).isFalse();

            // When
            dispatcher.answers.get(0).complete(metadataResponse());

            // Then
            assertThat(connection.responseCorrelationIds()).containsExactly(1);
            assertThat(connection.isOpen()).isFalse();
            assertThat(dispatcher.correlationIds()).containsExactly(1);
            assertThat(memory.usedBytes()).isZero();
        }
    }
}
