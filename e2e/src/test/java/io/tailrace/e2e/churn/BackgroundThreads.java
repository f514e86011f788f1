package io.tailrace.e2e.churn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The network threads of this process's KIP-848 members. Until kafka-clients 4.4 each of them keeps a core busy for as long
 * as it finds no coordinator (KAFKA-20253): beside twenty of them, what takes 0.8 s on two cores took 10 s, and 3.5 s once they
 * gave way.
 */
public final class BackgroundThreads {

    private static final Path TASKS = Path.of("/proc/self/task");

    /** Linux keeps 15 characters of {@code consumer_background_thread}. */
    private static final String NAME = "consumer_backgr";

    private BackgroundThreads() {}

    /** From now on those that there are let other threads go first; where there is Linux, and {@code renice}. */
    public static void giveWay() throws InterruptedException {
        List<String> ids = Files.isDirectory(TASKS) ? ids() : List.of();
        if (ids.isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>(List.of("renice", "-n", "15", "-p"));
        command.addAll(ids);
        try {
            Process renice = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!renice.waitFor(10, TimeUnit.SECONDS)) {
                renice.destroyForcibly();
            }
        } catch (IOException e) {
            System.err.println(
                    "renice does not run, so the members may slow down the broker's start: " + e.getMessage());
        }
    }

    private static List<String> ids() {
        List<String> ids = new ArrayList<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                if (name(task).equals(NAME)) {
                    ids.add(task.getFileName().toString());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the threads in " + TASKS, e);
        }
        return ids;
    }

    /** Empty for one that has ended. */
    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
