package io.tailrace.local;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The child JVM of {@link LocalKafka}: formats the directory the first time, then runs Apache Kafka's own main class. */
public final class KafkaMain {

    private static final String CLUSTER_ID = "TailraceLocalKafka0000";

    private KafkaMain() {}

    /**
     * Returns when Kafka has stopped.
     *
     * @param arguments server.properties, the log directory, and a file with SCRAM users, one
     *     {@code MECHANISM=[name=…,password=…]} a line, which may be missing
     */
    public static void main(String[] arguments) throws IOException {
        String properties = arguments[0];
        if (!Files.exists(Path.of(arguments[1], "meta.properties"))) {
            format(properties, Path.of(arguments[2]));
        }
        kafka.Kafka.main(new String[] {properties});
    }

    private static void format(String properties, Path scramFile) throws IOException {
        List<String> command = new ArrayList<>(List.of("format", "-t", CLUSTER_ID, "-c", properties));
        if (Files.exists(scramFile)) {
            for (String user : Files.readAllLines(scramFile)) {
                command.addAll(List.of("--add-scram", user));
            }
        }
        PrintStream quiet = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        int code = kafka.tools.StorageTool.execute(command.toArray(String[]::new), quiet);
        if (code != 0) {
            System.err.println("formatting the directory failed with code " + code);
            System.exit(code);
        }
    }
}
