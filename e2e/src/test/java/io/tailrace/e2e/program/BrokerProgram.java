package io.tailrace.e2e.program;

import io.tailrace.e2e.client.Clients;
import io.tailrace.local.FreePorts;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A broker that keeps its port over restarts. Confined to the test's thread. */
public final class BrokerProgram {

    /** A start takes 3 to 4 s of a core, and clients that look for the broker leave it a part of one. */
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    private final Program program;
    private final int port;

    BrokerProgram(Program program, int port) {
        this.program = program;
        this.port = port;
    }

    public int port() {
        return port;
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** What a Kafka client needs to connect. */
    public Map<String, Object> connection() {
        return Clients.plaintext(bootstrapServers());
    }

    public Program program() {
        return program;
    }

    /** Returns when it takes connections. */
    public void start() {
        program.start();
        try {
            Awaitility.await("the broker's port")
                    .atMost(START_LIMIT)
                    .failFast("the broker runs", this::assertAlive)
                    .pollInterval(Duration.ofMillis(50))
                    .until(this::isListening);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "the broker takes no connections " + START_LIMIT + " after its start; its log ends:\n"
                            + program.logTail() + "\nIts threads:\n" + program.threads(),
                    e);
        }
    }

    public void kill() {
        program.kill();
    }

    public void killAndRestart() {
        kill();
        start();
    }

    public void restart() {
        program.terminate();
        start();
    }

    private void assertAlive() {
        if (!program.isAlive()) {
            throw new AssertionError("the broker ended; its log ends:\n" + program.logTail());
        }
    }

    private boolean isListening() {
        return FreePorts.isListening("127.0.0.1", port);
    }
}
