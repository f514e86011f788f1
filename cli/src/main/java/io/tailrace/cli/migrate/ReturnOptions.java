package io.tailrace.cli.migrate;

import io.tailrace.cli.UserError;
import io.tailrace.config.ForwarderConfig;
import io.tailrace.forwarder.reverse.ClientReturn;
import io.tailrace.forwarder.reverse.ReturnSettings;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How the clients of a moved cluster return. Written by picocli, on the main thread. */
final class ReturnOptions {

    @Option(
            names = "--broker",
            paramLabel = "HOST:PORT",
            description = "After the move: the address of the broker here, for the groups' offsets (${DEFAULT-VALUE}).")
    private String broker = "localhost:9092";

    @Option(
            names = "--limit",
            paramLabel = "SECONDS",
            description =
                    "After the move: how long to wait until everything is here and nothing more comes (${DEFAULT-VALUE}).")
    private int limitSeconds = 60;

    @Option(
            names = "--quiet",
            paramLabel = "SECONDS",
            description =
                    "After the move: for how long nothing must have been written at the target (${DEFAULT-VALUE}).")
    private int quietSeconds = 5;

    /** Has them return, and says what is done. Returns the exit code. */
    int run(ForwarderConfig forwarder, Connection connection, PrintWriter out)
            throws SQLException, InterruptedException {
        ClientReturn clients = new ClientReturn(forwarder, connection, settings(), line -> {
            out.println(line);
            out.flush();
        });
        return clients.run() ? 0 : 1;
    }

    private ReturnSettings settings() {
        try {
            return new ReturnSettings(broker, Duration.ofSeconds(limitSeconds), Duration.ofSeconds(quietSeconds));
        } catch (IllegalArgumentException wrong) {
            throw new UserError(String.valueOf(wrong.getMessage()));
        }
    }
}
