package io.tailrace.broker.api.txn;

import io.tailrace.broker.api.Api;
import io.tailrace.broker.log.ProducerIds;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** The handlers of this package. */
public final class TransactionApis {

    private TransactionApis() {}

    /** Makes them. */
    public static Map<ApiKeys, Api> of(ProducerIds producerIds) {
        return Map.of(ApiKeys.INIT_PRODUCER_ID, new InitProducerIdApi(producerIds::next));
    }
}
