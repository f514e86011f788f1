package io.tailrace.cli.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.cli.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    @Test
    void shouldKeepThePostgresPort(@TempDir Path path) {
        // Given
        int port = DataDirectory.open(path.resolve("data")).postgresPort(0);

        // When
        int again = DataDirectory.open(path.resolve("data")).postgresPort(0);

        // Then
        assertThat(again).isEqualTo(port);
    }

    @Test
    void shouldRefuseTheDataOfAnotherVersion(@TempDir Path path) throws Exception {
        // Given
        DataDirectory.open(path);
        Files.writeString(path.resolve("VERSION"), "99\n");

        // When
        assertThatThrownBy(() -> DataDirectory.open(path))

                // Then
                .isInstanceOf(UserError.class)
                .hasMessageContaining("another version of Tailrace (layout 99");
    }

    @Test
    void shouldRefuseADirectoryThatHoldsSomethingElse(@TempDir Path path) throws Exception {
        // Given
        Files.writeString(path.resolve("thesis.txt"), "precious");

        // When
        assertThatThrownBy(() -> DataDirectory.open(path))

                // Then
                .isInstanceOf(UserError.class)
                .hasMessageContaining("holds something else");
        assertThat(path.resolve("logs")).doesNotExist();
    }

    @Test
    void shouldSayThatThereIsNoDataYet(@TempDir Path path) {
        // When
        assertThatThrownBy(() -> DataDirectory.existing(path))

                // Then
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--data");
    }
}
