package io.tailrace.forwarder.tables.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * Reads the text of an array, {@code {1,NULL,"a \"b\""}}, and writes it as a JSON array; one of several dimensions becomes
 * arrays in arrays. Bounds in front of it, {@code [0:2]=}, are left out. Confined to one call.
 */
final class ArrayText {
    private final String text;
    private final PgType element;
    private final char delimiter;
    private final JsonGenerator json;
    private int at;

    private ArrayText(String text, PgType element, char delimiter, JsonGenerator json) {
        this.text = text;
        this.element = element;
        this.delimiter = delimiter;
        this.json = json;
    }

    static void write(String text, PgType element, char delimiter, JsonGenerator json) throws IOException {
        ArrayText array = new ArrayText(text, element, delimiter, json);
        array.at = Math.max(0, text.indexOf('{'));
        array.dimension();
    }

    private void dimension() throws IOException {
        json.writeStartArray();
        at++;
        while (text.charAt(at) != '}') {
            switch (text.charAt(at)) {
                case '{' -> dimension();
                case '"' -> ValueWriter.write(quoted(), element, json);
                default -> plain();
            }
            if (text.charAt(at) == delimiter) {
                at++;
            }
        }
        at++;
        json.writeEndArray();
    }

    private void plain() throws IOException {
        int start = at;
        while (text.charAt(at) != delimiter && text.charAt(at) != '}') {
            at++;
        }
        String value = text.substring(start, at);
        if (value.equals("NULL")) {
            json.writeNull();
        } else {
            ValueWriter.write(value, element, json);
        }
    }

    private String quoted() {
        StringBuilder value = new StringBuilder();
        at++;
        while (text.charAt(at) != '"') {
            if (text.charAt(at) == '\\') {
                at++;
            }
            value.append(text.charAt(at++));
        }
        at++;
        return value.toString();
    }
}
