package io.tailrace.broker.txn;

import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.ConcurrentTransactionsException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * What there is to know of a transactional id, but for its partitions and groups: Kafka's state machine of the transaction
 * coordinator. Each method decides what a request leads to, or throws the error that Kafka answers. Immutable.
 *
 * @param previousProducerId the id before the epochs of that ran out, or −1
 * @param nextProducerId while an outcome is being completed after which the epochs have run out: the id that comes then; else −1
 * @param lastEpoch the epoch before this one where the same producer may repeat the request that raised it; else −1
 * @param startedMs when the transaction began, or −1
 */
record Transaction(
        String transactionalId,
        long producerId,
        long previousProducerId,
        long nextProducerId,
        short epoch,
        short lastEpoch,
        int timeoutMs,
        TransactionState state,
        long startedMs,
        long updatedMs) {

    static final short NO_EPOCH = -1;
    static final long NO_ID = -1;
    static final long NOT_STARTED = -1;

    /** The last epoch that a producer may have: one more is kept for fencing it. */
    static final short LAST_EPOCH = Short.MAX_VALUE - 1;

    /**
     * For how long after an outcome, or InitProducerId, a commit of nothing has to come again, in milliseconds: its records may be
     * behind it.
     */
    static final long RECORDS_MAY_FOLLOW_MS = 5000;

    /** A transactional id that is used for the first time. */
    static Transaction initial(String transactionalId, long producerId, int timeoutMs, long nowMs) {
        return new Transaction(
                transactionalId,
                producerId,
                NO_ID,
                NO_ID,
                (short) 0,
                NO_EPOCH,
                timeoutMs,
                TransactionState.EMPTY,
                NOT_STARTED,
                nowMs);
    }

    ProducerIdentity identity() {
        return new ProducerIdentity(producerId, epoch);
    }

    /** True if the next epoch must be the first one of another producer id. */
    boolean isEpochExhausted() {
        return epoch >= LAST_EPOCH;
    }

    /**
     * Requires that a producer that names its identity to InitProducerId may be the current one (KIP-360).
     *
     * @throws ProducerFencedException if it is not
     */
    void checkExpected(Optional<ProducerIdentity> expected) {
        expected.ifPresent(identity -> {
            boolean sameId = identity.producerId() == producerId;
            boolean beforeRotation = identity.producerId() == previousProducerId && identity.epoch() >= LAST_EPOCH;
            boolean knownEpoch = identity.epoch() == epoch || identity.epoch() == lastEpoch;
            if (!(sameId || beforeRotation) || !knownEpoch) {
                throw fenced(identity);
            }
        });
    }

    /**
     * What InitProducerId leads to while no transaction is open: a new epoch, which fences whoever had the old one. Its repetition
     * by the same producer gets the same answer.
     *
     * @param freshProducerId gives a new id; asked only if the epochs have run out
     */
    Transaction reinitialized(
            int newTimeoutMs, Optional<ProducerIdentity> expected, LongSupplier freshProducerId, long nowMs) {
        checkNotPrepared();
        checkExpected(expected);
        boolean repeated = expected.isPresent() && expected.get().epoch() != epoch;
        if (repeated) {
            return with(producerId, previousProducerId, epoch, lastEpoch, newTimeoutMs, nowMs);
        }
        short last = expected.isPresent() ? epoch : NO_EPOCH;
        return isEpochExhausted()
                ? with(freshProducerId.getAsLong(), producerId, (short) 0, last, newTimeoutMs, nowMs)
                : with(producerId, previousProducerId, (short) (epoch + 1), last, newTimeoutMs, nowMs);
    }

    private Transaction with(
            long newProducerId, long newPreviousId, short newEpoch, short newLastEpoch, int newTimeoutMs, long nowMs) {
        return new Transaction(
                transactionalId,
                newProducerId,
                newPreviousId,
                NO_ID,
                newEpoch,
                newLastEpoch,
                newTimeoutMs,
                TransactionState.EMPTY,
                NOT_STARTED,
                nowMs);
    }

    /**
     * Requires that the producer is the current one and no outcome is being completed.
     *
     * @throws InvalidPidMappingException for another id
     * @throws ProducerFencedException for another epoch
     * @throws ConcurrentTransactionsException while an outcome is being completed
     */
    void checkProducer(ProducerIdentity producer) {
        if (producer.producerId() != producerId) {
            throw unknownMapping(producer);
        }
        if (producer.epoch() != epoch) {
            throw fenced(producer);
        }
        checkNotPrepared();
    }

    private void checkNotPrepared() {
        if (state.isPrepared()) {
            throw new ConcurrentTransactionsException(
                    "The last transaction of transactional id " + transactionalId + " is still being completed");
        }
    }

    /** What adding partitions or groups leads to. */
    Transaction begun(long nowMs) {
        boolean open = state == TransactionState.ONGOING;
        return in(TransactionState.ONGOING, epoch, lastEpoch, NO_ID, open ? startedMs : nowMs, nowMs);
    }

    private Transaction in(
            TransactionState newState,
            short newEpoch,
            short newLastEpoch,
            long newNextId,
            long newStartMs,
            long nowMs) {
        return new Transaction(
                transactionalId,
                producerId,
                previousProducerId,
                newNextId,
                newEpoch,
                newLastEpoch,
                timeoutMs,
                newState,
                newStartMs,
                nowMs);
    }

    /**
     * What EndTxn leads to before version 5, where a transaction has the epoch of the one before.
     *
     * @return the decided transaction, or empty where the same outcome was reached before
     */
    Optional<Transaction> ended(ProducerIdentity producer, boolean commit, long nowMs) {
        if (producer.producerId() != producerId) {
            throw unknownMapping(producer);
        }
        if (producer.epoch() != epoch) {
            throw fenced(producer);
        }
        if (state == TransactionState.ONGOING) {
            return Optional.of(in(prepared(commit), epoch, lastEpoch, NO_ID, startedMs, nowMs));
        }
        requireOutcome(commit);
        return Optional.empty();
    }

    /**
     * What EndTxn leads to from version 5 on (KIP-890): each outcome raises the epoch, so that a late record cannot get into the
     * next transaction, and an abort is fine also where nothing is known of a transaction.
     *
     * @param freshProducerId gives a new id; asked only if the epochs have run out
     * @return the decided transaction, or empty where the request is repeated
     * @throws ProducerFencedException also where the coordinator has aborted what is to be committed (KAFKA-20785)
     * @throws ConcurrentTransactionsException also for a commit that comes before its records: Kafka's Java client sends them in
     *     this order where its threads meet, and gives up for good at Kafka's InvalidTxnStateException
     */
    Optional<Transaction> endedWithNewEpoch(
            ProducerIdentity producer, boolean commit, LongSupplier freshProducerId, long nowMs) {
        boolean repeatedOverRotation = producer.producerId() == previousProducerId
                && producer.producerId() != producerId
                && producer.epoch() == LAST_EPOCH
                && epoch == 0;
        if (producer.producerId() != producerId && !repeatedOverRotation) {
            throw unknownMapping(producer);
        }
        boolean repeated = repeatedOverRotation || producer.epoch() + 1 == epoch;
        checkEpochOfEnd(producer, repeated, repeatedOverRotation);
        if (repeated) {
            if (commit && isAborted()) {
                throw fenced(producer);
            }
            requireOutcome(commit);
            return Optional.empty();
        }
        if (state != TransactionState.ONGOING && commit) {
            throw nothingToCommit(nowMs);
        }
        return Optional.of(decidedWithNewEpoch(commit, freshProducerId, nowMs));
    }

    private void checkEpochOfEnd(ProducerIdentity producer, boolean repeated, boolean overRotation) {
        boolean valid =
                switch (state) {
                    case EMPTY, ONGOING -> producer.epoch() == epoch && !overRotation;
                    case PREPARE_COMMIT, PREPARE_ABORT -> repeated && !overRotation;
                    case COMPLETE_COMMIT, COMPLETE_ABORT -> repeated || producer.epoch() == epoch;
                };
        if (!valid) {
            throw fenced(producer);
        }
    }

    /** The abort that the coordinator itself decides, for a timeout or a new producer: the old one is fenced. */
    Transaction abortedByCoordinator(LongSupplier freshProducerId, long nowMs) {
        return decidedWithNewEpoch(false, freshProducerId, nowMs);
    }

    private Transaction decidedWithNewEpoch(boolean commit, LongSupplier freshProducerId, long nowMs) {
        long nextId = isEpochExhausted() ? freshProducerId.getAsLong() : NO_ID;
        short nextEpoch = epoch == Short.MAX_VALUE ? epoch : (short) (epoch + 1);
        long started = state == TransactionState.ONGOING ? startedMs : nowMs;
        return in(prepared(commit), nextEpoch, epoch, nextId, started, nowMs);
    }

    private static TransactionState prepared(boolean commit) {
        return commit ? TransactionState.PREPARE_COMMIT : TransactionState.PREPARE_ABORT;
    }

    private void requireOutcome(boolean commit) {
        TransactionState wanted = commit ? TransactionState.COMPLETE_COMMIT : TransactionState.COMPLETE_ABORT;
        if (state == prepared(commit)) {
            checkNotPrepared();
        }
        if (state != wanted) {
            throw wrongState(commit);
        }
    }

    private boolean isAborted() {
        return state == TransactionState.PREPARE_ABORT || state == TransactionState.COMPLETE_ABORT;
    }

    private RuntimeException nothingToCommit(long nowMs) {
        return nowMs - updatedMs < RECORDS_MAY_FOLLOW_MS
                ? new ConcurrentTransactionsException("The transaction of transactional id " + transactionalId
                        + " has no records yet and cannot be committed before they come")
                : wrongState(true);
    }

    private InvalidTxnStateException wrongState(boolean commit) {
        return new InvalidTxnStateException("The transaction of transactional id " + transactionalId + " is in state "
                + state.kafkaName() + " and cannot be " + (commit ? "committed" : "aborted"));
    }

    /** The outcome of a decided transaction has come everywhere. */
    Transaction completed(long nowMs) {
        TransactionState complete = state == TransactionState.PREPARE_COMMIT
                ? TransactionState.COMPLETE_COMMIT
                : TransactionState.COMPLETE_ABORT;
        boolean rotates = nextProducerId != NO_ID;
        return new Transaction(
                transactionalId,
                rotates ? nextProducerId : producerId,
                rotates ? producerId : previousProducerId,
                NO_ID,
                rotates ? 0 : epoch,
                lastEpoch,
                timeoutMs,
                complete,
                startedMs,
                nowMs);
    }

    /** True if it has been open for longer than its producer wanted. */
    boolean isTimedOut(long nowMs) {
        return state == TransactionState.ONGOING && startedMs + timeoutMs < nowMs;
    }

    /** True if nothing has happened to it for so long, and nothing is open. */
    boolean isExpired(long nowMs, long expirationMs) {
        return state != TransactionState.ONGOING && !state.isPrepared() && updatedMs <= nowMs - expirationMs;
    }

    private ProducerFencedException fenced(ProducerIdentity producer) {
        return new ProducerFencedException("Transactional id " + transactionalId + " has producer " + producerId
                + ", epoch " + epoch + "; the request came from producer " + producer.producerId() + ", epoch "
                + producer.epoch());
    }

    private InvalidPidMappingException unknownMapping(ProducerIdentity producer) {
        return new InvalidPidMappingException("Transactional id " + transactionalId + " has producer " + producerId
                + ", not " + producer.producerId());
    }
}
