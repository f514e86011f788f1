package io.tailrace.forwarder.tables.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.forwarder.sink.ProducerIdentity;
import io.tailrace.forwarder.tables.TablesException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCheckpointsTest {
    /** Files need none. */
    private static final Connection NO_CONNECTION = (Connection) Proxy.newProxyInstance(
            Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path directory;

    @Test
    void shouldReadBackWhatWasSaved() {
        // Given
        Path file = directory.resolve("checkpoint.json");
        Checkpoint checkpoint = new Checkpoint(0x1634FA0L, 7, new ProducerIdentity(3, (short) 1));

        // When
        new FileCheckpoints(file).save(NO_CONNECTION, new Checkpoint(1, 1, null));
        new FileCheckpoints(file).save(NO_CONNECTION, checkpoint);

        // Then
        assertThat(new FileCheckpoints(file).load(NO_CONNECTION)).isEqualTo(checkpoint);
        assertThat(file).content().contains("\"lsn\":\"0/1634FA0\"", "\"message_count\":7", "\"timestamp\"");
    }

    @Test
    void shouldTakeOverTheOtherToolsCheckpoint() throws Exception {
        // Given
        Path file = Files.writeString(
                directory.resolve("checkpoint.json"),
                "{\"lsn\": \"1/2\", \"timestamp\": \"2024-01-01T00:00:00Z\", \"message_count\": 100}");

        // When
        Checkpoint checkpoint = new FileCheckpoints(file).load(NO_CONNECTION);

        // Then
        assertThat(checkpoint).isEqualTo(new Checkpoint(0x100000002L, 100, null));
    }

    @Test
    void shouldRefuseAFileThatIsNoCheckpoint() throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("checkpoint.json"), "{\"lsn\": 1}");

        // Then
        assertThatThrownBy(() -> new FileCheckpoints(file).load(NO_CONNECTION))
                .isInstanceOf(TablesException.class)
                .hasMessageContaining("is not a checkpoint");
    }
}
