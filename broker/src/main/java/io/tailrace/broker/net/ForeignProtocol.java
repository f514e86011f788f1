package io.tailrace.broker.net;

/** Recognises by its first four bytes what is not Kafka's protocol without encryption, for a helpful log line. */
final class ForeignProtocol {
    private static final int TLS_HANDSHAKE_PREFIX = 0x1603;

    private ForeignProtocol() {}

    /** Says what the first four bytes of a connection, read as a frame length, look like. */
    static String hint(int length) {
        if (length >>> 16 == TLS_HANDSHAKE_PREFIX) {
            return "this looks like TLS: the client is set to SSL or SASL_SSL, this port speaks PLAINTEXT";
        }
        return switch (length) {
            case 0x47455420, 0x504f5354, 0x50555420, 0x48454144, 0x4f505449, 0x44454c45, 0x50415443, 0x50524920 ->
                "this looks like HTTP: this port speaks Kafka's protocol";
            default -> "the client does not speak Kafka's protocol, or broker.max_frame_bytes is too small for it";
        };
    }
}
