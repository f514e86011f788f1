package io.tailrace.forwarder.verify;

import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.decode.LogRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Compares the next piece of a partition. Both sides move meanwhile (records are forwarded, expire, are compacted), so a
 * difference counts only if it is found again a moment later, with positions, map and extents read anew. Confined to one
 * thread.
 */
final class PartitionVerifier {
    /** What is compared at a time, roughly. */
    private static final int PIECE_RECORDS = 1_000;

    private static final long PIECE_BYTES = 16L << 20;
    private static final int LOOKS = 4;

    private final ForwardedPartitions partitions;
    private final TargetLog target;
    private final Pause pause;
    private final Duration secondLook;
    private final LogTable table;

    /** Waits; ends early with an InterruptedException when the program stops. */
    interface Pause {
        void await(Duration time) throws InterruptedException;
    }

    /**
     * What came of one piece.
     *
     * @param differs whether a difference was found now; red it may also be from before
     * @param atEnd whether everything that is forwarded was compared
     */
    record Step(Verified verified, boolean differs, boolean atEnd, long records, long bytes) {}

    /** @param maxBatchBytes the most that a batch of the log may grow to when its compression is taken off */
    PartitionVerifier(
            ForwardedPartitions partitions, int maxBatchBytes, TargetLog target, Pause pause, Duration secondLook) {
        this.partitions = partitions;
        this.table = new LogTable(PIECE_RECORDS, maxBatchBytes);
        this.target = target;
        this.pause = pause;
        this.secondLook = secondLook;
    }

    /**
     * Goes on from {@code before}, or from the start where that is null or does not hold any more.
     *
     * @return nothing if the topic is deleted, or nothing of the partition can be compared
     */
    Optional<Step> verify(Connection connection, ForwardedPartition partition, @Nullable Verified before)
            throws SQLException, InterruptedException {
        Optional<Step> step = look(connection, partition, before);
        for (int look = 1; look < LOOKS && isNewlyRed(step, before); look++) {
            pause.await(secondLook);
            Optional<Step> again = look(connection, partition, before);
            boolean confirmed = again.map(Step::verified)
                    .map(Verified::first)
                    .equals(step.map(Step::verified).map(Verified::first));
            step = again;
            if (confirmed) {
                break;
            }
        }
        return step;
    }

    private static boolean isNewlyRed(Optional<Step> step, @Nullable Verified before) {
        Mismatch known = before == null ? null : before.first();
        return step.map(Step::verified)
                .map(Verified::first)
                .filter(first -> !first.equals(known))
                .isPresent();
    }

    private Optional<Step> look(Connection connection, ForwardedPartition known, @Nullable Verified before)
            throws SQLException {
        // What is there before it is asked what is acknowledged, and more than that, is not the forwarder's.
        long earlierEnd = target.extent(known.target()).endExc();
        Optional<ForwardedPartition> now = partitions.find(connection, known.topicId(), known.partition());
        if (now.isEmpty() || !now.get().targetName().equals(known.targetName())) {
            return Optional.empty();
        }
        ForwardedPartition partition = now.get();
        long from = before == null ? partition.logStart() : Math.max(before.verifiedTo() - 1, 0);
        Optional<OffsetRuns> runs = partitions.runsFrom(connection, partition, from);
        if (runs.isPresent() && before != null && !before.fits(partition.targetName(), runs.get())) {
            return look(connection, partition, null).map(step -> stillRed(step, before));
        }
        if (runs.isEmpty()) {
            return Optional.empty();
        }
        TargetLog.Extent extent = target.extent(partition.target());
        Verified start = before == null ? start(partition, runs.get()) : before;
        Optional<Step> lost = lost(connection, partition, extent, start);
        return lost.isPresent()
                ? lost
                : Optional.of(compare(connection, partition, runs.get(), extent, earlierEnd, start));
    }

    /** A red partition whose comparison begins anew is red until that has come to the difference. */
    private static Step stillRed(Step step, Verified before) {
        Mismatch first = before.first();
        boolean sameTarget = before.targetName().equals(step.verified().targetName());
        boolean passed = first == null || step.atEnd() || step.verified().verifiedTo() > first.sourceOffset();
        return passed || !sameTarget || step.differs()
                ? step
                : new Step(step.verified().with(first), false, false, step.records(), step.bytes());
    }

    /** Where the target's first record is its very first, everything before it is missing; else nobody knows. */
    private static Verified start(ForwardedPartition partition, OffsetRuns runs) {
        long source =
                runs.targetStart() == 0 ? partition.logStart() : Math.max(partition.logStart(), runs.sourceStart());
        long start = Math.min(source, runs.sourceEnd());
        return Verified.nothing(partition.targetName(), start, runs.targetFrom(start));
    }

    /** The target ends before what was compared already. Then everything is compared again, from the start. */
    private Optional<Step> lost(
            Connection connection, ForwardedPartition partition, TargetLog.Extent extent, Verified start)
            throws SQLException {
        if (extent.endExc() >= start.targetVerifiedTo()) {
            return Optional.empty();
        }
        OffsetRuns runs =
                partitions.runsAt(connection, partition, extent.endExc()).orElseThrow();
        long from = Math.max(partition.logStart(), runs.sourceFrom(extent.endExc()));
        LogRow row = rows(connection, partition, from, runs.sourceEnd()).peek(0);
        if (row == null) {
            return Optional.empty();
        }
        Mismatch missing = Mismatch.of(row.offset(), runs.targetFrom(row.offset()), Difference.MISSING);
        Optional<OffsetRuns> first = partitions.runsFrom(connection, partition, partition.logStart());
        return first.map(map -> new Step(start(partition, map).with(missing), true, false, 1, Contents.bytes(row)));
    }

    private Step compare(
            Connection connection,
            ForwardedPartition partition,
            OffsetRuns runs,
            TargetLog.Extent extent,
            long earlierEnd,
            Verified start)
            throws SQLException {
        Verified from = start.behindTrimmed(runs, extent.startInc()).behindExpired(runs, partition.logStart());
        boolean beyond = partition.isAllForwarded() && !partition.shared() && runs.sourceEnd() == partition.next();
        long readEnd = beyond && earlierEnd > runs.targetEnd()
                // What is in open transactions of others may never be there.
                ? Math.max(runs.targetEnd(), Math.min(earlierEnd, target.committedEnd(partition.target())))
                : runs.targetEnd();
        Comparison comparison = new Comparison(
                runs,
                new Comparison.TargetSide(
                        extent.endExc(),
                        partition.shared(),
                        () -> target.isCompacted(partition.targetName(), partition.compacted()),
                        offset -> target.committedFrom(partition.target(), offset)),
                partitions.exceptions(connection, partition),
                rows(connection, partition, from.verifiedTo(), runs.sourceEnd()),
                new Lookahead<>(target.records(
                        partition.topicId(),
                        partition.target(),
                        from.targetVerifiedTo(),
                        Math.min(readEnd, extent.endExc()))),
                from);
        Mismatch difference = comparison.run(PIECE_RECORDS, PIECE_BYTES);
        boolean atEnd = comparison.isAtEnd() && runs.sourceEnd() >= Math.min(partition.next(), partition.stableExc());
        return difference == null
                ? new Step(settled(comparison.verified(), atEnd), false, atEnd, comparison.seen(), comparison.bytes())
                : new Step(from.with(difference), true, false, comparison.seen() + 1, comparison.bytes());
    }

    /** What was red is green once the comparison has come past the difference. */
    private static Verified settled(Verified verified, boolean atEnd) {
        Mismatch first = verified.first();
        boolean passed = first != null && (atEnd || verified.verifiedTo() > first.sourceOffset());
        return passed ? verified.with(null) : verified;
    }

    private Lookahead<LogRow> rows(Connection connection, ForwardedPartition partition, long startInc, long endExc) {
        Queue<LogRow> read = new ArrayDeque<>();
        long[] next = {startInc};
        return new Lookahead<>(() -> {
            if (read.isEmpty() && next[0] < endExc) {
                read.addAll(table.read(connection, partition.topicId(), partition.partition(), next[0], endExc));
            }
            LogRow row = read.poll();
            next[0] = row == null ? endExc : row.offset() + 1;
            return row;
        });
    }
}
