package io.tailrace.forwarder.redirect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.config.ConfigException;
import io.tailrace.config.MigrationConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** By which listener the target is asked for what clients will be told. */
class ClientViewTest {

    private static final Map<String, Object> OWN =
            Map.of("bootstrap.servers", "kafka-1:9093", "security.protocol", "SASL_SSL", "sasl.jaas.config", "secret");

    @Test
    void shouldBeTheForwardersOwnUnlessToldOtherwise() {
        // When
        ClientView view = ClientView.of(OWN, new MigrationConfig("", ""));

        // Then
        assertThat(view.bootstrapServers()).isEqualTo("kafka-1:9093");
        assertThat(view.settings()).isEqualTo(OWN);
        assertThat(view.toString()).doesNotContain("secret");
    }

    @Test
    void shouldTakeTheListenerOfClients() {
        // When
        ClientView view = ClientView.of(OWN, new MigrationConfig("kafka-1:9092,kafka-2:9092", "PLAINTEXT"));

        // Then
        assertThat(view.bootstrapServers()).isEqualTo("kafka-1:9092,kafka-2:9092");
        assertThat(view.settings()).containsEntry("security.protocol", "PLAINTEXT");
    }

    @Test
    void shouldRefuseALoginWithoutAUser() {
        // Given
        Map<String, Object> own = Map.of("bootstrap.servers", "kafka-1:9092");

        // When
        assertThatThrownBy(() -> ClientView.of(own, new MigrationConfig("", "SASL_SSL")))
                // Then
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("kafka.sasl_mechanism");
    }

    @Test
    void shouldRefuseAddressesThatAreNone() {
        // When
        assertThatThrownBy(() -> new MigrationConfig("kafka-1", ""))
                // Then
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("migration.client_bootstrap_servers");
    }
}
