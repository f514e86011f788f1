package io.tailrace.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignProtocolTest {

    @ParameterizedTest
    @ValueSource(strings = {"GET ", "POST", "PUT ", "HEAD", "OPTIONS", "DELETE", "PATCH", "PRI * HTTP/2.0"})
    void shouldRecogniseHttp(String start) {
        int length = ByteBuffer.wrap(start.getBytes(StandardCharsets.US_ASCII)).getInt();
        assertThat(ForeignProtocol.hint(length)).contains("HTTP");
    }

    @Test
    void shouldRecogniseTls() {
        assertThat(ForeignProtocol.hint(0x16030102)).contains("TLS", "PLAINTEXT");
    }

    @Test
    void shouldNameTheSettingOtherwise() {
        assertThat(ForeignProtocol.hint(Integer.MAX_VALUE)).contains("broker.max_frame_bytes");
    }
}
