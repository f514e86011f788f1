package io.tailrace.forwarder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.decode.LogBatch;
import io.tailrace.forwarder.decode.LogEntry;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.decode.UnreadableRowException;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.local.PostgresAddress;
import io.tailrace.local.junit.PostgresExtension;
import io.tailrace.schema.Migrations;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The same records come out of the table, whatever a row holds. Batches here have up to 40. */
@ParameterizedClass
@EnumSource(SourceLog.Shape.class)
final class LogTableIT {
    @RegisterExtension
    static final PostgresExtension POSTGRES = new PostgresExtension();

    private final PostgresAddress database = POSTGRES.freshDatabase();
    private final SourceLog.Shape shape;
    private final SourceLog log;
    private final LogTable table = new LogTable(100, 1 << 20);
    private Connection connection;
    private int id;

    LogTableIT(SourceLog.Shape shape) {
        this.shape = shape;
        log = new SourceLog(database, shape);
    }

    @BeforeEach
    void open() throws SQLException {
        Migrations.migrate(SourceSession.dataSource(TestConfig.postgres(database)));
        connection = database.connect();
        id = log.createTopic("a", 2);
        log.append(id, 1, 300);
        log.append(id, 0, 200);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        log.close();
    }

    private List<Long> read(long startInc, long endExc) throws SQLException {
        return table.read(connection, id, 0, startInc, endExc).stream()
                .map(LogRow::offset)
                .toList();
    }

    private List<Long> readAll(long startInc, long endExc) throws SQLException {
        List<Long> all = new ArrayList<>();
        for (List<Long> piece = read(startInc, endExc); !piece.isEmpty(); ) {
            all.addAll(piece);
            piece = read(all.get(all.size() - 1) + 1, endExc);
        }
        return all;
    }

    private static List<Long> range(long startInc, long endExc) {
        return LongStream.range(startInc, endExc).boxed().toList();
    }

    @Test
    void shouldReadPiecesWithoutSplittingABatch() throws SQLException {
        assertThat(read(0, 200)).isEqualTo(range(0, shape == SourceLog.Shape.BATCHES ? 120 : 100));
        assertThat(readAll(0, 200)).isEqualTo(range(0, 200));
        assertThat(readAll(0, Long.MAX_VALUE)).isEqualTo(range(0, 200));
    }

    private List<LogEntry> entries(long startInc, long endExc) throws SQLException {
        return table.read(connection, id, 0, startInc, endExc, batch -> batch.offset() != 80);
    }

    @Test
    void shouldReadBatchesAsTheyAreStored() throws SQLException {
        // Given
        boolean batches = shape == SourceLog.Shape.BATCHES;

        // Then
        assertThat(entries(0, 200))
                .hasSize(batches ? 2 + 40 + 2 : 100)
                .filteredOn(LogBatch.class::isInstance)
                .extracting(LogEntry::offset)
                .isEqualTo(batches ? List.of(0L, 40L, 120L, 160L) : List.of());
        assertThat(entries(1, 199))
                .filteredOn(LogBatch.class::isInstance)
                .extracting(LogEntry::offset)
                .isEqualTo(batches ? List.of(40L, 120L) : List.of());
        assertThat(entries(1, 199)).first().extracting(LogEntry::offset).isEqualTo(1L);
    }

    @Test
    void shouldReadARangeThatBeginsAndEndsAnywhere() throws SQLException {
        for (long[] bounds : new long[][] {{0, 1}, {39, 41}, {40, 80}, {57, 58}, {1, 39}, {79, 163}, {199, 200}}) {
            assertThat(readAll(bounds[0], bounds[1])).isEqualTo(range(bounds[0], bounds[1]));
        }
        assertThat(read(200, 900)).isEmpty();
        assertThat(read(57, 57)).isEmpty();
    }

    @Test
    void shouldReadNothingBelowTheStartOfTheLog() throws SQLException {
        // Given: the start lies in a batch, and nothing is deleted yet
        log.execute("UPDATE kafka.partitions SET log_start_offset = 97 WHERE partition_id = 0");

        // Then
        assertThat(readAll(0, 200)).isEqualTo(range(97, 200));
        assertThat(readAll(60, 99)).isEqualTo(range(97, 99));
        assertThat(read(60, 97)).isEmpty();
    }

    @Test
    void shouldGoOnBehindWhatIsGone() throws SQLException {
        // Given: nothing in the second half of a batch, then a whole one that is missing, then one with the last record
        // only
        log.delete(id, 0, offset -> offset >= 20 && offset < 119);

        // Then
        assertThat(read(20, 119)).isEmpty();
        assertThat(readAll(0, 200).subList(0, 22))
                .isEqualTo(LongStream.concat(LongStream.range(0, 20), LongStream.of(119, 120))
                        .boxed()
                        .toList());
        assertThat(readAll(25, 200)).isEqualTo(range(119, 200));
        assertThat(read(90, 120)).containsExactly(119L);
    }

    @Test
    void shouldEndAPieceWhereItHasGrownLarge() throws SQLException {
        // Given: what is stored in a few kilobytes
        int large = log.createTopic("large", 1);
        for (int i = 0; i < 30; i++) {
            log.append(large, 0, null, new byte[1_000_000], null, 42, 0);
        }

        // When
        List<LogRow> piece = table.read(connection, large, 0, 0, 30);

        // Then
        assertThat(piece).hasSizeBetween(16, 18);
    }

    @Test
    void shouldReadNothingOfATopicThatIsGone() throws SQLException {
        // When
        log.execute("ALTER TABLE kafka.messages DETACH PARTITION kafka.messages_" + id);
        log.execute("DROP TABLE kafka.messages_" + id);

        // Then
        assertThat(read(0, 200)).isEmpty();
    }

    @Test
    void shouldFindTheFirstRecordThatIsNotOlder() throws SQLException {
        // Given: the start of the log lies in a batch, and the latest records of another one are gone
        long first = table.read(connection, id, 0, 0, 1).get(0).timestampMs();
        log.execute("UPDATE kafka.partitions SET log_start_offset = 57 WHERE partition_id = 0");
        log.delete(id, 0, offset -> offset >= 150 && offset < 165);

        // Then
        assertThat(table.firstNotOlder(connection, id, 0, first + 100)).hasValue(100);
        assertThat(table.firstNotOlder(connection, id, 0, first)).hasValue(57);
        assertThat(table.firstNotOlder(connection, id, 0, first + 150)).hasValue(165);
        assertThat(table.firstNotOlder(connection, id, 0, first + 199)).hasValue(199);
        assertThat(table.firstNotOlder(connection, id, 0, first + 200)).isEmpty();
    }

    @Test
    void shouldNotPassOverARowThatCannotBeRead() {
        // Given
        log.execute("UPDATE kafka.messages SET record_count = record_count + 1 WHERE partition_id = 0 AND"
                + " partition_offset = 80");

        // Then
        assertThatThrownBy(() -> readAll(0, 200))
                .isInstanceOf(UnreadableRowException.class)
                .hasMessageStartingWith("topic " + id + ", partition 0, offset 80: ");
    }
}
