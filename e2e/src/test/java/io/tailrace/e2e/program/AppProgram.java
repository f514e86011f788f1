package io.tailrace.e2e.program;

import io.tailrace.local.ChildJvm;
import io.tailrace.local.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An application of these tests in a JVM of its own, which is killed and started again. Confined to the test's thread. */
public final class AppProgram {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(40);

    private final String name;
    private final Class<?> mainClass;
    private final List<String> arguments;
    private final Path logFile;
    private @Nullable ChildProcess process;

    AppProgram(String name, Class<?> mainClass, List<String> arguments, Path logFile) {
        this.name = name;
        this.mainClass = mainClass;
        this.arguments = List.copyOf(arguments);
        this.logFile = logFile;
    }

    public void start() {
        List<String> options = new ArrayList<>(List.of("-Xms48m", "-Xmx320m", "-XX:TieredStopAtLevel=1"));
        options.add("-Dlogback.configurationFile=app-logback.xml");
        process = ChildJvm.start(name, options, mainClass, arguments, logFile);
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** At once, as {@code kill -9}. */
    public void kill() {
        if (process != null) {
            process.kill();
        }
    }

    public void killAndRestart() {
        kill();
        start();
    }

    /** Through its shutdown hooks. */
    public void stop() {
        if (process != null) {
            process.stop(STOP_LIMIT);
        }
    }

    public void restart() {
        stop();
        start();
    }

    /** Fails with the end of its log when it has ended by itself. */
    public void assertAlive() {
        if (!isAlive()) {
            throw new AssertionError(name + " ended; its log ends:\n" + (process == null ? "" : process.logTail(40)));
        }
    }
}
