package io.tailrace.cli;

import io.tailrace.cli.bench.BenchCommand;
import io.tailrace.cli.dev.DevCommand;
import io.tailrace.cli.migrate.MigrateCommand;
import io.tailrace.cli.shadow.ShadowCommand;
import io.tailrace.cli.sql.SqlCommand;
import io.tailrace.cli.tables.TablesCommand;
import java.net.BindException;
import java.sql.SQLException;
import java.util.Objects;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tailrace}: finds the sub-command and turns exceptions into messages and exit codes. */
@Command(
        name = "tailrace",
        description = "Apache Kafka's protocol on Postgres, with a way out to a real Kafka.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = {
            DevCommand.class,
            BrokerCommand.class,
            ForwarderCommand.class,
            TablesCommand.class,
            KafkaCommand.class,
            MigrateCommand.class,
            SqlCommand.class,
            ShadowCommand.class,
            BenchCommand.class,
            VersionCommand.class
        })
public final class Main implements Runnable {

    private static final int FAILED = 1;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] arguments) {
        Logging.configureFor(arguments);
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main()).setExecutionExceptionHandler(exceptionHandler());
        // What follows the tool's name belongs to the tool.
        Objects.requireNonNull(commandLine.getSubcommands().get("kafka")).setStopAtPositional(true);
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? One of those below.");
    }

    private static IExecutionExceptionHandler exceptionHandler() {
        return (exception, commandLine, parsed) -> {
            String command = commandLine.getCommandName();
            if (isExpected(exception)) {
                commandLine.getErr().println("tailrace " + command + ": " + exception.getMessage());
            } else {
                LoggerFactory.getLogger(Main.class)
                        .atError()
                        .addKeyValue("command", command)
                        .setCause(exception)
                        .log("unexpected failure");
            }
            return FAILED;
        };
    }

    /** Tailrace's own exceptions are sentences for the user; so is what the database or the network says. */
    private static boolean isExpected(Exception exception) {
        return exception.getClass().getPackageName().startsWith("io.tailrace.")
                || exception instanceof SQLException
                || exception instanceof BindException;
    }
}
