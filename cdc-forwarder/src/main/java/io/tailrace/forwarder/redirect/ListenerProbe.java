package io.tailrace.forwarder.redirect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;

/**
 * Looks whether every broker of the target answers at the listener that clients will use, at the address that it advertises
 * there. From this machine, which is not where the clients are. Stateless.
 */
public final class ListenerProbe {

    private ListenerProbe() {}

    /** What does not answer, and why; empty where all is well. Takes as long as the target lets it wait. */
    public static List<String> problems(ClientView view) {
        List<String> problems = new ArrayList<>();
        try (MetadataInquiry inquiry = new MetadataInquiry(view)) {
            MetadataResponseData metadata = inquiry.ask(List.of());
            for (MetadataResponseBroker broker : metadata.brokers()) {
                reach(inquiry, broker, problems);
            }
        } catch (IOException | KafkaException failed) {
            problems.add(view.bootstrapServers() + ": " + failed.getMessage());
        }
        return problems;
    }

    private static void reach(MetadataInquiry inquiry, MetadataResponseBroker broker, List<String> problems) {
        try {
            inquiry.reach(broker);
        } catch (IOException | KafkaException failed) {
            problems.add("node %d at %s:%d: %s"
                    .formatted(broker.nodeId(), broker.host(), broker.port(), failed.getMessage()));
        }
    }
}
