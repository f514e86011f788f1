package io.tailrace.cli;

import java.util.Objects;
import org.apache.kafka.common.utils.AppInfoParser;
import picocli.CommandLine.IVersionProvider;

/** The version of the jar, and of what it was built on. */
public final class Version implements IVersionProvider {

    /** The jar's, for other programs to read. */
    public static String own() {
        return Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "(not packaged)");
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "tailrace " + own(), "Apache Kafka " + AppInfoParser.getVersion(), "Java " + Runtime.version()
        };
    }
}
