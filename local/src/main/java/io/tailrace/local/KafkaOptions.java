package io.tailrace.local;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a {@link LocalKafka} runs.
 *
 * @param directory holds the log segments, certificates and settings; null for a temporary one, deleted at close
 * @param port of the PLAINTEXT listener; 0 for any free one
 * @param secured adds listeners for SSL, SASL_PLAINTEXT and SASL_SSL (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512) on free ports
 * @param logFile null for {@code kafka.log} in the directory
 * @param jvmOptions heap and the like
 * @param settings of server.properties, over Kafka's defaults
 */
public record KafkaOptions(
        @Nullable Path directory,
        int port,
        boolean secured,
        @Nullable Path logFile,
        List<String> jvmOptions,
        Map<String, String> settings) {

    private static final List<String> SMALL_JVM = List.of("-Xms128m", "-Xmx512m", "-XX:TieredStopAtLevel=1");

    public KafkaOptions {
        jvmOptions = List.copyOf(jvmOptions);
        settings = Map.copyOf(settings);
    }

    public static KafkaOptions temporary() {
        return new KafkaOptions(null, 0, false, null, SMALL_JVM, Map.of());
    }

    public static KafkaOptions kept(Path directory) {
        return new KafkaOptions(directory, 0, false, null, SMALL_JVM, Map.of());
    }

    public KafkaOptions withPort(int newPort) {
        return new KafkaOptions(directory, newPort, secured, logFile, jvmOptions, settings);
    }

    public KafkaOptions withSecurity() {
        return new KafkaOptions(directory, port, true, logFile, jvmOptions, settings);
    }

    public KafkaOptions withLogFile(Path file) {
        return new KafkaOptions(directory, port, secured, file, jvmOptions, settings);
    }

    public KafkaOptions withJvmOptions(List<String> options) {
        return new KafkaOptions(directory, port, secured, logFile, options, settings);
    }

    public KafkaOptions withSetting(String name, String value) {
        Map<String, String> all = new HashMap<>(settings);
        all.put(name, value);
        return new KafkaOptions(directory, port, secured, logFile, jvmOptions, all);
    }
}
