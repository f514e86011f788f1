package io.tailrace.cli.bench.servers;

import io.tailrace.cli.UserError;
import io.tailrace.local.ChildProcess;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Processes that stand still for a while. Stateless. */
public final class Suspension {

    private static final int LIMIT_SECONDS = 10;

    private Suspension() {}

    /** The process is stopped (SIGSTOP) before the work, and goes on (SIGCONT) after it. */
    public static void of(ChildProcess process, Runnable work) {
        signal(process, "-STOP");
        try {
            work.run();
        } finally {
            signal(process, "-CONT");
        }
    }

    private static void signal(ChildProcess process, String signal) {
        try {
            Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
            if (!kill.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || kill.exitValue() != 0) {
                throw new UserError("`kill " + signal + "` of " + process.name() + " failed");
            }
        } catch (IOException e) {
            throw new UserError("the command `kill` cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
