package io.tailrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderJsonTest {

    private static String json(Header... headers) {
        return new String(new HeaderJson().encode(headers), StandardCharsets.UTF_8);
    }

    private static Header text(String key, String value) {
        return new RecordHeader(key, value.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldKeepTheOrderAndDuplicates() {
        // When
        String json = json(text("b", "1"), text("a", "2"), text("b", "1"));

        // Then
        assertThat(json)
                .isEqualTo("[{\"key\":\"b\",\"value\":\"1\"},{\"key\":\"a\",\"value\":\"2\"},"
                        + "{\"key\":\"b\",\"value\":\"1\"}]");
    }

    @Test
    void shouldTellNullFromEmpty() {
        // When
        String json = json(new RecordHeader("null", (byte[]) null), text("empty", ""));

        // Then
        assertThat(json).isEqualTo("[{\"key\":\"null\",\"value\":null},{\"key\":\"empty\",\"value\":\"\"}]");
    }

    @Test
    void shouldWriteWhatIsNoTextInBase64() {
        // When
        String json = json(
                new RecordHeader("zero", new byte[] {'a', 0}),
                new RecordHeader("cut", new byte[] {(byte) 0xc3}),
                new RecordHeader("surrogate", new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}),
                text("a\0b", "x"));

        // Then
        assertThat(json)
                .isEqualTo("[{\"key\":\"zero\",\"base64\":\"YQA=\"},{\"key\":\"cut\",\"base64\":\"ww==\"},"
                        + "{\"key\":\"surrogate\",\"base64\":\"7aCA\"},{\"key_base64\":\"YQBi\",\"value\":\"x\"}]");
    }

    @Test
    void shouldReadBackAnything() {
        // Given
        Random random = new Random(42);
        for (int round = 0; round < 500; round++) {
            Header[] headers = new Header[1 + random.nextInt(5)];
            for (int i = 0; i < headers.length; i++) {
                byte[] value = random.nextInt(5) == 0 ? null : new byte[random.nextInt(20)];
                if (value != null) {
                    random.nextBytes(value);
                }
                headers[i] = new RecordHeader("k\"\\\n\u20ac" + random.nextInt(3), value);
            }

            // When
            Header[] back = HeaderJson.decode(json(headers));

            // Then
            assertThat(Arrays.asList(back)).isEqualTo(Arrays.asList(headers));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[1]", "[{}]", "[{\"key\":\"a\"}", "x"})
    void shouldRefuseOtherJson(String json) {
        assertThatThrownBy(() -> HeaderJson.decode(json)).isInstanceOf(IllegalArgumentException.class);
    }
}
