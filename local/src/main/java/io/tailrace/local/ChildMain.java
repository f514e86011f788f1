package io.tailrace.local;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.Arrays;

/**
 * The entry point of every JVM that is a {@link ChildProcess}: runs another class's {@code main} and exits, through the
 * shutdown hooks, when standard input ends.
 */
public final class ChildMain {

    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(20);

    private ChildMain() {}

    /**
     * Runs the class named first.
     *
     * @param arguments the name of the class to run, then its arguments
     */
    public static void main(String[] arguments) throws Throwable {
        startDaemon("parent-watch", ChildMain::exitWithParent);
        try {
            Class.forName(arguments[0]).getMethod("main", String[].class).invoke(null, (Object)
                    Arrays.copyOfRange(arguments, 1, arguments.length));
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static void exitWithParent() {
        try {
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            // A broken pipe means the same as its end.
            System.err.println("the pipe from the parent broke: " + e.getMessage());
        }
        startDaemon("halt", ChildMain::haltAfterLimit);
        System.exit(0);
    }

    private static void haltAfterLimit() {
        try {
            Thread.sleep(SHUTDOWN_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(137);
    }

    private static void startDaemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
