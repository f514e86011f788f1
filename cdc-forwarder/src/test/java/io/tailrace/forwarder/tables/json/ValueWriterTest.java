package io.tailrace.forwarder.tables.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.forwarder.tables.json.PgType.Kind;
import java.io.IOException;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueWriterTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "bool; t; true",
                "bool; f; false",
                "int8; 9223372036854775807; 9223372036854775807",
                "float8; 1e+20; 1e+20",
                "float8; NaN; \"NaN\"",
                "float4; -Infinity; \"-Infinity\"",
                "numeric; 0.10; \"0.10\"",
                "bytea; \\x00ff; \"AP8=\"",
                "bytea; \\x; \"\"",
                "jsonb; {\"a\": 1.50}; {\"a\": 1.50}",
                "uuid; 550e8400-e29b-41d4-a716-446655440000; \"550e8400-e29b-41d4-a716-446655440000\"",
                "timetz; 10:30:00+00; \"10:30:00Z\"",
                "int2vector; 1 2; \"1 2\"",
            })
    void shouldWriteAValueAsItsType(String type, String text, String json) {
        assertThat(written(text, PgType.named(type))).isEqualTo(json);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '\0',
            value = {
                "int4; {}; []",
                "int4; {1,NULL,-3}; [1,null,-3]",
                "int4; {{1,2},{3,4}}; [[1,2],[3,4]]",
                "int4; [0:1]={7,8}; [7,8]",
                "text; {a,\"b,c\",\"d\\\"e\",\"NULL\",NULL,\"\"}; [\"a\",\"b,c\",\"d\\\"e\",\"NULL\",null,\"\"]",
                "text; {\"{x}\",\"back\\\\slash\"}; [\"{x}\",\"back\\\\slash\"]",
                "bool; {t,f}; [true,false]",
                "jsonb; {\"{\\\"a\\\": 1}\"}; [{\"a\": 1}]",
            })
    void shouldWriteAnArrayOfItsElements(String element, String text, String json) {
        assertThat(written(text, PgType.array(PgType.named(element), ','))).isEqualTo(json);
    }

    @Test
    void shouldHeedTheDelimiterOfTheType() {
        assertThat(written("{(1,2),(0,0);(3,4),(1,1)}", PgType.array(PgType.TEXT, ';')))
                .isEqualTo("[\"(1,2),(0,0)\",\"(3,4),(1,1)\"]");
    }

    @Test
    void shouldWriteAVectorWithoutBracesAsText() {
        assertThat(written("1 2", PgType.array(PgType.plain(Kind.INTEGER), ',')))
                .isEqualTo("\"1 2\"");
    }

    private static String written(String text, PgType type) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            ValueWriter.write(text, type, json);
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return out.toString();
    }
}
