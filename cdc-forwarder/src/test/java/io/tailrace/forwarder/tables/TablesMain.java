package io.tailrace.forwarder.tables;

import io.tailrace.config.TablesConfigLoader;
import java.nio.file.Path;
import java.util.Map;

/** A table stream in a process of its own, which a test can kill. */
public final class TablesMain {
    private TablesMain() {}

    /** Takes the configuration file; runs until the process ends. */
    public static void main(String[] arguments) {
        TableStreamer streamer = TableStreamer.start(TablesConfigLoader.load(Path.of(arguments[0]), Map.of()), "test");
        Runtime.getRuntime().addShutdownHook(new Thread(streamer::close));
    }
}
