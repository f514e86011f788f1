package io.tailrace.forwarder.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HeaderJsonTest {
    @Test
    void shouldKeepOrderAndDuplicates() {
        // When
        List<Header> headers = HeaderJson.read(
                "[{\"key\": \"a\", \"value\": \"1\"}, {\"value\": \"2\", \"key\": \"b\"}, {\"key\": \"a\", \"value\": \"\"}]");

        // Then
        assertThat(headers).containsExactly(header("a", "1"), header("b", "2"), header("a", ""));
    }

    @Test
    void shouldTellNullFromEmpty() {
        // When
        List<Header> headers = HeaderJson.read(
                "[{\"key\": \"a\", \"value\": null}, {\"key\": \"b\"}, {\"key\": \"\", \"value\": \"\"}]");

        // Then
        assertThat(headers)
                .containsExactly(
                        new RecordHeader("a", (byte[]) null), new RecordHeader("b", (byte[]) null), header("", ""));
    }

    @Test
    void shouldReadWhatIsNoText() {
        // When
        List<Header> headers = HeaderJson.read(
                "[{\"key\": \"a\", \"base64\": \"AP8=\"}, {\"value\": \"ü\", \"key_base64\": \"eAB5\"}]");

        // Then
        assertThat(headers).containsExactly(new RecordHeader("a", new byte[] {0, -1}), header("x\0y", "ü"));
    }

    @Test
    void shouldReadNothingAsNoHeaders() {
        assertThat(HeaderJson.read(null)).isEmpty();
        assertThat(HeaderJson.read("[]")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[1]",
                "[{\"value\": \"no key\"}]",
                "[{\"key\": \"a\", \"vaule\": \"1\"}]",
                "[{\"key\": \"a\", \"value\": 1}]",
                "[{\"key\": \"a\", \"base64\": \"?\"}]",
                "[{\"key\": \"a\""
            })
    void shouldRefuseWhatItDoesNotKnow(String json) {
        assertThatThrownBy(() -> HeaderJson.read(json)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Header header(String key, String value) {
        return new RecordHeader(key, value.getBytes(StandardCharsets.UTF_8));
    }
}
