package io.tailrace.cli.bench;

import io.tailrace.cli.bench.servers.ServerSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options that say how Tailrace's own servers run. Filled by picocli. */
final class ServerOptions {

    private static final int MIN_HEAP_MIB = 64;
    private static final int MAX_HEAP_MIB = 65_536;
    private static final int MAX_ENGINES = 16;

    @Option(
            names = "--postgres",
            paramLabel = "NAME=VALUE",
            description = "A setting of Tailrace's Postgres, as in postgresql.conf (shared_buffers=1GB); may be given"
                    + " several times.")
    private Map<String, String> postgres = new LinkedHashMap<>();

    @Option(
            names = "--broker-heap",
            paramLabel = "MIB",
            description = "The broker's heap in MiB; Kafka's is 1024 (${DEFAULT-VALUE}).")
    private int brokerHeapMib = 1_024;

    @Option(
            names = "--engines",
            paramLabel = "N",
            description = "With --shadow: the forwarder's replication.engines (${DEFAULT-VALUE}).")
    private int engines = 1;

    @Spec(Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    void check() {
        checkRange("--broker-heap", brokerHeapMib, MIN_HEAP_MIB, MAX_HEAP_MIB);
        checkRange("--engines", engines, 1, MAX_ENGINES);
    }

    private void checkRange(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new ParameterException(
                    spec.commandLine(), name + " must be " + min + " to " + max + ", and " + value + " is not");
        }
    }

    ServerSettings settings() {
        return new ServerSettings(postgres, brokerHeapMib, engines);
    }
}
