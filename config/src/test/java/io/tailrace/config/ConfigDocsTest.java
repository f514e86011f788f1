package io.tailrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class ConfigDocsTest {
    /** Tests run in the directory of their module. */
    private static final Path CHECKOUT = Path.of("..");

    @TestFactory
    Stream<DynamicTest> shouldBeUpToDate() throws Exception {
        return ConfigDocs.files(CHECKOUT).entrySet().stream()
                .map(file -> DynamicTest.dynamicTest(file.getKey().toString(), () -> assertThat(file.getKey())
                        .as("out of date; at the root of the checkout run: " + ConfigDocs.COMMAND)
                        .hasContent(file.getValue())));
    }

    @Test
    void shouldShowTheDefaultsInTheDefaultFiles(@TempDir Path directory) throws Exception {
        // Given
        ConfigFiles files = new ConfigFiles(directory);

        // When
        BrokerConfig broker = files.broker(uncommented("broker.toml"));
        ForwarderConfig forwarder = files.forwarder(uncommented("forwarder.toml"), Map.of());

        // Then
        assertThat(broker).isEqualTo(BrokerConfig.defaults());
        assertThat(forwarder.replication()).isEqualTo(ForwarderConfig.defaults().replication());
        assertThat(forwarder.kafka().producer()).containsKeys("compression.type", "linger.ms");
    }

    @Test
    void shouldNameEveryPlainVariable() throws Exception {
        // When
        String page = Files.readString(CHECKOUT.resolve("docs/configuration.md"));

        // Then
        assertThat(EnvironmentSettings.PLAIN_NAMES.keySet())
                .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    private static String uncommented(String name) throws Exception {
        return Files.readString(CHECKOUT.resolve("config").resolve(name))
                .lines()
                .map(line -> line.matches("#\\S.*") ? line.substring(1) : line)
                .collect(Collectors.joining("\n"));
    }
}
