package io.tailrace.broker.api;

import io.tailrace.broker.telemetry.ClientTelemetry;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** The handlers of client telemetry, which is optional: see {@link ApiTable#served}. */
public final class TelemetryApis {

    private TelemetryApis() {}

    /** Makes them. */
    public static Map<ApiKeys, Api> of(ClientTelemetry telemetry) {
        return Map.of(
                ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, telemetry::subscriptions,
                ApiKeys.PUSH_TELEMETRY, telemetry::push);
    }
}
