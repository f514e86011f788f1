package io.tailrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalKafkaIT {

    private static LocalKafka kafka;

    @BeforeAll
    static void start() {
        kafka = LocalKafka.start(KafkaOptions.temporary().withSecurity());
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @ParameterizedTest
    @CsvSource({
        "PLAINTEXT,''",
        "SSL,''",
        "SASL_PLAINTEXT,PLAIN",
        "SASL_PLAINTEXT,SCRAM-SHA-256",
        "SASL_SSL,PLAIN",
        "SASL_SSL,SCRAM-SHA-512"
    })
    void shouldAnswerOnEveryListener(KafkaListener listener, String mechanism) throws Exception {
        // When
        Map<String, Object> properties = kafka.clientProperties(listener, mechanism);

        // Then
        try (Admin admin = Admin.create(properties)) {
            assertThat(admin.describeCluster().nodes().get(20, TimeUnit.SECONDS))
                    .hasSize(1);
        }
    }

    @Test
    void shouldKeepTopicsOverStopAndKill() throws Exception {
        try (Admin admin = Admin.create(kafka.clientProperties(KafkaListener.PLAINTEXT))) {
            // Given
            admin.createTopics(List.of(new NewTopic("kept", 3, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);

            // When
            kafka.restart();
            kafka.kill();
            kafka.startAgain();

            // Then
            assertThat(admin.listTopics().names().get(20, TimeUnit.SECONDS)).contains("kept");
        }
    }
}
