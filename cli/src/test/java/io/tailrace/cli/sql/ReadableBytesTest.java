package io.tailrace.cli.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReadableBytesTest {

    @Test
    void shouldShowTextAsText() {
        assertThat(ReadableBytes.of("Grüße".getBytes(StandardCharsets.UTF_8))).isEqualTo("Grüße");
    }

    @Test
    void shouldShowOtherBytesInHexadecimal() {
        assertThat(ReadableBytes.of(new byte[] {0, (byte) 0xff})).isEqualTo("\\x00ff");
        assertThat(ReadableBytes.of(new byte[] {(byte) 0xc3})).isEqualTo("\\xc3");
    }
}
