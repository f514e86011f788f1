package io.tailrace.broker.api;

import io.tailrace.broker.protocol.KafkaRequest;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.DescribeClusterResponse;
import org.jspecify.annotations.Nullable;

/** DescribeCluster. There are no controllers to describe: a client that asks for them is told that it asks a broker. */
final class DescribeClusterApi implements Api {

    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final ClusterIdentity cluster;

    DescribeClusterApi(ClusterIdentity cluster) {
        this.cluster = cluster;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        byte endpointType = ((DescribeClusterRequestData) request.body().data()).endpointType();
        return CompletableFuture.completedFuture(
                new DescribeClusterResponse(endpointType == BROKERS ? brokers() : refused(endpointType)));
    }

    private DescribeClusterResponseData brokers() {
        DescribeClusterResponseData data = new DescribeClusterResponseData()
                .setEndpointType(BROKERS)
                .setClusterId(cluster.clusterId())
                .setControllerId(cluster.nodeId());
        data.brokers()
                .add(new DescribeClusterBroker()
                        .setBrokerId(cluster.nodeId())
                        .setHost(cluster.host())
                        .setPort(cluster.port()));
        return data;
    }

    private static DescribeClusterResponseData refused(byte endpointType) {
        Errors error = endpointType == CONTROLLERS ? Errors.MISMATCHED_ENDPOINT_TYPE : Errors.UNSUPPORTED_ENDPOINT_TYPE;
        return new DescribeClusterResponseData()
                .setEndpointType(BROKERS)
                .setErrorCode(error.code())
                .setErrorMessage(error.message());
    }
}
