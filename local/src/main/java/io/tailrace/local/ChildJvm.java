package io.tailrace.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts a JVM with this one's java and class path as a {@link ChildProcess}. Arguments and JVM options can be read by
 * every user of the machine: secrets go into files. The system property {@code tailrace.log.file} tells the child's
 * logging its file, so that it can bound the size; what the child prints lands there as well.
 */
public final class ChildJvm {

    private ChildJvm() {}

    public static ChildProcess start(
            String name, List<String> jvmOptions, Class<?> mainClass, List<String> arguments, Path logFile) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Djava.awt.headless=true");
        command.add("-Dtailrace.log.file=" + logFile);
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(ChildMain.class.getName());
        command.add(mainClass.getName());
        command.addAll(arguments);
        return ChildProcess.start(name, command, Map.of(), logFile);
    }
}
