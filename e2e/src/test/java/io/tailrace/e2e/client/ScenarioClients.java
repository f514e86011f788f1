package io.tailrace.e2e.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * Opens clients of every kind. Those of other languages share one process per kind, which ends with this JVM. Thread-safe.
 */
public final class ScenarioClients {

    private static final Map<ClientKind, ScriptProcess> SHARED = new EnumMap<>(ClientKind.class);
    private static final AtomicInteger ALONE = new AtomicInteger();

    private ScenarioClients() {}

    /** Skips the test, with the cause, where the client cannot be installed. */
    public static ScenarioClient open(ClientKind kind, String bootstrapServers) {
        if (kind.isJava()) {
            return new JavaScenarioClient(kind, bootstrapServers);
        }
        assumeInstalled(kind);
        synchronized (SHARED) {
            ScriptProcess process = SHARED.computeIfAbsent(base(kind), base -> start(base, base.label()));
            return new ScriptClient(kind, process, bootstrapServers);
        }
    }

    /** One with a process of its own, which can be killed. */
    public static ScenarioClient openAlone(ClientKind kind, String bootstrapServers) {
        if (kind.isJava()) {
            return new JavaScenarioClient(kind, bootstrapServers);
        }
        assumeInstalled(kind);
        String name = kind.label() + "-alone-" + ALONE.incrementAndGet();
        return new ScriptClient(kind, start(base(kind), name), bootstrapServers);
    }

    private static ClientKind base(ClientKind kind) {
        return kind == ClientKind.LIBRDKAFKA_KIP848 ? ClientKind.LIBRDKAFKA : kind;
    }

    private static ClientSetup setup(ClientKind kind) {
        return kind == ClientKind.KAFKAJS ? ClientSetup.KAFKAJS : ClientSetup.PYTHON;
    }

    private static void assumeInstalled(ClientKind kind) {
        String failure = setup(kind).failure();
        Assumptions.assumeTrue(failure == null, "skipped: " + kind + " cannot be installed: " + failure);
    }

    private static ScriptProcess start(ClientKind kind, String name) {
        Path directory = setup(kind).directory();
        List<String> command =
                switch (kind) {
                    case KAFKAJS ->
                        List.of("node", directory.resolve("driver.js").toString());
                    case LIBRDKAFKA -> python(directory, "librdkafka_driver.py");
                    case KAFKA_PYTHON -> python(directory, "kafka_python_driver.py");
                    case JAVA, JAVA_KIP848, LIBRDKAFKA_KIP848 ->
                        throw new IllegalArgumentException(kind + " has no driver of its own");
                };
        try {
            Path logs = Files.createDirectories(Path.of("target", "e2e-logs", "clients"));
            return ScriptProcess.start(name, command, logs.resolve(name + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> python(Path directory, String driver) {
        return List.of(
                directory.resolve("venv/bin/python").toString(),
                "-B",
                directory.resolve(driver).toString());
    }
}
