package io.tailrace.forwarder.redirect;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.ClientRequest;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.DefaultHostResolver;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;

/**
 * Asks the target for its metadata as any client does. Kafka's admin client would leave out leader epochs, and would need
 * several questions whose answers need not fit together. Confined to one thread. Owns: its connections.
 */
final class MetadataInquiry implements AutoCloseable {
    private static final String CLIENT_ID = "tailrace-forwarder-metadata";
    private static final int TIMEOUT_MS = 10_000;

    private final Time time = Time.SYSTEM;
    private final Metrics metrics = new Metrics();
    private final List<Node> nodes = new ArrayList<>();
    private final NetworkClient client;

    MetadataInquiry(ClientView view) {
        AdminClientConfig config = new AdminClientConfig(view.settings());
        for (InetSocketAddress address : ClientUtils.parseAndValidateAddresses(config)) {
            nodes.add(new Node(-1 - nodes.size(), address.getHostString(), address.getPort()));
        }
        this.client = ClientUtils.createNetworkClient(
                config,
                CLIENT_ID,
                metrics,
                "tailrace-metadata",
                new LogContext(),
                new ApiVersions(),
                time,
                1,
                TIMEOUT_MS,
                null,
                new ManualMetadataUpdater(nodes),
                new DefaultHostResolver(),
                null,
                null);
    }

    /**
     * What the first broker that answers says of these topics; those that are not there are left out. Everything is in a fixed
     * order, so that equal answers look equal.
     *
     * @throws IOException if no broker answers
     * @throws AuthenticationException if the target refuses the login
     */
    MetadataResponseData ask(List<String> topics) throws IOException {
        IOException failure = new IOException("there are no brokers to ask");
        for (Node node : nodes) {
            try {
                return sorted(ask(node, topics).data());
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private MetadataResponse ask(Node node, List<String> topics) throws IOException {
        if (!NetworkClientUtils.awaitReady(client, node, time, TIMEOUT_MS)) {
            throw new IOException(node.host() + ":" + node.port() + " does not answer");
        }
        ClientRequest request = client.newClientRequest(
                node.idString(), new MetadataRequest.Builder(topics, false), time.milliseconds(), true);
        ClientResponse response = NetworkClientUtils.sendAndReceive(client, request, time);
        if (response.responseBody() instanceof MetadataResponse metadata && metadata.topLevelError() == Errors.NONE) {
            return metadata;
        }
        throw new IOException(node.host() + ":" + node.port() + " does not tell its metadata");
    }

    /**
     * Connects to a broker at the address that it advertises, and logs in.
     *
     * @throws IOException if it does not answer
     * @throws AuthenticationException if it refuses the login
     */
    void reach(MetadataResponseBroker broker) throws IOException {
        Node node = new Node(broker.nodeId(), broker.host(), broker.port());
        if (!NetworkClientUtils.awaitReady(client, node, time, TIMEOUT_MS)) {
            throw new IOException("no answer within " + TIMEOUT_MS / 1000 + " s");
        }
    }

    private static MetadataResponseData sorted(MetadataResponseData answer) {
        MetadataResponseData data =
                new MetadataResponseData().setClusterId(answer.clusterId()).setControllerId(answer.controllerId());
        answer.brokers().stream()
                .sorted(Comparator.comparingInt(MetadataResponseBroker::nodeId))
                .forEach(broker -> data.brokers().add(broker.duplicate()));
        answer.topics().stream()
                .filter(topic -> topic.errorCode() == Errors.NONE.code())
                .sorted(Comparator.comparing(MetadataResponseTopic::name))
                .forEach(topic -> data.topics().add(sorted(topic)));
        return data;
    }

    private static MetadataResponseTopic sorted(MetadataResponseTopic topic) {
        MetadataResponseTopic sorted = topic.duplicate();
        sorted.setPartitions(topic.partitions().stream()
                .sorted(Comparator.comparingInt(MetadataResponsePartition::partitionIndex))
                .toList());
        return sorted;
    }

    @Override
    public void close() {
        client.close();
        metrics.close();
    }
}
