package io.tailrace.forwarder.verify;

import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.sink.TargetCheck;
import io.tailrace.forwarder.sink.TargetSettings;
import io.tailrace.forwarder.source.SourceSession;
import io.tailrace.forwarder.verify.Verdict.State;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Verifies everything that is forwarded once, as fast as it goes, in whatever process asks for it; a forwarder may run
 * meanwhile. Confined to one thread. Owns: its connections.
 */
public final class Verification implements AutoCloseable {
    private static final Duration SECOND_LOOK = Duration.ofSeconds(1);

    private final VerifierSession session;
    private final ForwardedPartitions partitions;
    private final VerificationStore store;
    private final TargetSettings settings;
    private final TargetLog target;
    private final PartitionVerifier verifier;

    private Verification(ForwarderConfig config, VerifierSession session) {
        String slot = config.replication().slot();
        this.session = session;
        this.partitions = new ForwardedPartitions(slot);
        this.store = new VerificationStore(slot);
        this.settings = new TargetSettings(config.kafka(), config.replication().maxInFlightBytes());
        this.target = new TargetLog(settings);
        this.verifier = new PartitionVerifier(
                partitions,
                config.replication().maxUncompressedBatchBytes(),
                target,
                time -> Thread.sleep(time.toMillis(), time.toNanosPart() % 1_000_000),
                SECOND_LOOK);
    }

    /**
     * For the forwarder of this configuration.
     *
     * @throws VerificationException if the schema is older than this program
     */
    public static Verification open(ForwarderConfig config) throws SQLException {
        VerifierSession session = VerifierSession.open(SourceSession.dataSource(config.postgres()));
        if (!VerificationStore.exists(session.connection())) {
            session.close();
            throw new VerificationException(
                    "the database has nothing that could be verified: start the broker or the forwarder of this version on it first");
        }
        return new Verification(config, session);
    }

    /**
     * Verifies each partition up to what is forwarded when it is its turn.
     *
     * @param fromStart whether to compare everything again, and not only what was not compared yet
     * @throws io.tailrace.forwarder.sink.TargetException if the target does not answer; what is saved by then stays
     */
    public List<Verdict> run(Predicate<String> topics, boolean fromStart) throws SQLException, InterruptedException {
        List<ForwardedPartition> chosen = partitions.all(session.connection()).stream()
                .filter(partition -> topics.test(partition.topic()))
                .toList();
        if (!chosen.isEmpty()) {
            TargetCheck.requireAnswer(settings);
        }
        Verdict[] verdicts = new Verdict[chosen.size()];
        for (int i = 0; i < verdicts.length; i++) {
            verdicts[i] = verdict(chosen.get(i), fromStart);
        }
        return List.of(verdicts);
    }

    /**
     * Verifies what is forwarded whole and was not compared yet, or is red. Where everything was compared, this costs one
     * question to Postgres.
     *
     * @return the partitions that had a rest, each as it is now
     * @throws io.tailrace.forwarder.sink.TargetException if the target does not answer
     */
    public List<Verdict> verifyRest() throws SQLException, InterruptedException {
        List<ForwardedPartition> rest = partitions.all(session.connection()).stream()
                .filter(ForwardedPartition::hasRest)
                .toList();
        Verdict[] verdicts = new Verdict[rest.size()];
        for (int i = 0; i < verdicts.length; i++) {
            verdicts[i] = verify(rest.get(i), false);
        }
        return List.of(verdicts);
    }

    private Verdict verdict(ForwardedPartition partition, boolean fromStart) throws SQLException, InterruptedException {
        return switch (partition.forwarding()) {
            case NOTHING -> Verdict.of(partition, State.NOT_FORWARDED, null);
            case SAMPLE -> Verdict.of(partition, State.SAMPLED, null);
            case WHOLE -> verify(partition, fromStart);
        };
    }

    private Verdict verify(ForwardedPartition listed, boolean fromStart) throws SQLException, InterruptedException {
        Connection connection = session.connection();
        ForwardedPartition partition = partitions
                .find(connection, listed.topicId(), listed.partition())
                .orElse(listed);
        Verified verified = fromStart ? null : partition.verified();
        Optional<PartitionVerifier.Step> step = verifier.verify(connection, partition, verified);
        while (step.isPresent()) {
            verified = step.get().verified();
            boolean done = step.get().differs() || step.get().atEnd() || isThrough(partition, verified);
            if (done || !fromStart) {
                store.save(connection, partition, verified);
            }
            if (done) {
                return Verdict.of(partition, verified.isGreen() ? State.GREEN : State.RED, verified);
            }
            step = verifier.verify(connection, partition, verified);
        }
        return Verdict.of(partition, isEmpty(partition, verified) ? State.EMPTY : State.UNMAPPED, verified);
    }

    private static boolean isThrough(ForwardedPartition partition, Verified verified) {
        Long targetNext = partition.targetNext();
        return verified.isGreen()
                && verified.verifiedTo() >= partition.next()
                && (targetNext == null || verified.targetVerifiedTo() >= targetNext);
    }

    private static boolean isEmpty(ForwardedPartition partition, @Nullable Verified verified) {
        return verified == null && (partition.targetNext() == null || partition.next() <= partition.logStart());
    }

    @Override
    public void close() {
        session.close();
        target.close();
    }
}
