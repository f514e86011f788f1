package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {

    private final StringWriter output = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @Test
    void shouldSayWhichConfigurationFileIsMissing() {
        // When
        int code = run("broker", "--config", "/nowhere/broker.toml");

        // Then
        assertThat(code).isEqualTo(1);
        assertThat(errors.toString().strip())
                .isEqualTo(
                        "tailrace broker: the configuration file /nowhere/broker.toml does not exist or cannot be read");
    }

    @Test
    void shouldNameTheUnknownSettingWithoutAStackTrace(@TempDir Path directory) throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("forwarder.toml"), "[replication]\nslott = \"x\"\n");

        // When
        int code = run("forwarder", "--config", file.toString());

        // Then
        assertThat(code).isEqualTo(1);
        assertThat(errors.toString())
                .contains("replication.slott", "replication.slot")
                .doesNotContain("\tat ");
    }

    @Test
    void shouldNameTheUnknownSettingOfTables(@TempDir Path directory) throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("config.toml"), "[kafka]\nbroker = [\"x:1\"]\n");

        // When
        int code = run("tables", "-q", "-c", file.toString());

        // Then
        assertThat(code).isEqualTo(1);
        assertThat(errors.toString())
                .contains("unknown setting `kafka.broker`", "did you mean `kafka.brokers`?")
                .doesNotContain("\tat ");
    }

    @Test
    void shouldListTheKnownToolsForAnUnknownOne() {
        // When
        int code = run("kafka", "kafka-nothing", "--help");

        // Then
        assertThat(code).isEqualTo(1);
        assertThat(errors.toString()).contains("there is no tool \"kafka-nothing\"", "kafka-topics");
    }

    @Test
    void shouldPrintItsVersion() {
        // When
        int code = run("version");

        // Then
        assertThat(code).isZero();
        assertThat(output.toString()).contains("tailrace ", "Apache Kafka 4");
    }

    @Test
    void shouldShowTheCommandsWhenNoneIsGiven() {
        // When
        int code = run();

        // Then
        assertThat(code).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString()).contains("dev", "broker", "forwarder", "kafka", "sql");
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }
}
