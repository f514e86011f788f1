package io.tailrace.broker.telemetry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TelemetryTooLargeException;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.requests.PushTelemetryRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.server.metrics.ClientTelemetryExporterPlugin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where Kafka's manager hands over what clients pushed. What cannot be taken is noted instead of thrown, because the manager
 * would log each with its stack trace, and anyone who can reach the port can push. Confined to the telemetry thread.
 */
final class TelemetryReceiver extends ClientTelemetryExporterPlugin {

    private static final Logger LOGGER = LoggerFactory.getLogger(TelemetryReceiver.class);
    private static final int MIN_EXPIRY_MS = 60_000;
    private static final int EXPIRY_INTERVALS = 3;

    private final PayloadReader payloads;
    private final PushedMetrics pushed;
    private Errors refusal = Errors.NONE;

    TelemetryReceiver(PayloadReader payloads, PushedMetrics pushed) {
        this.payloads = payloads;
        this.pushed = pushed;
    }

    @Override
    public boolean isEmpty() {
        return false;
    }

    @Override
    public void exportMetrics(RequestContext context, PushTelemetryRequest request, int pushIntervalMs) {
        Uuid instance = request.data().clientInstanceId();
        List<Sample> samples = new ArrayList<>();
        try {
            CompressionType compression = CompressionType.forId(request.data().compressionType());
            new SampleReader(clientLabels(context, instance))
                    .read(payloads.read(request.data().metrics(), compression), samples::add);
        } catch (TelemetryTooLargeException | InvalidRecordException e) {
            LOGGER.atDebug()
                    .addKeyValue("connection", context.connectionId())
                    .setCause(e)
                    .log("pushed metrics refused");
            refusal = Errors.forException(e);
            return;
        }
        pushed.accept(instance, samples, Math.max(MIN_EXPIRY_MS, (long) EXPIRY_INTERVALS * pushIntervalMs));
    }

    private static Map<String, String> clientLabels(RequestContext context, Uuid instance) {
        Map<String, String> labels = new HashMap<>();
        labels.put("client_instance_id", instance.toString());
        String clientId = context.clientId();
        labels.put("client_id", clientId == null ? "" : clientId);
        return labels;
    }

    /** Why the last push was refused, once; NONE where it was taken. */
    Errors takeRefusal() {
        Errors taken = refusal;
        refusal = Errors.NONE;
        return taken;
    }
}
