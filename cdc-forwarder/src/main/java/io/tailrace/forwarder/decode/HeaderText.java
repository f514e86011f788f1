package io.tailrace.forwarder.decode;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Writes the {@code headers} column: {@code [{"key": "trace", "value": "text"}, …]}, where {@code "base64"} and {@code
 * "key_base64"} stand for what is not text that jsonb can hold (not UTF-8, or with U+0000). Thread-safe.
 */
public final class HeaderText {
    private static final JsonFactory JSON = new JsonFactory();

    private HeaderText() {}

    /** Null where there are none. */
    public static @Nullable String of(List<Header> headers) {
        if (headers.isEmpty()) {
            return null;
        }
        StringWriter text = new StringWriter(64 * headers.size());
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (Header header : headers) {
                write(json, header);
            }
            json.writeEndArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, Header header) throws IOException {
        json.writeStartObject();
        String key = header.key();
        if (key.indexOf('\0') < 0) {
            json.writeStringField("key", key);
        } else {
            json.writeStringField("key_base64", base64(key.getBytes(StandardCharsets.UTF_8)));
        }
        byte[] value = header.value();
        String text = value == null ? null : text(value);
        if (value != null && text == null) {
            json.writeStringField("base64", base64(value));
        } else {
            json.writeStringField("value", text);
        }
        json.writeEndObject();
    }

    private static @Nullable String text(byte[] value) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
            return text.indexOf('\0') < 0 ? text : null;
        } catch (CharacterCodingException notText) {
            return null;
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
