package io.tailrace.broker.txn;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tailrace.broker.txn.PartitionMarker.Known;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.TransactionCoordinatorFencedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionMarkerTest {

    private static final Known KNOWN = new Known((short) 5, 2);

    private static PartitionMarker marker(int epoch, int coordinatorEpoch, int transactionVersion) {
        return new PartitionMarker(new ProducerIdentity(7, (short) epoch), false, coordinatorEpoch, transactionVersion);
    }

    @ParameterizedTest
    @CsvSource({"5, 0, true", "6, 0, true", "5, 1, false", "6, 2, true", "6, 2, false", "5, 2, false"})
    void shouldTakeWhatIsNotOlder(int epoch, int transactionVersion, boolean open) {
        assertThatCode(() -> marker(epoch, 2, transactionVersion).check(KNOWN, open))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"4, 0, true", "4, 1, false", "4, 2, false", "5, 2, true"})
    void shouldRefuseAnOlderProducer(int epoch, int transactionVersion, boolean open) {
        assertThatThrownBy(() -> marker(epoch, 2, transactionVersion).check(KNOWN, open))
                .isInstanceOf(InvalidProducerEpochException.class);
    }

    @Test
    void shouldRefuseAnOlderCoordinator() {
        assertThatThrownBy(() -> marker(5, 1, 0).check(KNOWN, true))
                .isInstanceOf(TransactionCoordinatorFencedException.class);
    }

    @Test
    void shouldEndTheLastEpochOfAll() {
        // Given
        Known last = new Known(Short.MAX_VALUE, 0);

        // Then
        assertThatCode(() -> marker(Short.MAX_VALUE, 0, 2).check(last, true)).doesNotThrowAnyException();
    }
}
