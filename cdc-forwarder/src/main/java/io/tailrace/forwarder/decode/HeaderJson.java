package io.tailrace.forwarder.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code headers} column: {@code [{"key": "trace", "value": "text"}, …]}, where {@code "base64"} and
 * {@code "key_base64"} stand for what is not text that jsonb can hold. jsonb does not keep the order of an object's
 * fields, so any order is read. Thread-safe: a {@link JsonFactory} is.
 */
final class HeaderJson {
    private static final JsonFactory JSON = new JsonFactory();

    private HeaderJson() {}

    /** @throws IllegalArgumentException if the text is not headers */
    static List<Header> read(@Nullable String json) {
        if (json == null) {
            return List.of();
        }
        try (JsonParser parser = JSON.createParser(json)) {
            expect(parser.nextToken() == JsonToken.START_ARRAY, "an array");
            List<Header> headers = new ArrayList<>();
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                headers.add(header(parser));
            }
            expect(parser.currentToken() == JsonToken.END_ARRAY, "objects only");
            return headers;
        } catch (IOException malformed) {
            throw new IllegalArgumentException("headers are not JSON", malformed);
        }
    }

    private static Header header(JsonParser parser) throws IOException {
        String key = null;
        byte[] value = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken token = parser.nextToken();
            expect(token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NULL, "strings and nulls only");
            String text = token == JsonToken.VALUE_NULL ? null : parser.getText();
            switch (field) {
                case "key" -> key = text;
                case "key_base64" -> key = text == null ? null : new String(base64(text), StandardCharsets.UTF_8);
                case "value" -> value = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
                case "base64" -> value = text == null ? null : base64(text);
                default -> throw new IllegalArgumentException("headers: unknown field \"" + field + "\"");
            }
        }
        if (key == null) {
            throw new IllegalArgumentException("headers: a header without a key");
        }
        return new RecordHeader(key, value);
    }

    private static byte[] base64(String text) {
        return Base64.getDecoder().decode(text);
    }

    private static void expect(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException("headers: expected " + what);
        }
    }
}
