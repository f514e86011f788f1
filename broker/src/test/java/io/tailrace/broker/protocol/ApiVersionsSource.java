package io.tailrace.broker.protocol;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.params.provider.Arguments;

/** Every API of a broker's listener, at every version. */
public final class ApiVersionsSource {
    private ApiVersionsSource() {}

    public static Stream<Arguments> everyVersion() {
        return ApiKeys.brokerApis().stream().filter(ApiKeys::hasValidVersion).flatMap(key -> IntStream.rangeClosed(
                        key.oldestVersion(), key.latestVersion())
                .mapToObj(version -> Arguments.of(key, (short) version)));
    }
}
