package io.tailrace.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes configuration files for tests and reads them back. Confined to one test. */
final class ConfigFiles {
    private final Path directory;

    ConfigFiles(Path directory) {
        this.directory = directory;
    }

    Path write(String name, String content) {
        try {
            return Files.writeString(directory.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    BrokerConfig broker(String toml) {
        return broker(toml, Map.of());
    }

    BrokerConfig broker(String toml, Map<String, String> environment) {
        return ConfigLoader.load(BrokerConfig.class, write("broker.toml", toml), environment);
    }

    ForwarderConfig forwarder(String toml, Map<String, String> environment) {
        return ConfigLoader.load(ForwarderConfig.class, write("forwarder.toml", toml), environment);
    }

    /** What is wrong with a broker.toml, with the directory taken out. */
    List<String> brokerProblems(String toml) {
        return problems(() -> broker(toml));
    }

    List<String> forwarderProblems(String toml) {
        return problems(() -> forwarder(toml, Map.of()));
    }

    List<String> problems(Runnable load) {
        ConfigException problem = catchThrowableOfType(ConfigException.class, load::run);
        return problem == null
                ? List.of()
                : problem.problems().stream()
                        .map(text -> text.replace(directory + "/", ""))
                        .toList();
    }
}
