package io.tailrace.broker.api;

import java.util.function.IntSupplier;

/**
 * What clients are told of the cluster: its id, and its one broker, which is leader, controller and replica of everything.
 *
 * @param clusterId Kafka's form: 16 bytes as URL-safe base64
 * @param advertisedPort known once the listener is bound
 */
public record ClusterIdentity(String clusterId, int nodeId, String host, IntSupplier advertisedPort) {

    /**
     * Always 0: librdkafka ignores metadata with a lower epoch than it has seen, which would be in the way of a move to
     * another cluster.
     */
    public static final int LEADER_EPOCH = 0;

    /** The port by which clients reach the broker. */
    public int port() {
        return advertisedPort.getAsInt();
    }
}
