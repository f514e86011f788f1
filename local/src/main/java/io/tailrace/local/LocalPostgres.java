package io.tailrace.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Postgres 18 of this machine's own: durable (fsync and synchronous_commit on), {@code wal_level=logical}, reachable
 * on 127.0.0.1 with a password only. It has the role {@code tailrace}, which may replicate and owns the database
 * {@code tailrace}.
 *
 * <p>Postgres runs in the foreground under a shell that waits for the end of the pipe from this process and then shuts
 * it down (mode fast), see {@link ChildProcess}. Thread-safe. Owns: the process, and the directory if it is temporary.
 */
public final class LocalPostgres implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(LocalPostgres.class);
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final String ROLE = "tailrace";
    private static final String STANDBY = "standby";

    /**
     * Runs the command of its arguments. When standard input ends, sends it the signal that was written there, or SIGINT
     * (a fast shutdown).
     */
    private static final String WATCH_SCRIPT =
            """
            exec 3<&0
            "$@" </dev/null 3<&- &
            server=$!
            (signal=$(cat <&3 2>/dev/null); kill -"${signal:-INT}" $server 2>/dev/null) &
            watcher=$!
            wait $server
            code=$?
            kill $watcher 2>/dev/null
            exit $code
            """;

    private static final Map<String, String> DEFAULT_SETTINGS = Map.ofEntries(
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("full_page_writes", "on"),
            Map.entry("wal_level", "logical"),
            Map.entry("max_wal_senders", "20"),
            Map.entry("max_replication_slots", "20"),
            Map.entry("max_connections", "200"),
            Map.entry("max_wal_size", "2GB"),
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("password_encryption", "scram-sha-256"),
            Map.entry("lc_messages", "C"));

    private final Path directory;
    private final boolean temporary;
    private final int port;
    private final Path logFile;
    private final Map<String, String> settings;
    private final Path binaries;
    private @Nullable ChildProcess process;

    private LocalPostgres(PostgresOptions options) {
        this.binaries = PostgresBinaries.directory();
        this.temporary = options.directory() == null;
        this.directory = options.directory() == null
                ? Directories.temporary("postgres")
                : Directories.create(options.directory().toAbsolutePath());
        this.port = options.port() == 0 ? FreePorts.next() : options.port();
        this.logFile = options.logFile() == null ? directory.resolve("postgres.log") : options.logFile();
        Map<String, String> all = new TreeMap<>(DEFAULT_SETTINGS);
        all.putAll(options.settings());
        all.put("port", Integer.toString(port));
        this.settings = Map.copyOf(all);
    }

    /** A temporary one on any free port. */
    public static LocalPostgres start() {
        return start(PostgresOptions.temporary());
    }

    /** Returns when it accepts connections and the role and the database exist. */
    public static LocalPostgres start(PostgresOptions options) {
        LocalPostgres postgres = new LocalPostgres(options);
        boolean started = false;
        try {
            postgres.initialize();
            postgres.startAgain();
            postgres.createRoleAndDatabase();
            started = true;
            return postgres;
        } finally {
            if (!started) {
                postgres.close();
            }
        }
    }

    /**
     * One that follows another by streaming replication, with its roles and passwords, until it is promoted. The primary
     * is stopped for a copy and started again; it keeps a physical slot {@code standby} for it.
     */
    public static LocalPostgres startStandby(LocalPostgres primary, PostgresOptions options) {
        LocalPostgres standby = new LocalPostgres(
                options.withSetting("primary_slot_name", STANDBY).withSetting("hot_standby_feedback", "on"));
        boolean started = false;
        try {
            primary.stop();
            Directories.copy(primary.directory, standby.directory);
            primary.startAgain();
            primary.execute("SELECT pg_create_physical_replication_slot('" + STANDBY + "')");
            PrivateFile.write(standby.dataDirectory().resolve("standby.signal"), "");
            PrivateFile.write(
                    standby.dataDirectory().resolve("postgresql.auto.conf"),
                    "primary_conninfo = '" + primary.connectionOfStandby() + "'\n");
            standby.startAgain();
            started = true;
            return standby;
        } finally {
            if (!started) {
                standby.close();
            }
        }
    }

    public int port() {
        return port;
    }

    public Path logFile() {
        return logFile;
    }

    public Path directory() {
        return directory;
    }

    /** The file with the password of the role {@code tailrace}; readable by this user only. */
    public Path passwordFile() {
        return directory.resolve("password");
    }

    /** The database {@code tailrace} as the role {@code tailrace}. */
    public PostgresAddress address() {
        return new PostgresAddress("127.0.0.1", port, ROLE, ROLE, PrivateFile.secret(passwordFile()));
    }

    public String jdbcUrl() {
        return address().jdbcUrl();
    }

    public String user() {
        return ROLE;
    }

    public String password() {
        return address().password();
    }

    /** A database as the superuser {@code postgres}. */
    public PostgresAddress superuser(String database) {
        return new PostgresAddress("127.0.0.1", port, database, "postgres", PrivateFile.secret(superuserFile()));
    }

    /** Makes a database owned by the role {@code tailrace}; an existing one stays as it is. */
    public PostgresAddress createDatabase(String name) {
        if (!name.matches("[a-z_][a-z0-9_]*")) {
            throw new IllegalArgumentException("not a plain database name: " + name);
        }
        if (!exists("SELECT 1 FROM pg_database WHERE datname = '" + name + "'")) {
            execute("CREATE DATABASE " + name + " OWNER " + ROLE);
        }
        return address().withDatabase(name);
    }

    public synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** The process that runs now. */
    public synchronized ChildProcess process() {
        if (process == null) {
            throw new IllegalStateException("Postgres is stopped");
        }
        return process;
    }

    /** Starts it after {@link #stop} or {@link #kill}, on the same port. */
    public synchronized void startAgain() {
        if (isAlive()) {
            return;
        }
        PostmasterPid.waitUntilGone(dataDirectory(), STOP_LIMIT);
        List<String> command = watched("postgres");
        command.addAll(List.of("-D", dataDirectory().toString()));
        settings.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        ChildProcess started = ChildProcess.start("Postgres", command, Map.of(), logFile);
        process = started;
        waitUntilReady(started);
        LOGGER.atInfo().addKeyValue("port", port).log("Postgres is ready");
    }

    /** An orderly shutdown that ends all connections. */
    public synchronized void stop() {
        if (process != null) {
            process.stop(STOP_LIMIT);
            process = null;
        }
    }

    public synchronized void restart() {
        stop();
        startAgain();
    }

    /** Kills all its processes at once; {@link #startAgain} recovers from the write-ahead log. */
    public synchronized void kill() {
        if (process != null) {
            process.kill();
            process = null;
        }
    }

    public synchronized void killAndRestart() {
        kill();
        startAgain();
    }

    /** Has a standby receive nothing more. */
    public void detach() {
        execute("ALTER SYSTEM RESET primary_conninfo");
        execute("SELECT pg_reload_conf()");
        long deadlineNs = System.nanoTime() + STOP_LIMIT.toNanos();
        while (exists("SELECT 1 FROM pg_stat_wal_receiver")) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new LocalServerException("the standby still receives what the primary writes");
            }
            pause();
        }
    }

    /** Makes a primary of a standby; returns when it accepts writing. */
    public void promote() {
        execute("SELECT pg_promote()");
    }

    @Override
    public void close() {
        if (temporary) {
            abandon();
            Directories.delete(directory);
        } else {
            stop();
        }
    }

    /**
     * Ends it without a last checkpoint, and without waiting for replication: nobody needs its data any more. It still
     * gives back its shared memory, which a killed one would not.
     */
    private synchronized void abandon() {
        if (process != null) {
            process.stop("QUIT", STOP_LIMIT);
            process = null;
        }
    }

    private Path dataDirectory() {
        return directory.resolve("data");
    }

    /** With the password, and so for a file that only this user can read. */
    private String connectionOfStandby() {
        return "host=127.0.0.1 port=" + port + " user=postgres dbname=postgres application_name=" + STANDBY
                + " password=" + PrivateFile.secret(superuserFile());
    }

    private Path superuserFile() {
        return directory.resolve("superuser-password");
    }

    /** In a directory that is renamed when complete: an interrupted initdb must not pass for a database. */
    private void initialize() {
        if (Files.exists(dataDirectory())) {
            return;
        }
        Path unfinished = directory.resolve("data-unfinished");
        Directories.delete(unfinished);
        PrivateFile.secret(superuserFile());
        List<String> command = watched("initdb");
        command.addAll(List.of("-D", unfinished.toString(), "-U", "postgres", "-E", "UTF8", "--locale=C"));
        command.addAll(List.of("-A", "scram-sha-256", "--pwfile=" + superuserFile()));
        if (temporary) {
            command.add("--no-sync");
        }
        ChildProcess initdb = ChildProcess.start("initdb", command, Map.of(), logFile);
        if (!initdb.waitFor(START_LIMIT) || initdb.onExit().join() != 0) {
            initdb.kill();
            throw new LocalServerException("initdb failed in " + directory + ":\n" + initdb.logTail(15));
        }
        try {
            Files.move(unfinished, dataDirectory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Postgres refuses to run as root; in a user namespace without a mapping it runs as nobody. */
    private List<String> watched(String program) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", WATCH_SCRIPT, "postgres-watch"));
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(binaries.resolve("bin").resolve(program).toString());
        return command;
    }

    private void waitUntilReady(ChildProcess started) {
        long deadlineNs = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try (Connection connection = superuser("postgres").connect()) {
                connection.isValid(5);
                return;
            } catch (SQLException e) {
                if (!started.isAlive() || System.nanoTime() > deadlineNs) {
                    process = null;
                    started.kill();
                    throw new LocalServerException("Postgres did not start; its log ends:\n" + started.logTail(15), e);
                }
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServerException("interrupted while Postgres was starting", e);
        }
    }

    private void createRoleAndDatabase() {
        if (!exists("SELECT 1 FROM pg_roles WHERE rolname = '" + ROLE + "'")) {
            execute("CREATE ROLE " + ROLE + " LOGIN REPLICATION");
        }
        setPassword();
        createDatabase(ROLE);
    }

    /** The server sees the SCRAM hash only, so the password cannot appear in its log. */
    private void setPassword() {
        try (Connection connection = superuser("postgres").connect()) {
            char[] password = address().password().toCharArray();
            connection.unwrap(PGConnection.class).alterUserPassword(ROLE, password, "scram-sha-256");
        } catch (SQLException e) {
            throw new LocalServerException("Postgres: " + e.getMessage(), e);
        }
    }

    private boolean exists(String query) {
        try (Connection connection = superuser("postgres").connect();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            return rows.next();
        } catch (SQLException e) {
            throw new LocalServerException("Postgres: " + e.getMessage(), e);
        }
    }

    private void execute(String sql) {
        try (Connection connection = superuser("postgres").connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new LocalServerException("Postgres: " + e.getMessage(), e);
        }
    }
}
