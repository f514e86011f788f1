package io.tailrace.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Says what is wrong with a TOML file, and where, without repeating the file: the line may hold a password. */
final class TomlErrors {
    private static final String DUPLICATE = "Duplicate key";
    private static final Map<String, String> IN_OTHER_WORDS = Map.of(
            DUPLICATE,
            "this setting stands in the file twice",
            "Table redefined",
            "this section stands in the file twice",
            "Unknown token",
            "this is not a value; text needs quotes around it",
            "Newline not permitted here",
            "the line ends too early; a value, a quote or a bracket is missing");

    private TomlErrors() {}

    static ConfigException explain(Path file, String text, JsonProcessingException e) {
        String message = e.getOriginalMessage();
        return new ConfigException(
                "%s, line %d: %s".formatted(file, line(text, e), IN_OTHER_WORDS.getOrDefault(message, message)));
    }

    /** The parser notices a duplicate only when it has come to the next line that says something. */
    private static int line(String text, JsonProcessingException e) {
        int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
        if (!DUPLICATE.equals(e.getOriginalMessage()) || e.getLocation().getColumnNr() > 1) {
            return line;
        }
        List<String> lines = text.lines().toList();
        do {
            line--;
        } while (line > 1
                && (lines.get(line - 1).isBlank() || lines.get(line - 1).strip().startsWith("#")));
        return line;
    }
}
