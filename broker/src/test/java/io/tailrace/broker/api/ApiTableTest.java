package io.tailrace.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class ApiTableTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "protocol.md");
    private static final Pattern ROW = Pattern.compile("\\| (\\d+) \\| (\\w+) \\| (\\d+)–(\\d+) \\|.*");

    private static final ApiTable TABLE = new ApiTable(ApiTable.SERVED, List.of(handlers()));

    private static Map<ApiKeys, Api> handlers() {
        Map<ApiKeys, Api> handlers = new EnumMap<>(ApiKeys.class);
        ApiTable.SERVED.forEach(key -> handlers.put(key, request -> CompletableFuture.completedFuture(null)));
        return handlers;
    }

    @Test
    void shouldNotServeTelemetryWhereNobodyWantsIt() {
        assertThat(ApiTable.versions(ApiTable.served(false)).find(ApiKeys.PUSH_TELEMETRY.id))
                .isNull();
        assertThat(ApiTable.versions(ApiTable.served(true)).find(ApiKeys.PUSH_TELEMETRY.id))
                .isNotNull();
    }

    @Test
    void shouldServeWhatTheDocumentSays() throws IOException {
        // Given
        Map<Integer, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                documented.put(Integer.valueOf(row.group(1)), row.group(2) + " " + row.group(3) + "–" + row.group(4));
            }
        }

        // When
        Map<Integer, String> served = new TreeMap<>();
        for (ApiVersion version : ApiTable.versions(ApiTable.SERVED)) {
            ApiKeys key = ApiKeys.forId(version.apiKey());
            served.put((int) version.apiKey(), key.name + " " + key.oldestVersion() + "–" + version.maxVersion());
        }

        // Then
        assertThat(served).isEqualTo(documented);
    }

    @Test
    void shouldAdvertiseProduceFromVersionZero() {
        // When
        ApiVersion produce = ApiTable.versions(ApiTable.SERVED).find(ApiKeys.PRODUCE.id);

        // Then
        assertThat(produce.minVersion()).isZero();
        assertThat(TABLE.isServed(ApiKeys.PRODUCE, (short) 2)).isFalse();
    }

    @Test
    void shouldNotServeUnstableVersions() {
        assertThat(ApiTable.versions(ApiTable.SERVED)
                        .find(ApiKeys.INIT_PRODUCER_ID.id)
                        .maxVersion())
                .isEqualTo((short) 5);
        assertThat(TABLE.isServed(ApiKeys.INIT_PRODUCER_ID, (short) 6)).isFalse();
    }
}
