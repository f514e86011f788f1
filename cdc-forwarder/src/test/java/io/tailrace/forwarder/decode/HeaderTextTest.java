package io.tailrace.forwarder.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

final class HeaderTextTest {

    @Test
    void shouldWriteTextAsItIsAndOtherBytesInBase64() {
        // Given
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace", "ü \"1\"".getBytes(StandardCharsets.UTF_8));
        headers.add("trace", new byte[] {0, (byte) 0xff});
        headers.add("zero", new byte[] {'a', 0});
        headers.add("none", null);
        headers.add("a\0b", new byte[0]);

        // When
        String text = HeaderText.of(List.of(headers.toArray()));

        // Then
        assertThat(text)
                .isEqualTo("[{\"key\":\"trace\",\"value\":\"ü \\\"1\\\"\"},{\"key\":\"trace\",\"base64\":\"AP8=\"},"
                        + "{\"key\":\"zero\",\"base64\":\"YQA=\"},{\"key\":\"none\",\"value\":null},"
                        + "{\"key_base64\":\"YQBi\",\"value\":\"\"}]");
    }

    @Test
    void shouldWriteNothingWhereThereAreNone() {
        // When
        String text = HeaderText.of(List.of());

        // Then
        assertThat(text).isNull();
    }
}
