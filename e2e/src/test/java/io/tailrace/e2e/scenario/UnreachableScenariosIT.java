package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.e2e.client.ClientException;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioClients;
import io.tailrace.local.FreePorts;

/** Nobody listens: clients say so in their own time, and do not hang. */
class UnreachableScenariosIT {

    @EachClient
    void shouldFailToProduce(ClientKind kind) {
        // Given
        try (ScenarioClient client = ScenarioClients.openAlone(kind, "127.0.0.1:" + FreePorts.next())) {
            // Then
            assertThatThrownBy(() -> client.producer(ProducerSettings.PLAIN.withDeliveryTimeoutMs(2_000))
                            .send(Message.to("nowhere", null, "lost")))
                    .isInstanceOf(ClientException.class);
            client.kill();
        }
    }
}
