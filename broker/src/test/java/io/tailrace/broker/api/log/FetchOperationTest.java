package io.tailrace.broker.api.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.tailrace.broker.api.log.FetchOperation.Limits;
import io.tailrace.broker.api.log.FetchOperation.TopicTargets;
import io.tailrace.broker.log.Partition;
import io.tailrace.broker.log.PartitionFixture;
import io.tailrace.broker.log.RecordSource;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FetchOperationTest {

    private static final int LONG_MS = 60_000;

    /** Reading from here fails as when the database is away. */
    private static final long AWAY = 13;

    /** Reading from here gives one record, as where a limit allows no more. */
    private static final long CUT_SHORT = 12;

    private static final MemoryRecords RECORDS = endingAt(20);

    private final EmbeddedChannel connection = new EmbeddedChannel();
    /** For threads that may block. */
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    private final Log log = new Log();
    private final Partition partition = PartitionFixture.partition("orders", 10, 20);
    private Runnable whileReading = () -> {};
    private final ResponseMemory memory = new ResponseMemory(1 << 20);
    private int reads;
    private int room;

    private boolean inMemory;

    FetchOperationTest() {
        connection.freezeTime();
    }

    @AfterEach
    void close() {
        connection.finishAndReleaseAll();
    }

    private static MemoryRecords endingAt(long offset) {
        return MemoryRecords.withRecords(offset - 1, Compression.NONE, new SimpleRecord(new byte[100]));
    }

    private FetchOperation fetch(int minBytes, int maxWaitMs, FetchTarget... targets) {
        return fetch(new Limits(minBytes, 1 << 20, maxWaitMs), log, targets);
    }

    private FetchOperation fetch(Limits limits, RecordSource source, FetchTarget... targets) {
        FetchOperation operation = new FetchOperation(
                List.of(new TopicTargets(new FetchableTopicResponse().setTopic("orders"), List.of(targets))),
                limits,
                source,
                tasks::add,
                connection.eventLoop(),
                memory.hold());
        operation.start();
        return operation;
    }

    private class Log implements RecordSource {
        @Override
        public @Nullable MemoryRecords recent(Partition from, long startOffset, long endOffset, int maxBytes) {
            return inMemory ? endingAt(endOffset) : null;
        }

        @Override
        public MemoryRecords read(Partition from, long startOffset, long endOffset, int maxBytes) throws SQLException {
            reads++;
            room = maxBytes;
            if (startOffset == AWAY) {
                throw new SQLException("connection lost", "08006");
            }
            if (startOffset == CUT_SHORT) {
                return endingAt(CUT_SHORT + 1);
            }
            MemoryRecords records = endingAt(endOffset);
            whileReading.run();
            return startOffset < endOffset ? records : MemoryRecords.EMPTY;
        }
    }

    private FetchTarget at(long offset) {
        return new FetchTarget(
                new FetchPartition().setFetchOffset(offset).setPartitionMaxBytes(1 << 20),
                partition,
                IsolationLevel.READ_UNCOMMITTED,
                Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    private void runTasks() {
        connection.runPendingTasks();
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
            connection.runPendingTasks();
        }
    }

    private boolean isTimerSet() {
        return connection.runScheduledPendingTasks() >= 0;
    }

    private static List<PartitionData> partitions(FetchOperation operation) {
        FetchResponse response = operation.answer().join();
        return response.data().responses().get(0).partitions();
    }

    @Test
    void shouldAnswerAtOnceWhereThereIsSomethingToRead() {
        // When
        FetchOperation operation = fetch(1, LONG_MS, at(15));
        runTasks();

        // Then
        assertThat(partitions(operation)).singleElement().satisfies(data -> {
            assertThat(data.records().sizeInBytes()).isEqualTo(RECORDS.sizeInBytes());
            assertThat(data.highWatermark()).isEqualTo(20);
            assertThat(data.logStartOffset()).isEqualTo(10);
        });
    }

    @Test
    void shouldAnswerFromMemoryWithoutWaitingForAnotherThread() {
        // Given
        inMemory = true;

        // When
        FetchOperation operation = fetch(1, LONG_MS, at(15));

        // Then
        assertThat(partitions(operation).get(0).records().sizeInBytes()).isPositive();
        assertThat(memory.usedBytes()).isEqualTo(RECORDS.sizeInBytes());
        assertThat(reads).isZero();
    }

    @Test
    void shouldReadAllAnewWherePostgresHasToBeAskedForSomeOfIt() {
        // Given
        RecordSource halfInMemory = new Log() {
            @Override
            public @Nullable MemoryRecords recent(Partition from, long startOffset, long endOffset, int maxBytes) {
                return startOffset == 16 ? null : endingAt(endOffset);
            }
        };

        // When
        FetchOperation operation = fetch(new Limits(1, 1 << 20, LONG_MS), halfInMemory, at(15), at(16), at(17));
        boolean doneEarly = operation.answer().isDone();
        runTasks();

        // Then
        assertThat(doneEarly).isFalse();
        assertThat(partitions(operation))
                .extracting(data -> data.records().sizeInBytes())
                .containsOnly(RECORDS.sizeInBytes())
                .hasSize(3);
        assertThat(reads).isEqualTo(3);
    }

    @Test
    void shouldReadLessTheLessMemoryIsLeft() {
        // Given
        ResponseMemory.Hold others = memory.hold();
        int half = 1 << 19;
        others.keep(half);

        // When
        FetchOperation operation = fetch(1 << 20, LONG_MS, at(CUT_SHORT));
        runTasks();

        // Then: a quarter of what is left, and that is enough for an answer
        assertThat(room).isEqualTo(half / 4);
        assertThat(partitions(operation).get(0).records().sizeInBytes()).isPositive();
        assertThat(memory.usedBytes()).isEqualTo(half + RECORDS.sizeInBytes());
    }

    @Test
    void shouldReadSomethingWhereNoMemoryIsLeft() {
        // Given
        memory.hold().keep(1 << 21);

        // When
        FetchOperation operation = fetch(1, LONG_MS, at(CUT_SHORT));
        runTasks();

        // Then
        assertThat(room).isEqualTo(ResponseMemory.LEAST_BYTES);
        assertThat(partitions(operation).get(0).records().sizeInBytes()).isPositive();
    }

    @Test
    void shouldHoldNoMemoryWhileItWaits() {
        // When
        FetchOperation operation = fetch(RECORDS.sizeInBytes() + 10, LONG_MS, at(15));
        runTasks();

        // Then
        assertThat(operation.answer()).isNotDone();
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void shouldWaitWithoutReadingUntilSomethingIsAppended() {
        // Given
        FetchOperation operation = fetch(1, LONG_MS, at(20));
        runTasks();
        assertThat(operation.answer()).isNotDone();
        assertThat(reads).isZero();

        // When
        PartitionFixture.append(partition, 1, 100);
        runTasks();

        // Then
        assertThat(partitions(operation).get(0).records().sizeInBytes()).isPositive();
        assertThat(isTimerSet()).isFalse();
    }

    @Test
    void shouldWaitForAsManyBytesAsAreWanted() {
        // Given
        FetchOperation operation = fetch(250, LONG_MS, at(20));

        // When
        PartitionFixture.append(partition, 1, 200);
        runTasks();
        boolean doneEarly = operation.answer().isDone();
        PartitionFixture.append(partition, 1, 50);
        runTasks();

        // Then
        assertThat(doneEarly).isFalse();
        assertThat(operation.answer()).isDone();
    }

    @Test
    void shouldWaitForTheRestWhereThereIsTooLittle() {
        // Given: one read gives fewer bytes than wanted
        FetchOperation operation = fetch(RECORDS.sizeInBytes() + 10, LONG_MS, at(15));
        runTasks();
        assertThat(operation.answer()).isNotDone();

        // When
        PartitionFixture.append(partition, 1, 10);
        runTasks();

        // Then
        assertThat(operation.answer()).isDone();
    }

    @Test
    void shouldAnswerEmptyWhenItsTimeIsUp() {
        // Given
        FetchOperation operation = fetch(1, 500, at(20));

        // When
        connection.advanceTimeBy(499, TimeUnit.MILLISECONDS);
        runTasks();
        boolean doneEarly = operation.answer().isDone();
        connection.advanceTimeBy(11, TimeUnit.MILLISECONDS);
        runTasks();

        // Then
        assertThat(doneEarly).isFalse();
        assertThat(partitions(operation).get(0).records().sizeInBytes()).isZero();
        assertThat(partitions(operation).get(0).errorCode()).isEqualTo(Errors.NONE.code());
    }

    @Test
    void shouldAnswerAtOnceWhereNothingIsToBeWaitedFor() {
        // When
        Stream<FetchOperation> operations = Stream.of(fetch(0, LONG_MS, at(20)), fetch(1, 0, at(20)));
        runTasks();

        // Then
        assertThat(operations)
                .allSatisfy(operation -> assertThat(operation.answer()).isDone());
    }

    @Test
    void shouldNameWhatIsWrongAndStillServeTheOthers() {
        // Given
        FetchTarget unknown =
                new FetchTarget(new FetchPartition(), null, IsolationLevel.READ_UNCOMMITTED, Errors.UNKNOWN_TOPIC_ID);
        FetchTarget newerEpoch = new FetchTarget(
                new FetchPartition().setFetchOffset(15).setCurrentLeaderEpoch(1),
                partition,
                IsolationLevel.READ_UNCOMMITTED,
                Errors.NONE);

        // When
        FetchOperation operation = fetch(1, LONG_MS, at(9), at(21), unknown, newerEpoch, at(15), at(AWAY));
        runTasks();

        // Then
        assertThat(partitions(operation))
                .extracting(data -> Errors.forCode(data.errorCode()))
                .containsExactly(
                        Errors.OFFSET_OUT_OF_RANGE,
                        Errors.OFFSET_OUT_OF_RANGE,
                        Errors.UNKNOWN_TOPIC_ID,
                        Errors.UNKNOWN_LEADER_EPOCH,
                        Errors.NONE,
                        Errors.KAFKA_STORAGE_ERROR);
    }

    @Test
    void shouldNotWaitForMoreWhereALimitCutsTheRecordsShort() {
        // When: as many bytes are wanted as one partition may give
        FetchOperation operation = fetch(1 << 20, LONG_MS, at(CUT_SHORT));
        runTasks();

        // Then
        assertThat(operation.answer()).isDone();
    }

    @Test
    void shouldNotWaitForMoreThanTheResponseMayHold() {
        assertThat(new Limits(100, 50, LONG_MS).minBytes()).isEqualTo(50);
    }

    @Test
    void shouldGoOnWaitingWhereTooLittleIsAppendedWhileItReads() {
        // Given
        whileReading = () -> PartitionFixture.append(partition, 1, 5);

        // When
        FetchOperation operation = fetch(RECORDS.sizeInBytes() + 10, LONG_MS, at(15));
        runTasks();
        boolean doneEarly = operation.answer().isDone();
        PartitionFixture.append(partition, 1, 5);
        runTasks();

        // Then
        assertThat(doneEarly).isFalse();
        assertThat(operation.answer()).isDone();
    }

    @Test
    void shouldLeaveNothingBehindWhenItNeedNotWait() {
        // Given
        FetchOperation operation = fetch(1, LONG_MS, at(15));
        runTasks();

        // When
        PartitionFixture.append(partition, 1, 100);

        // Then
        assertThat(operation.answer()).isDone();
        assertThat(tasks).isEmpty();
        assertThat(isTimerSet()).isFalse();
    }

    @Test
    void shouldAskADatabaseThatIsAwayOnlyOnce() {
        // When
        FetchOperation operation = fetch(1, LONG_MS, at(AWAY), at(15), at(20));
        runTasks();

        // Then
        assertThat(reads).isOne();
        assertThat(partitions(operation))
                .extracting(data -> Errors.forCode(data.errorCode()))
                .containsExactly(Errors.KAFKA_STORAGE_ERROR, Errors.KAFKA_STORAGE_ERROR, Errors.NONE);
    }

    @Test
    void shouldReadNothingForAClientThatHasHungUp() {
        // Given
        FetchOperation operation = fetch(1, LONG_MS, at(15));

        // When
        operation.cancel();
        runTasks();

        // Then
        assertThat(reads).isZero();
    }

    @Test
    void shouldNotBlameTheServerForATopicThatIsDeletedWhileItIsRead() {
        // Given: the table is gone
        RecordSource deleted = new Log() {
            @Override
            public MemoryRecords read(Partition from, long startOffset, long endOffset, int maxBytes)
                    throws SQLException {
                PartitionFixture.delete(from);
                throw new SQLException("relation does not exist", "42P01");
            }
        };

        // When
        FetchOperation operation = fetch(new Limits(1, 1 << 20, LONG_MS), deleted, at(15));
        runTasks();

        // Then
        assertThat(partitions(operation).get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @Test
    void shouldEndItsWaitWhenTheTopicIsDeleted() {
        // Given
        FetchOperation operation = fetch(1, LONG_MS, at(20));

        // When
        PartitionFixture.delete(partition);
        runTasks();

        // Then
        assertThat(partitions(operation).get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @Test
    void shouldLeaveNothingBehindWhenTheClientHangsUp() {
        // Given
        FetchOperation operation = fetch(1, LONG_MS, at(20));

        // When
        operation.cancel();
        PartitionFixture.append(partition, 1, 100);

        // Then
        assertThat(tasks).isEmpty();
        assertThat(isTimerSet()).isFalse();
    }

    @Test
    void shouldGiveNoMoreThanTheWholeResponseMayHold() {
        // When: there is room for one partition's records
        FetchOperation operation = fetch(new Limits(1, RECORDS.sizeInBytes(), LONG_MS), log, at(15), at(16));
        runTasks();

        // Then
        assertThat(partitions(operation))
                .extracting(data -> data.records().sizeInBytes())
                .containsExactly(RECORDS.sizeInBytes(), 0);
    }
}
