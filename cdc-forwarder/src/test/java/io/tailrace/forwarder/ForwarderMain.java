package io.tailrace.forwarder;

import io.tailrace.config.ConfigLoader;
import io.tailrace.config.ForwarderConfig;
import java.nio.file.Path;
import java.util.Map;

/** A forwarder in a process of its own, which a test can kill. */
public final class ForwarderMain {
    private ForwarderMain() {}

    /** Takes the configuration file; runs until the process ends. */
    public static void main(String[] arguments) {
        Forwarder forwarder =
                Forwarder.start(ConfigLoader.load(ForwarderConfig.class, Path.of(arguments[0]), Map.of()));
        Runtime.getRuntime().addShutdownHook(new Thread(forwarder::close));
    }
}
