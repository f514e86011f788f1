package io.tailrace.broker.log;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;

/**
 * What a partition remembers of one idempotent producer: its epoch and its last five batches, as Kafka does. A producer
 * has at most five requests in flight, so a batch that was sent again is among them and gets its first answer once more.
 * Immutable.
 *
 * @param batches in the order of their sequences, at most {@link #SIZE}
 * @param slot where the newest batch is stored: the number of batches written, modulo {@link #SIZE}
 */
record ProducerWindow(short epoch, List<ProducerBatch> batches, int slot) {

    static final int SIZE = 5;

    ProducerWindow {
        batches = List.copyOf(batches);
    }

    private ProducerBatch newest() {
        return batches.get(batches.size() - 1);
    }

    long newestTimestampMs() {
        return newest().timestampMs();
    }

    /** The batch with exactly these sequences, if it was written before. */
    Optional<ProducerBatch> duplicate(short producerEpoch, int firstSequence, int lastSequence) {
        if (producerEpoch != epoch) {
            return Optional.empty();
        }
        return batches.stream()
                .filter(batch -> batch.firstSequence() == firstSequence && batch.lastSequence() == lastSequence)
                .findFirst();
    }

    /**
     * Checks that a batch may follow: the same epoch with the next sequence, or a newer epoch from sequence 0 on.
     *
     * @throws InvalidProducerEpochException for an older epoch
     * @throws OutOfOrderSequenceException for a gap in the sequences
     */
    void checkNext(long producerId, short producerEpoch, int firstSequence) {
        if (producerEpoch < epoch) {
            throw new InvalidProducerEpochException("Epoch of producer " + producerId + " is " + producerEpoch
                    + ", which is smaller than the last seen epoch " + epoch);
        }
        if (producerEpoch > epoch) {
            if (firstSequence != 0) {
                throw new OutOfOrderSequenceException("Invalid sequence number for new epoch of producer " + producerId
                        + ": " + firstSequence + " (seq. number), " + producerEpoch + " (request epoch), " + epoch
                        + " (current epoch)");
            }
            return;
        }
        int last = newest().lastSequence();
        int expected = last == Integer.MAX_VALUE ? 0 : last + 1;
        if (firstSequence != expected) {
            throw new OutOfOrderSequenceException("Out of order sequence number for producer " + producerId + ": "
                    + firstSequence + " (incoming seq. number), " + last + " (current end sequence number)");
        }
    }

    /** The window after one more batch. */
    ProducerWindow with(short producerEpoch, ProducerBatch batch) {
        List<ProducerBatch> kept = new ArrayList<>(SIZE);
        if (producerEpoch == epoch) {
            kept.addAll(batches.size() < SIZE ? batches : batches.subList(1, SIZE));
        }
        kept.add(batch);
        return new ProducerWindow(producerEpoch, kept, (slot + 1) % SIZE);
    }

    /** The window of a producer that is new to the partition. */
    static ProducerWindow first(short producerEpoch, ProducerBatch batch) {
        return new ProducerWindow(producerEpoch, List.of(batch), 0);
    }
}
