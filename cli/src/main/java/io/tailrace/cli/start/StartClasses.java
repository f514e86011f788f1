package io.tailrace.cli.start;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * Loads the classes that broker and forwarder have loaded when they are ready, and ends. Run with
 * {@code -XX:ArchiveClassesAtExit}: most of a start's CPU goes into reading and verifying classes, and those of the archive are
 * read and verified. What the list lacks is loaded as always; what it names and is not there is left out.
 *
 * <p>Stateless.
 */
public final class StartClasses {

    private static final String LIST = "classes.txt";

    private StartClasses() {}

    /** Takes no arguments. */
    public static void main(String[] arguments) throws IOException {
        names().forEach(StartClasses::isLoaded);
    }

    static List<String> names() throws IOException {
        InputStream list = Objects.requireNonNull(StartClasses.class.getResourceAsStream(LIST));
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))) {
            return lines.lines().toList();
        }
    }

    /** Loads a class without running any of its code. @return whether it is there */
    static boolean isLoaded(String name) {
        try {
            Class.forName(name, false, StartClasses.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }
}
