package io.tailrace.cli;

import java.util.List;

/** Chooses the logging configuration, which must happen before the first logger exists. */
final class Logging {

    private static final String SETTING = "logback.configurationFile";
    private static final List<String> QUIET = List.of("kafka", "sql", "shadow", "dev", "bench");

    private Logging() {}

    /** Long-running programs log; tools print their result, and log only what went wrong. A setting of the user's stays. */
    static void configureFor(String[] arguments) {
        if (System.getProperty(SETTING) != null) {
            return;
        }
        if (arguments.length > 0 && QUIET.contains(arguments[0])) {
            System.setProperty(SETTING, "io/tailrace/cli/logback-quiet.xml");
        } else if (System.getProperty("tailrace.log.file") != null) {
            System.setProperty(SETTING, "io/tailrace/cli/logback-file.xml");
        }
    }
}
