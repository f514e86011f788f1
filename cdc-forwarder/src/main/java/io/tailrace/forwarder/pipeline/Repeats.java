package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.checkpoint.Delivery;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.refused.Retries;
import io.tailrace.forwarder.refused.RetryRequest;
import io.tailrace.forwarder.replay.RepeatedRange;
import io.tailrace.forwarder.replay.RepeatedRanges;
import io.tailrace.forwarder.replay.Replays;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends records once more, between those that are forwarded: a piece at a time, while nothing else of the partition is on its
 * way. The places on the target that they get are nobody's. They are written to {@code kafka.repeated_ranges} before the first
 * record goes, and closed when the last is there, with the position behind them saved before: so what lies beyond a position
 * after a crash belongs either to an open piece or to none. A piece that was begun is finished before anything else of its
 * partition is sent. Confined to the thread that moves records.
 */
final class Repeats {
    private static final Logger LOGGER = LoggerFactory.getLogger(Repeats.class);
    /** Then its partition is held, and it goes on when the target has answered; the other partitions go on at once. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    private final RepeatedRanges ranges;
    private final Replays replays;
    private final Retries retries;
    private final LogTable table;
    private final Flows flows;
    private final Sender sender;
    private final Checkpoints checkpoints;
    private final ForwarderStats stats;
    private final Map<PartitionProgress, RepeatedPiece> open = new LinkedHashMap<>();
    private @Nullable Connection connection;

    Repeats(
            RepeatedRanges ranges,
            Replays replays,
            Retries retries,
            LogTable table,
            Flows flows,
            Sender sender,
            Checkpoints checkpoints,
            ForwarderStats stats) {
        this.ranges = ranges;
        this.replays = replays;
        this.retries = retries;
        this.table = table;
        this.flows = flows;
        this.sender = sender;
        this.checkpoints = checkpoints;
        this.stats = stats;
    }

    /** Takes over what is open: of another process, or of this one before it failed. */
    void begin(Connection database) throws SQLException, InterruptedException {
        connection = database;
        open.clear();
        for (RepeatedRange range : ranges.open(database)) {
            TopicFlow flow = flows.of(database, range.topicId(), range.partition());
            PartitionProgress progress = flow.partition(range.partition());
            progress.unalign();
            open.put(progress, new RepeatedPiece(range, rows(flow, range)));
        }
    }

    private List<LogRow> rows(TopicFlow flow, RepeatedRange range) throws SQLException {
        if (range.replayId() == null) {
            return retries.row(connection(), retry(range)).stream().toList();
        }
        List<LogRow> rows = new ArrayList<>();
        long next = range.sourceFrom();
        while (next < range.sourceTo()) {
            List<LogRow> some = table.read(connection(), range.topicId(), range.partition(), next, range.sourceTo());
            rows.addAll(some);
            next = some.isEmpty() ? range.sourceTo() : some.get(some.size() - 1).offset() + 1;
        }
        return chosen(flow, rows);
    }

    /** Without those that are not forwarded. */
    List<LogRow> chosen(TopicFlow flow, List<LogRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return rows;
        }
        LogRow first = rows.get(0);
        long endExc = rows.get(rows.size() - 1).offset() + 1;
        Set<Long> setAside = retries.offsets(connection(), first.topicId(), first.partition(), first.offset(), endExc);
        return rows.stream()
                .filter(row -> !setAside.contains(row.offset()) && flow.route().takes(row.partition(), row.offset()))
                .toList();
    }

    private static RetryRequest retry(RepeatedRange range) {
        return new RetryRequest(range.topicId(), range.partition(), range.sourceFrom());
    }

    /** What of the partition is to be sent before anything else; nothing if the target ends before that would begin. */
    @Nullable
    RepeatedPiece find(PartitionProgress progress, long targetEnd) throws SQLException {
        RepeatedPiece piece = open.get(progress);
        if (piece != null && targetEnd < piece.range().targetFrom()) {
            ranges.drop(connection(), piece.range());
            open.remove(progress);
            return null;
        }
        return piece;
    }

    /**
     * Sends rows of a quiet partition again.
     *
     * @param replayId what they are of; null for a refused record
     * @return whether they are through; false if the target takes nothing for now, or does not answer in time
     */
    boolean send(
            TopicFlow flow,
            PartitionProgress progress,
            @Nullable Long replayId,
            long sourceFrom,
            long sourceTo,
            List<LogRow> rows)
            throws SQLException, InterruptedException {
        checkpoints.save(connection());
        long targetFrom = Objects.requireNonNull(progress.targetNext());
        RepeatedRange range =
                new RepeatedRange(progress.topicId(), progress.partition(), targetFrom, replayId, sourceFrom, sourceTo);
        ranges.begin(connection(), range);
        open.put(progress, new RepeatedPiece(range, rows));
        onAligned(flow, progress);
        return !open.containsKey(progress);
    }

    /** Goes on with what the target did not take, where it has answered by now. Waits for nothing. */
    void finishOpen() throws SQLException, InterruptedException {
        for (PartitionProgress progress : List.copyOf(open.keySet())) {
            if (!flows.isCurrent(progress)) {
                open.remove(progress);
            } else if (flows.isForwarded(progress)) {
                TopicFlow flow = flows.of(connection(), progress.topicId());
                if (sender.isQuiet(flow, progress, Duration.ZERO)) {
                    onAligned(flow, progress);
                }
            }
        }
    }

    /** Whether something is on its way that must go before everything else of the partition, and that has no answer yet. */
    boolean isOnItsWay(PartitionProgress progress) {
        return progress.isInFlight() && open.containsKey(progress);
    }

    /** The partition can take records: what was begun goes first. */
    void onAligned(TopicFlow flow, PartitionProgress progress) throws SQLException, InterruptedException {
        RepeatedPiece piece = open.get(progress);
        if (piece == null) {
            return;
        }
        for (LogRow row : piece.missing()) {
            Delivery delivery = sender.sendAgain(flow, progress, row);
            if (delivery == null) {
                break;
            }
            piece.onSent(delivery);
        }
        if (!sender.awaitAnswers(progress, ANSWER_LIMIT)) {
            piece.forgetAnswers();
            sender.hold(progress);
            return;
        }
        piece.onAnswers();
        if (progress.isAligned()) {
            close(progress, piece);
        }
    }

    private void close(PartitionProgress progress, RepeatedPiece piece) throws SQLException {
        progress.passRepeated();
        checkpoints.save(connection());
        long targetTo = Objects.requireNonNull(progress.targetNext());
        connection().setAutoCommit(false);
        try {
            ranges.close(connection(), piece.range(), targetTo, piece.sourceTo());
            note(piece, targetTo);
            connection().commit();
        } finally {
            connection().setAutoCommit(true);
        }
        open.remove(progress);
        stats.onSentAgain(piece.count());
        report(piece, targetTo);
    }

    private void note(RepeatedPiece piece, long targetTo) throws SQLException {
        Long replay = piece.range().replayId();
        String refusal = piece.refusal();
        if (replay == null) {
            if (refusal == null) {
                retries.onSent(connection(), retry(piece.range()), targetTo - 1);
            } else {
                retries.onFailed(connection(), retry(piece.range()), refusal);
            }
            return;
        }
        replays.advance(connection(), replay, piece.sourceTo(), piece.count());
        if (refusal != null) {
            replays.fail(
                    connection(),
                    replay,
                    "the target refuses the record at offset " + piece.sourceTo() + ": " + refusal);
        }
    }

    private void report(RepeatedPiece piece, long targetTo) {
        String refusal = piece.refusal();
        if (refusal != null) {
            LOGGER.atWarn()
                    .addKeyValue("topic", flows.name(piece.range().topicId()))
                    .addKeyValue("partition", piece.range().partition())
                    .addKeyValue("offset", piece.sourceTo())
                    .addKeyValue("reason", refusal)
                    .log("the target refuses a record that was to be sent again");
        } else if (piece.range().replayId() == null) {
            LOGGER.atInfo()
                    .addKeyValue("topic", flows.name(piece.range().topicId()))
                    .addKeyValue("partition", piece.range().partition())
                    .addKeyValue("offset", piece.range().sourceFrom())
                    .addKeyValue("targetOffset", targetTo - 1)
                    .log("a record that the target had refused is there now");
        }
    }

    private Connection connection() {
        if (connection == null) {
            throw new IllegalStateException("begin() comes first");
        }
        return connection;
    }
}
