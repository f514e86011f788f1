package io.tailrace.cli.sql;

import io.tailrace.cli.TextTable;
import io.tailrace.cli.UserError;
import io.tailrace.cli.Version;
import io.tailrace.cli.dev.DataDirectory;
import io.tailrace.config.BrokerConfig;
import io.tailrace.config.ConfigLoader;
import io.tailrace.config.PostgresConfig;
import io.tailrace.local.PostgresAddress;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs one statement and prints its rows. Bytes that are readable text are shown as such, others as {@code \x…}. */
@Command(
        name = "sql",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Run one SQL statement against the database of `tailrace dev`, or of a broker's configuration.")
public final class SqlCommand implements Callable<Integer> {

    private static final int MAX_ROWS = 1000;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory of `tailrace dev` (${DEFAULT-VALUE}).")
    private Path data = Path.of("data");

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "A broker's configuration file.")
    private @Nullable Path config;

    @Parameters(paramLabel = "STATEMENT", description = "For example \"SELECT * FROM kafka.records\".")
    private String sql = "";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws SQLException {
        PrintWriter out = spec.commandLine().getOut();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.setMaxRows(MAX_ROWS + 1);
            if (statement.execute(sql)) {
                print(statement.getResultSet(), out);
            } else {
                out.println(statement.getUpdateCount() + " rows changed");
            }
        }
        return 0;
    }

    private Connection connect() throws SQLException {
        if (config != null) {
            PostgresConfig postgres = ConfigLoader.load(BrokerConfig.class, config, System.getenv())
                    .postgres();
            return DriverManager.getConnection(postgres.jdbcUrl(), postgres.connectionProperties("tailrace-sql"));
        }
        PostgresAddress address = DataDirectory.existing(data).postgresAddress();
        try {
            return address.connect();
        } catch (SQLException e) {
            throw new UserError("no Postgres answers on " + address + "; is `tailrace dev` running? ("
                    + String.valueOf(e.getMessage()).replace('\n', ' ') + ")");
        }
    }

    private static void print(ResultSet rows, PrintWriter out) throws SQLException {
        int columns = rows.getMetaData().getColumnCount();
        List<String> header = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
            header.add(rows.getMetaData().getColumnLabel(column));
        }
        TextTable table = new TextTable(header);
        int count = 0;
        boolean more = rows.next();
        while (more && count < MAX_ROWS) {
            table.addRow(cells(rows, columns));
            count++;
            more = rows.next();
        }
        table.lines().forEach(out::println);
        out.println(more ? "(the first " + count + " rows)" : count == 1 ? "(1 row)" : "(" + count + " rows)");
    }

    private static List<String> cells(ResultSet row, int columns) throws SQLException {
        List<String> cells = new ArrayList<>();
        for (int column = 1; column <= columns; column++) {
            Object value = row.getObject(column);
            cells.add(value instanceof byte[] bytes ? ReadableBytes.of(bytes) : String.valueOf(value));
        }
        return cells;
    }
}
