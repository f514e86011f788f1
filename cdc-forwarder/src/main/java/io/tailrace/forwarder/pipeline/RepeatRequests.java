package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.ForwarderStats;
import io.tailrace.forwarder.catchup.LogTable;
import io.tailrace.forwarder.checkpoint.PartitionProgress;
import io.tailrace.forwarder.decode.LogRow;
import io.tailrace.forwarder.refused.Retries;
import io.tailrace.forwarder.refused.RetryRequest;
import io.tailrace.forwarder.replay.Replay;
import io.tailrace.forwarder.replay.Replays;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is asked for in {@code kafka.refused_records} and {@code kafka.replays}: looks every second, and while there is
 * something to do works for a bounded time in turns with the rest. Confined to the thread that moves records.
 */
final class RepeatRequests {
    private static final Logger LOGGER = LoggerFactory.getLogger(RepeatRequests.class);
    private static final long LOOK_NS = 1_000_000_000L;
    /** How long it may keep the rest waiting, each time. */
    private static final long TURN_NS = 250_000_000L;

    private static final String NOT_FORWARDED =
            "the partition is not forwarded, or not at present (tailrace shadow show says why)";
    private static final String DELETED = "the topic, or this partition of it, does not exist any more";
    private static final String HELD =
            "nothing is sent to the partition at present: it waits for the target, or at a record that the target refuses";
    private static final String BUSY = "the target has not answered yet for what is on its way to the partition";
    private static final String BEHIND = "what comes next is not forwarded yet";

    private final Retries retries;
    private final Replays replays;
    private final Repeats repeats;
    private final LogTable table;
    private final Flows flows;
    private final Sender sender;
    private final ForwarderStats stats;
    private final QuietWaits waits = new QuietWaits();
    private long dueNs = System.nanoTime();

    RepeatRequests(
            Retries retries,
            Replays replays,
            Repeats repeats,
            LogTable table,
            Flows flows,
            Sender sender,
            ForwarderStats stats) {
        this.retries = retries;
        this.replays = replays;
        this.repeats = repeats;
        this.table = table;
        this.flows = flows;
        this.sender = sender;
        this.stats = stats;
    }

    /** Goes on with what is begun, and with what is asked for. */
    void run(Connection connection) throws SQLException, InterruptedException {
        repeats.finishOpen();
        long startNs = System.nanoTime();
        if (startNs - dueNs < 0) {
            return;
        }
        Set<PartitionProgress> asked = new HashSet<>();
        boolean moved = true;
        while (moved && isInTurn(startNs)) {
            boolean retried = retry(connection, startNs, asked);
            moved = replay(connection, startNs, asked) || retried;
        }
        waits.retain(asked);
        stats.onOpenReplays(replays.count(connection));
        dueNs = System.nanoTime() + (moved ? 0 : LOOK_NS);
    }

    private static boolean isInTurn(long startNs) {
        return System.nanoTime() - startNs < TURN_NS;
    }

    /** @return whether there may be more to do at once */
    private boolean retry(Connection connection, long startNs, Set<PartitionProgress> asked)
            throws SQLException, InterruptedException {
        boolean moved = false;
        for (RetryRequest request : retries.requested(connection)) {
            if (isInTurn(startNs)) {
                moved |= retry(connection, request, asked);
            }
        }
        return moved;
    }

    private boolean retry(Connection connection, RetryRequest request, Set<PartitionProgress> asked)
            throws SQLException, InterruptedException {
        Optional<TopicFlow> flow = flow(connection, request.topicId(), request.partition());
        if (flow.isEmpty() || !flow.get().route().forwards(request.partition())) {
            retries.onFailed(connection, request, flow.isEmpty() ? DELETED : NOT_FORWARDED);
            return true;
        }
        PartitionProgress progress = flow.get().partition(request.partition());
        asked.add(progress);
        if (obstacle(flow.get(), progress).isPresent()) {
            return false;
        }
        List<LogRow> row = retries.row(connection, request).stream().toList();
        long offset = request.offset();
        return !row.isEmpty() && repeats.send(flow.get(), progress, null, offset, offset + 1, row);
    }

    private boolean replay(Connection connection, long startNs, Set<PartitionProgress> asked)
            throws SQLException, InterruptedException {
        boolean moved = false;
        for (Replay replay : replays.open(connection)) {
            Optional<TopicFlow> flow = flow(connection, replay.topicId(), replay.partition());
            if (flow.isEmpty() || !flow.get().route().forwards(replay.partition())) {
                replays.fail(connection, replay.id(), flow.isEmpty() ? DELETED : NOT_FORWARDED);
            } else if (isInTurn(startNs)) {
                asked.add(flow.get().partition(replay.partition()));
                moved |= replay(connection, flow.get(), replay);
            }
        }
        return moved;
    }

    /** One piece. What is not forwarded yet is waited for. */
    private boolean replay(Connection connection, TopicFlow flow, Replay replay)
            throws SQLException, InterruptedException {
        PartitionProgress progress = flow.partition(replay.partition());
        Optional<String> obstacle = replay.next() >= progress.next() ? Optional.of(BEHIND) : obstacle(flow, progress);
        if (obstacle.isPresent()) {
            replays.await(connection, replay.id(), obstacle.get());
            return false;
        }
        long endExc = Math.min(replay.endExc(), progress.next());
        List<LogRow> read = table.read(connection, replay.topicId(), replay.partition(), replay.next(), endExc);
        long sourceTo = read.isEmpty() ? endExc : read.get(read.size() - 1).offset() + 1;
        List<LogRow> rows = repeats.chosen(flow, read);
        if (rows.isEmpty()) {
            replays.advance(connection, replay.id(), sourceTo, 0);
        } else if (!repeats.send(flow, progress, replay.id(), replay.next(), sourceTo, rows)) {
            return false;
        }
        if (sourceTo >= replay.endExc()) {
            LOGGER.atInfo()
                    .addKeyValue("topic", flow.topic().name())
                    .addKeyValue("partition", replay.partition())
                    .addKeyValue("toOffset", replay.endExc())
                    .addKeyValue("replay", replay.id())
                    .log("a range of the log was sent again");
        }
        return true;
    }

    private Optional<TopicFlow> flow(Connection connection, int topicId, int partition)
            throws SQLException, InterruptedException {
        return table.extent(connection, topicId, partition).isEmpty()
                ? Optional.empty()
                : Optional.of(flows.of(connection, topicId, partition));
    }

    /** Why the partition cannot take anything again at present. It is tried later; others are not kept waiting for long. */
    private Optional<String> obstacle(TopicFlow flow, PartitionProgress progress)
            throws SQLException, InterruptedException {
        if (!progress.isFlowing()) {
            return Optional.of(HELD);
        }
        if (!waits.isDue(progress, System.nanoTime())) {
            return Optional.of(BUSY);
        }
        boolean quiet = sender.isQuiet(flow, progress, waits.atMost(progress));
        waits.onWaited(progress, quiet, System.nanoTime());
        return quiet && progress.isFlowing() ? Optional.empty() : Optional.of(BUSY);
    }
}
