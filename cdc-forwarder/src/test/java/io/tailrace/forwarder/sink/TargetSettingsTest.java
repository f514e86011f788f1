package io.tailrace.forwarder.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.config.ConfigException;
import io.tailrace.config.Secret;
import io.tailrace.config.TargetConfig;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetSettingsTest {
    private static TargetConfig plain(Map<String, String> producer) {
        return new TargetConfig(
                "k:9092",
                "PLAINTEXT",
                "",
                "",
                Secret.NONE,
                null,
                Secret.NONE,
                null,
                Secret.NONE,
                Secret.NONE,
                -1,
                producer);
    }

    private static TargetConfig secured(String mechanism, String password, Path truststore) {
        return new TargetConfig(
                "k:9092",
                "SASL_SSL",
                mechanism,
                "user",
                new Secret(password),
                truststore,
                new Secret("changeit"),
                null,
                Secret.NONE,
                Secret.NONE,
                -1,
                Map.of());
    }

    @Test
    void shouldPassOnProducerSettings() {
        // When
        Map<String, Object> settings =
                new TargetSettings(plain(Map.of("compression.type", "zstd", "linger.ms", "50")), 1).producer();

        // Then
        assertThat(settings)
                .containsEntry("compression.type", "zstd")
                .containsEntry("linger.ms", "50")
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", "true");
    }

    @ParameterizedTest
    @CsvSource({
        "max.in.flight.requests.per.connection, 6",
        "retries, 3",
        "delivery.timeout.ms, 1000",
        "partitioner.class, x"
    })
    void shouldRefuseWhatWouldBreakItsPromises(String name, String value) {
        assertThatThrownBy(() -> new TargetSettings(plain(Map.of(name, value)), 1))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("kafka.producer." + name)
                .hasMessageContaining("remove it");
    }

    @Test
    void shouldAllowWhatKeepsThem() {
        Map<String, String> same = Map.of("retries", "2147483647", "max.in.flight.requests.per.connection", "1");

        assertThat(new TargetSettings(plain(same), 1).producer())
                .containsEntry(ProducerConfig.ACKS_CONFIG, "all")
                .containsEntry(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"simple", "quo\"te", "back\\slash", "end\\", "semi;colon = # // /*", "line\nbreak", "'", "ü€"})
    void shouldEscapeThePasswordAsKafkaReadsIt(String password) {
        for (String mechanism : new String[] {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}) {
            // When
            Map<String, Object> settings =
                    new TargetSettings(secured(mechanism, password, Path.of("ca.pem")), 1).producer();

            // Then
            JaasContext jaas = JaasContext.loadClientContext(
                    Map.of(SaslConfigs.SASL_JAAS_CONFIG, settings.get(SaslConfigs.SASL_JAAS_CONFIG)));
            assertThat(jaas.configurationEntries().get(0).getOptions().get("password"))
                    .isEqualTo(password);
            assertThat(settings.toString()).doesNotContain("simple");
        }
    }

    @ParameterizedTest
    @CsvSource({"ca.pem, PEM", "ca.jks, JKS", "ca.p12, PKCS12", "CA.PFX, PKCS12", "ca.crt, PEM"})
    void shouldTakeTheKindOfTrustStoreFromItsName(String file, String type) {
        // When
        Map<String, Object> settings = new TargetSettings(secured("PLAIN", "p", Path.of(file)), 1).admin();

        // Then
        assertThat(settings)
                .containsEntry(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, type)
                .containsEntry(SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG, file);
        if (type.equals("PEM")) {
            assertThat(settings).doesNotContainKey(SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG);
        } else {
            assertThat(settings).containsEntry(SslConfigs.SSL_TRUSTSTORE_PASSWORD_CONFIG, new Password("changeit"));
        }
    }
}
