package io.tailrace.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes {@code docs/configuration.md} and the default files from the descriptions of the settings. To bring them up to
 * date: {@value #COMMAND}.
 */
final class ConfigDocs {
    static final String COMMAND =
            "mvn -B -q -pl config test-compile && java -cp config/target/classes:config/target/test-classes io.tailrace.config.ConfigDocs .";

    private ConfigDocs() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: ConfigDocs CHECKOUT");
            System.exit(2);
        }
        for (Map.Entry<Path, String> file : files(Path.of(arguments[0])).entrySet()) {
            Files.createDirectories(file.getKey().toAbsolutePath().resolveSibling("."));
            Files.writeString(file.getKey(), file.getValue());
        }
    }

    /** What each file must hold. */
    static Map<Path, String> files(Path checkout) throws IOException {
        Map<Path, String> files = new LinkedHashMap<>();
        files.put(
                checkout.resolve("config/broker.toml"),
                DefaultFile.render("broker", SettingCatalog.of(BrokerConfig.class)));
        files.put(
                checkout.resolve("config/forwarder.toml"),
                DefaultFile.render("forwarder", SettingCatalog.of(ForwarderConfig.class)));
        files.put(checkout.resolve("docs/configuration.md"), SettingReference.render(introduction()));
        return files;
    }

    /** The hand-written part of the page. */
    private static String introduction() throws IOException {
        try (var text = ConfigDocs.class.getResourceAsStream("configuration-introduction.md")) {
            if (text == null) {
                throw new IOException("configuration-introduction.md is not on the class path");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
