package io.tailrace.cli;

import io.tailrace.local.PostgresAddress;
import io.tailrace.schema.Migrations;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;
import picocli.CommandLine;

/** A command of {@code tailrace}, and the database that its configuration file names, with the schema in it. */
public final class CommandFixture {

    private final PostgresAddress database;
    private final Object command;
    private final Path config;
    private final StringWriter output = new StringWriter();

    /** @param settings of the configuration file, beside section {@code [postgres]} */
    public CommandFixture(PostgresAddress database, Object command, Path directory, String settings)
            throws IOException {
        this.database = database;
        this.command = command;
        this.config = Files.writeString(directory.resolve("forwarder.toml"), postgres() + settings);
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(database.jdbcUrl());
        dataSource.setUser(database.user());
        dataSource.setPassword(database.password());
        Migrations.migrate(dataSource);
    }

    private String postgres() {
        return """
                [postgres]
                host = "%s"
                port = %d
                database = "%s"
                user = "%s"
                password = "%s"
                """
                .formatted(database.host(), database.port(), database.database(), database.user(), database.password());
    }

    /** Runs the command. @return its exit code; a failure is 1, with its message in the output */
    public int run(String... arguments) {
        PrintWriter out = new PrintWriter(output, true);
        CommandLine line = new CommandLine(command)
                .setOut(out)
                .setErr(out)
                .setExecutionExceptionHandler((failure, failed, parsed) -> {
                    out.println(failure.getMessage());
                    return 1;
                });
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.add("--config");
        all.add(config.toString());
        return line.execute(all.toArray(String[]::new));
    }

    /** What was printed since this was cleared last. */
    public String output() {
        return output.toString();
    }

    public void clearOutput() {
        output.getBuffer().setLength(0);
    }

    public void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row. */
    public String query(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
