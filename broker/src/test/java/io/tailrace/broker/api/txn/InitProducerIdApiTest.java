package io.tailrace.broker.api.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.protocol.ClientConnection;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.protocol.TestConnection;
import io.tailrace.broker.txn.ProducerIdentity;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.InitProducerIdRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class InitProducerIdApiTest {

    private static final short VERSION = 5;

    private static final ClientConnection CONNECTION = new TestConnection();

    private static InitProducerIdResponseData ask(InitProducerIdApi api, @Nullable String transactionalId) {
        InitProducerIdRequest body = new InitProducerIdRequest.Builder(
                        new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(1000))
                .build(VERSION);
        // Kafka's own builder refuses to send an empty one.
        body.data().setTransactionalId(transactionalId);
        KafkaRequest request = new KafkaRequest(
                new RequestHeader(ApiKeys.INIT_PRODUCER_ID, VERSION, "client", 1), body, CONNECTION, 10);
        return (InitProducerIdResponseData) api.handle(request).join().data();
    }

    private static CompletableFuture<ProducerIdentity> fenced(
            String transactionalId, int timeoutMs, Optional<ProducerIdentity> expected) {
        return CompletableFuture.failedFuture(new ProducerFencedException("fenced"));
    }

    private static InitProducerIdApi failing(String sqlState) {
        return new InitProducerIdApi(
                () -> CompletableFuture.failedFuture(new CompletionException(new SQLException("no", sqlState))),
                InitProducerIdApiTest::fenced);
    }

    @Test
    void shouldGiveAnIdWithEpochZero() {
        // When
        InitProducerIdResponseData answer = ask(
                new InitProducerIdApi(() -> CompletableFuture.completedFuture(1L << 40), InitProducerIdApiTest::fenced),
                null);

        // Then
        assertThat(answer.producerId()).isEqualTo(1L << 40);
        assertThat(answer.producerEpoch()).isZero();
        assertThat(answer.errorCode()).isEqualTo(Errors.NONE.code());
    }

    @Test
    void shouldHaveClientsTryAgainWhilePostgresIsAway() {
        assertThat(ask(failing("08006"), null).errorCode()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS.code());
    }

    @Test
    void shouldNotHideOtherFailures() {
        assertThatThrownBy(() -> ask(failing("42P01"), null)).hasCauseInstanceOf(SQLException.class);
    }

    @Test
    void shouldRefuseAnEmptyTransactionalId() {
        assertThat(ask(failing("08006"), "").errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void shouldAnswerWhatTheCoordinatorSays() {
        assertThat(ask(failing("08006"), "t").errorCode()).isEqualTo(Errors.PRODUCER_FENCED.code());
    }
}
