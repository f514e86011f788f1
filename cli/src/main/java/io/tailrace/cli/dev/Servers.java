package io.tailrace.cli.dev;

import io.tailrace.cli.UserError;
import io.tailrace.local.ChildProcess;
import io.tailrace.local.FreePorts;
import io.tailrace.local.KafkaOptions;
import io.tailrace.local.LocalKafka;
import io.tailrace.local.LocalPostgres;
import io.tailrace.local.PostgresOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The processes of {@code tailrace dev}: Postgres and Kafka start side by side, then the broker, then the forwarder; they
 * stop in the opposite order, forwarder first. Started on the main thread, stopped by it or by the shutdown hook. Owns:
 * all of them, and the lock of the data directory.
 */
final class Servers implements AutoCloseable {

    private static final long PORT_WAIT_MS = 15_000;
    private static final List<String> BROKER_JVM = List.of("-Xms64m", "-Xmx768m");
    private static final List<String> FORWARDER_JVM = List.of("-Xms64m", "-Xmx512m");

    private record Running(String name, ChildProcess process, AutoCloseable stop) {}

    private final DataDirectory directory;
    private final Consumer<String> progress;
    private final FileChannel lock;
    private final Deque<Running> running = new ArrayDeque<>();
    private boolean stopping;

    /**
     * Takes the lock.
     *
     * @param progress gets a line for each server that started or stopped
     */
    Servers(DataDirectory directory, Consumer<String> progress) {
        this.directory = directory;
        this.progress = progress;
        this.lock = directory.lock();
    }

    /** Looks before anything starts whether the ports can be had. */
    void checkPorts(DevOptions options) {
        boolean wereKilled = Files.exists(directory.runningMark());
        checkPort(options.port, "--port", wereKilled);
        if (!options.noTarget) {
            checkPort(options.targetPort, "--target-port", wereKilled);
        }
        if (options.postgresPort != 0) {
            checkPort(options.postgresPort, "--postgres-port", wereKilled);
        }
    }

    /** Starts everything. */
    DevAddresses start(DevOptions options) {
        mark();
        CompletableFuture<Optional<LocalKafka>> kafkaStart =
                options.noTarget ? CompletableFuture.completedFuture(Optional.empty()) : startKafka(options);
        LocalPostgres postgres = timed("Postgres", () -> startPostgres(options));
        add(new Running("Postgres", postgres.process(), postgres));
        Optional<LocalKafka> kafka = join(kafkaStart);
        ConfigFiles files = new ConfigFiles(directory.root(), postgres);
        startProgram("broker", files.broker(options.port), BROKER_JVM);
        kafka.ifPresent(target -> startProgram("forwarder", files.forwarder(target.bootstrapServers()), FORWARDER_JVM));
        return new DevAddresses(
                "127.0.0.1:" + options.port,
                kafka.map(LocalKafka::bootstrapServers),
                postgres.address(),
                postgres.passwordFile());
    }

    /** The first process that has ended by itself. */
    synchronized Optional<ChildProcess> ended() {
        return running.stream()
                .map(Running::process)
                .filter(process -> !process.isAlive())
                .findFirst();
    }

    /** Stops what was started, the last one first. */
    @Override
    public synchronized void close() {
        if (stopping) {
            return;
        }
        stopping = true;
        while (!running.isEmpty()) {
            stop(running.pop());
        }
        try {
            Files.deleteIfExists(directory.runningMark());
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void stop(Running server) {
        try {
            server.stop().close();
            progress.accept("  " + server.name() + " stopped");
        } catch (Exception e) {
            progress.accept("  " + server.name() + " could not be stopped: " + e.getMessage());
        }
    }

    private synchronized void add(Running server) {
        running.push(server);
        if (stopping) {
            stop(running.pop());
        }
    }

    private LocalPostgres startPostgres(DevOptions options) {
        return LocalPostgres.start(PostgresOptions.kept(directory.postgres())
                .withPort(directory.postgresPort(options.postgresPort))
                .withLogFile(directory.log("postgres")));
    }

    private CompletableFuture<Optional<LocalKafka>> startKafka(DevOptions options) {
        KafkaOptions kafkaOptions = KafkaOptions.kept(directory.kafka())
                .withPort(options.targetPort)
                // A consumer that comes before the forwarder would make the topic with a single partition.
                .withSetting("auto.create.topics.enable", "false")
                .withLogFile(directory.log("kafka"));
        return CompletableFuture.supplyAsync(() -> {
            LocalKafka kafka = timed("Kafka", () -> LocalKafka.start(kafkaOptions));
            add(new Running("Kafka", kafka.process(), kafka));
            return Optional.of(kafka);
        });
    }

    private static Optional<LocalKafka> join(CompletableFuture<Optional<LocalKafka>> start) {
        try {
            return start.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void startProgram(String command, Path config, List<String> jvmOptions) {
        ChildProcess child =
                timed("the " + command, () -> Program.start(command, config, directory.log(command), jvmOptions));
        add(new Running("the " + command, child, child));
    }

    private <T> T timed(String name, Supplier<T> start) {
        long beginNs = System.nanoTime();
        T started = start.get();
        progress.accept("  %s started (%.1f s)".formatted(name, (System.nanoTime() - beginNs) / 1e9));
        return started;
    }

    private void mark() {
        try {
            Files.writeString(directory.runningMark(), ProcessHandle.current().pid() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void checkPort(int port, String option, boolean mayStillStop) {
        long deadlineNs = System.nanoTime() + (mayStillStop ? PORT_WAIT_MS * 1_000_000 : 0);
        while (!FreePorts.isFree("127.0.0.1", port)) {
            if (System.nanoTime() >= deadlineNs) {
                throw new UserError("port " + port
                        + " is used by another program; stop that one, or choose another port with " + option);
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UserError("interrupted");
            }
        }
    }
}
