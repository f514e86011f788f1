package io.tailrace.cli.dev;

import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import io.tailrace.local.ChildProcess;
import io.tailrace.local.PrivateFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Starts everything on this machine, shows what happens, and stops it in order at Ctrl-C. */
@Command(
        name = "dev",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Run Postgres, the broker, an Apache Kafka and the forwarder on this machine.")
public final class DevCommand implements Callable<Integer> {

    private static final long REFRESH_MS = 1000;
    private static final boolean TERMINAL = Boolean.getBoolean("tailrace.terminal");

    @Mixin
    private final DevOptions options = new DevOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    private volatile boolean done;

    @Override
    public Integer call() throws InterruptedException, SQLException {
        PrintWriter out = spec.commandLine().getOut();
        StatusLine status = new StatusLine(out, TERMINAL, !options.noTarget);
        DataDirectory directory = DataDirectory.open(options.data);
        try (Servers servers = new Servers(directory, line -> printLine(out, line))) {
            servers.checkPorts(options);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stopAtSignal(servers, status, out), "dev-shutdown"));
            printLine(out, "Starting, with data in " + directory.root());
            DevAddresses addresses = servers.start(options);
            printLine(out, addresses.psqlLine(writePassFile(directory, addresses)));
            printLine(out, addresses.readyLine());
            watch(servers, addresses, status);
        } finally {
            done = true;
        }
        return 0;
    }

    private void watch(Servers servers, DevAddresses addresses, StatusLine status)
            throws InterruptedException, SQLException {
        try (RecordCounter counter = new RecordCounter(addresses.postgres())) {
            while (true) {
                Optional<ChildProcess> ended = servers.ended();
                if (ended.isPresent()) {
                    status.end();
                    throw new UserError(farewell(ended.get()));
                }
                showCounts(counter, status);
                Thread.sleep(REFRESH_MS);
            }
        }
    }

    private static void showCounts(RecordCounter counter, StatusLine status) {
        try {
            status.show(counter.count(), System.nanoTime());
        } catch (SQLException e) {
            status.show("Postgres does not answer", System.nanoTime());
        }
    }

    private static String farewell(ChildProcess process) {
        return process.name() + " ended by itself with code " + process.onExit().join() + "; the end of "
                + process.logFile() + ":\n" + process.logTail(15).indent(2).stripTrailing();
    }

    private static Path writePassFile(DataDirectory directory, DevAddresses addresses) {
        Path file = directory.root().resolve("pgpass");
        var postgres = addresses.postgres();
        PrivateFile.write(
                file,
                "%s:%d:*:%s:%s\n".formatted(postgres.host(), postgres.port(), postgres.user(), postgres.password()));
        return file;
    }

    /** Ends with 0: whoever sent the signal wanted this. */
    private void stopAtSignal(Servers servers, StatusLine status, PrintWriter out) {
        if (!done) {
            status.end();
            printLine(out, "Stopping");
            servers.close();
            Runtime.getRuntime().halt(0);
        }
    }

    private static void printLine(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
