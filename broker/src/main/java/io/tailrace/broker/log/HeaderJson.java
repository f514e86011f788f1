package io.tailrace.broker.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Record headers as JSON: {@code [{"key": "trace", "value": "text"}, …]}, in their order, duplicates kept.
 *
 * <p>A header's value is any bytes, but jsonb holds Unicode text without U+0000. What is not such text stands in base64:
 * {@code {"key": "k", "base64": "AAE="}}; a null value is {@code {"key": "k", "value": null}}. A key with U+0000 stands
 * as {@code "key_base64"}. Confined to one thread.
 */
public final class HeaderJson {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String KEY = "key";
    private static final String KEY_BASE64 = "key_base64";
    private static final String VALUE = "value";
    private static final String VALUE_BASE64 = "base64";

    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);

    /** The headers as UTF-8 JSON. */
    byte[] encode(Header[] headers) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 * headers.length);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartArray();
            for (Header header : headers) {
                json.writeStartObject();
                writeKey(json, header.key());
                writeValue(json, header.value());
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeKey(JsonGenerator json, String key) throws IOException {
        if (key.indexOf('\0') < 0) {
            json.writeStringField(KEY, key);
        } else {
            json.writeStringField(KEY_BASE64, base64(key.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private void writeValue(JsonGenerator json, byte @Nullable [] value) throws IOException {
        if (value == null) {
            json.writeNullField(VALUE);
            return;
        }
        String text = text(value);
        if (text != null) {
            json.writeStringField(VALUE, text);
        } else {
            json.writeStringField(VALUE_BASE64, base64(value));
        }
    }

    private @Nullable String text(byte[] value) {
        for (byte unit : value) {
            if (unit == 0) {
                return null;
            }
        }
        try {
            return utf8.decode(ByteBuffer.wrap(value)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /**
     * The headers from their JSON.
     *
     * @throws IllegalArgumentException for JSON of another form
     */
    public static Header[] decode(String text) {
        List<Header> headers = new ArrayList<>();
        try (JsonParser json = JSON.createParser(text)) {
            expect(json.nextToken() == JsonToken.START_ARRAY);
            while (json.nextToken() == JsonToken.START_OBJECT) {
                headers.add(header(json));
            }
            expect(json.currentToken() == JsonToken.END_ARRAY);
        } catch (IOException e) {
            throw new IllegalArgumentException("headers are not JSON", e);
        }
        return headers.toArray(Header[]::new);
    }

    private static Header header(JsonParser json) throws IOException {
        String key = null;
        byte[] value = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case KEY -> key = json.getText();
                case KEY_BASE64 -> key = new String(Base64.getDecoder().decode(json.getText()), StandardCharsets.UTF_8);
                case VALUE ->
                    value = json.currentToken() == JsonToken.VALUE_NULL
                            ? null
                            : json.getText().getBytes(StandardCharsets.UTF_8);
                case VALUE_BASE64 -> value = Base64.getDecoder().decode(json.getText());
                default -> json.skipChildren();
            }
        }
        expect(key != null);
        return new RecordHeader(key, value);
    }

    private static void expect(boolean condition) {
        if (!condition) {
            throw new IllegalArgumentException("headers are not an array of {key, value} objects");
        }
    }
}
