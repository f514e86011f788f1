package io.tailrace.cli.bench.servers;

import io.tailrace.cli.UserError;
import io.tailrace.local.ChildProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a JVM still holds after a full collection, as the JDK's jcmd tells it. */
final class LiveHeap {

    private static final Pattern USED = Pattern.compile("heap .*used (\\d+)K");

    private LiveHeap() {}

    static long bytes(ChildProcess jvm) {
        jcmd(jvm.pid(), "GC.run");
        return usedBytes(jcmd(jvm.pid(), "GC.heap_info"));
    }

    /** Of what GC.heap_info prints. */
    static long usedBytes(String heapInfo) {
        Matcher used = USED.matcher(heapInfo);
        if (!used.find()) {
            throw new UserError("jcmd told nothing of the heap: " + heapInfo);
        }
        return Long.parseLong(used.group(1)) * 1024;
    }

    private static String jcmd(long pid, String command) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return output;
        } catch (IOException e) {
            throw new UserError(
                    "--costs needs " + jcmd + ", which comes with a JDK and not with a JRE: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserError("interrupted");
        }
    }
}
