package io.tailrace.cli.bench.servers;

import io.tailrace.cli.UserError;
import io.tailrace.local.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The processor time of a server: of its process, of all below it, and of those that have ended, whose time Linux adds to
 * their parent's when the parent waits for them. Without the last, a worker of Postgres that came and went would be free.
 */
final class ProcessorTime {

    /** What /proc counts in, on every processor that Linux runs on today. */
    private static final double TICKS_PER_SECOND = 100;

    /** The fields after the name: utime, stime, and both of the children that were waited for. */
    private static final int FIRST_FIELD = 11;

    private static final int FIELDS = 4;

    private ProcessorTime() {}

    static double seconds(ChildProcess server) {
        long ticks = ProcessHandle.of(server.pid()).stream()
                .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                .mapToLong(process -> ticks(process.pid()))
                .sum();
        return ticks / TICKS_PER_SECOND;
    }

    private static long ticks(long pid) {
        try {
            return ticks(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
        } catch (NoSuchFileException e) {
            // It has just ended, and its time is its parent's.
            return 0;
        } catch (IOException e) {
            throw new UserError("the processor time of process " + pid + " cannot be read: " + e.getMessage());
        }
    }

    /** Of a line of /proc/PID/stat, whose second field is a name in parentheses that may hold anything. */
    static long ticks(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long ticks = 0;
        for (int field = FIRST_FIELD; field < FIRST_FIELD + FIELDS; field++) {
            ticks += Long.parseLong(fields[field].strip());
        }
        return ticks;
    }
}
