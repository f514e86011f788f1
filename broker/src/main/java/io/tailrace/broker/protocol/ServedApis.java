package io.tailrace.broker.protocol;

import org.apache.kafka.common.protocol.ApiKeys;

/** Which requests this broker answers. A connection that sends any other is closed, as Kafka does. Thread-safe. */
@FunctionalInterface
public interface ServedApis {

    /** ApiVersions is not asked about: it is answered at any version. */
    boolean isServed(ApiKeys apiKey, short version);
}
