package io.tailrace.forwarder.sink;

/**
 * Who the forwarder is to the brokers of the target. It outlives the process, so that a batch of a dead process that
 * still lands and the same records sent by its successor are one producer's: the target takes them once.
 *
 * @param producerId given out by the target
 * @param epoch of that id
 */
public record ProducerIdentity(long producerId, short epoch) {

    /**
     * The sequence of the record that is to get this offset on the target. It follows from the offset alone: whoever
     * sends the record gives it the same one. Wraps around as Kafka's sequences do.
     */
    static int sequence(long targetOffset) {
        return (int) (targetOffset & Integer.MAX_VALUE);
    }
}
