package io.tailrace.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.Unpooled;
import io.tailrace.config.ListenerConfig;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.requests.MetadataResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes over the wire before it is a request: lengths, slow senders, garbage. */
class FrameDecoderTest {
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(10);

    private final ListenerConfig config = TestListener.withTimeouts(READ_TIMEOUT, IDLE_TIMEOUT);
    private final RequestMemory memory = new RequestMemory(config.maxRequestMemoryBytes());
    private final FakeDispatcher dispatcher = new FakeDispatcher();

    private EmbeddedConnection connect() {
        return new EmbeddedConnection(config, memory, dispatcher);
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    private static void pass(EmbeddedConnection connection, Duration time) {
        connection.channel.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        connection.channel.runScheduledPendingTasks();
        connection.channel.runPendingTasks();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, TestListener.MAX_FRAME_BYTES + 1})
    void shouldCloseOnAnImpossibleLength(int length) {
        try (EmbeddedConnection connection = connect()) {
            // When
            connection.receive(ByteBuffer.allocate(8).putInt(length).putInt(0).flip());

            // Then
            assertThat(connection.isOpen()).isFalse();
            assertThat(memory.usedBytes()).isZero();
        }
    }

    @Test
    void shouldTakeAFrameOfTheGreatestLength() {
        try (EmbeddedConnection connection = connect()) {
            // Given
            String padding = "x".repeat(30_000);
            ByteBuffer frame = ByteBuffer.allocate(TestListener.MAX_FRAME_BYTES);
            frame.put(EmbeddedConnection.produceFrame(1, (short) 1, padding)).rewind();

            // When
            connection.sendFragmented(new Random(1), frame);

            // Then
            assertThat(dispatcher.requests).hasSize(1);
            assertThat(dispatcher.requests.get(0).sizeBytes()).isEqualTo(TestListener.MAX_FRAME_BYTES);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "16030100f5010000f10303", // TLS ClientHello
                "474554202f20485454502f312e310d0a0d0a", // GET / HTTP/1.1
                "ffffffff",
                "00000010ffff0000000000010002414200000000", // an unknown API
                "0000000c0003000900000001ffff0000", // truncated
            })
    void shouldCloseOnlyTheConnectionOfAForeignClient(String hex) {
        try (EmbeddedConnection connection = connect();
                EmbeddedConnection other = connect()) {
            // When
            connection.receive(bytes(hex));
            other.send(EmbeddedConnection.metadataFrame(1));

            // Then
            assertThat(connection.isOpen()).isFalse();
            assertThat(other.isOpen()).isTrue();
            assertThat(dispatcher.requests).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void shouldSurviveGarbage(long seed) {
        // Given
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            byte[] garbage = new byte[random.nextInt(3000)];
            random.nextBytes(garbage);
            ByteBuffer bytes = ByteBuffer.wrap(garbage);
            if (garbage.length > 16 && random.nextBoolean()) {
                bytes.putInt(0, random.nextInt(garbage.length))
                        .putInt(4, (random.nextInt(100) << 16) | random.nextInt(15));
            }

            // When
            try (EmbeddedConnection connection = connect()) {
                connection.receive(bytes);
            }
        }

        // Then
        dispatcher.answers.forEach(answer -> answer.completeExceptionally(new IllegalArgumentException("garbage")));
        assertThat(memory.waiting()).isZero();
    }

    @Test
    void shouldCloseOnAFrameThatIsTooSlow() {
        try (EmbeddedConnection connection = connect()) {
            // Given
            connection.receive(bytes("000000"));
            pass(connection, READ_TIMEOUT.dividedBy(2));
            connection.receive(bytes("2000"));
            assertThat(connection.isOpen()).isTrue();

            // When
            pass(connection, READ_TIMEOUT.dividedBy(2).plusMillis(1));

            // Then
            assertThat(connection.isOpen()).isFalse();
            assertThat(memory.usedBytes()).isZero();
        }
    }

    @Test
    void shouldTimeEachFrameByItself() {
        try (EmbeddedConnection connection = connect()) {
            // Given
            ByteBuffer frame = EmbeddedConnection.metadataFrame(1);
            for (int i = 0; i < 5; i++) {
                connection.receive(
                        ByteBuffer.allocate(4).putInt(frame.remaining()).flip());
                pass(connection, READ_TIMEOUT.multipliedBy(2).dividedBy(3));

                // When
                connection.receive(frame);
                dispatcher.answers.get(i).complete(metadataResponse());

                // Then
                assertThat(connection.responses()).hasSize(1);
            }
            pass(connection, READ_TIMEOUT.multipliedBy(3));
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void shouldCloseAnIdleConnectionButNoneThatWaitsForItsAnswer() {
        try (EmbeddedConnection idle = connect();
                EmbeddedConnection waiting = connect()) {
            // Given
            waiting.send(EmbeddedConnection.metadataFrame(1));

            // When
            pass(idle, IDLE_TIMEOUT.plusMillis(1));
            pass(waiting, IDLE_TIMEOUT.plusMillis(1));

            // Then
            assertThat(idle.isOpen()).isFalse();
            assertThat(waiting.isOpen()).isTrue();
        }
    }

    @Test
    void shouldWaitForMemoryWithoutItsTimeRunning() {
        try (EmbeddedConnection connection = connect()) {
            // Given
            MemoryReservation taken = memory.reserve((int) config.maxRequestMemoryBytes(), () -> {});
            ByteBuffer large = EmbeddedConnection.produceFrame(1, (short) 1, "x".repeat(10_000));

            // When
            connection.send(large, EmbeddedConnection.produceFrame(2, (short) 1));
            pass(connection, READ_TIMEOUT.multipliedBy(3));

            // Then
            assertThat(connection.isReading()).isFalse();
            assertThat(connection.isOpen()).isTrue();
            assertThat(dispatcher.requests).isEmpty();

            // When
            taken.release();
            connection.channel.runPendingTasks();

            // Then
            assertThat(dispatcher.correlationIds()).containsExactly(1, 2);
            assertThat(connection.isReading()).isTrue();
        }
    }

    @Test
    void shouldGiveUpItsPlaceInTheQueueForMemoryOnClose() {
        MemoryReservation taken = memory.reserve((int) config.maxRequestMemoryBytes(), () -> {});
        try (EmbeddedConnection connection = connect()) {
            connection.send(EmbeddedConnection.produceFrame(1, (short) 1, "x".repeat(10_000)));
            assertThat(memory.waiting()).isEqualTo(1);

            // When
            connection.disconnect();

            // Then
            assertThat(memory.waiting()).isZero();
        }
        taken.release();
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void shouldServeOneSmallRequestPerConnectionWhenMemoryIsTaken() {
        MemoryReservation taken = memory.reserve((int) config.maxRequestMemoryBytes(), () -> {});
        try (EmbeddedConnection connection = connect()) {
            // When
            connection.send(EmbeddedConnection.metadataFrame(1), EmbeddedConnection.metadataFrame(2));

            // Then
            assertThat(dispatcher.correlationIds()).containsExactly(1);
            assertThat(connection.isReading()).isFalse();
        }
        taken.release();
    }

    @Test
    void shouldAllocateAsBytesArrive() {
        // Given
        long before = allocatedBytes();

        // When
        IncomingFrame frame = new IncomingFrame(Integer.MAX_VALUE);
        frame.readFrom(Unpooled.copiedBuffer("abc", StandardCharsets.US_ASCII));

        // Then
        assertThat(frame.isComplete()).isFalse();
        assertThat(allocatedBytes() - before).isLessThan(64L * 1024 * 1024);
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static MetadataResponse metadataResponse() {
        return new MetadataResponse(new MetadataResponseData(), EmbeddedConnection.METADATA_VERSION);
    }
}
