package io.tailrace.local;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts a JVM with this one's java and class path as a {@link ChildProcess}. Arguments and JVM options can be read by
 * every user of the machine: secrets go into files. The system property {@code tailrace.log.file} tells the child's
 * logging its file, so that it can bound the size; what the child prints lands there as well. Where this JVM has an archive
 * of classes, the child uses it too.
 */
public final class ChildJvm {

    private ChildJvm() {}

    public static ChildProcess start(
            String name, List<String> jvmOptions, Class<?> mainClass, List<String> arguments, Path logFile) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Djava.awt.headless=true");
        command.add("-Dtailrace.log.file=" + logFile);
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(ChildJvm::isAboutClassArchive)
                .forEach(command::add);
        command.addAll(jvmOptions);
        command.add(ChildMain.class.getName());
        command.add(mainClass.getName());
        command.addAll(arguments);
        // In the environment, so that the arguments stay short enough to read.
        Map<String, String> environment = Map.of("CLASSPATH", System.getProperty("java.class.path"));
        return ChildProcess.start(name, command, environment, logFile);
    }

    private static boolean isAboutClassArchive(String option) {
        return option.startsWith("-XX:SharedArchiveFile=") || option.startsWith("-Xlog:cds");
    }
}
