package io.tailrace.cli;

import java.util.Objects;
import org.apache.kafka.common.utils.AppInfoParser;
import picocli.CommandLine.IVersionProvider;

/** The version of the jar, and of what it was built on. */
public final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String own = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "tailrace " + Objects.requireNonNullElse(own, "(not packaged)"),
            "Apache Kafka " + AppInfoParser.getVersion(),
            "Java " + Runtime.version()
        };
    }
}
