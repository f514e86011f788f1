package io.tailrace.broker.api.txn;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.tailrace.broker.api.Api;
import io.tailrace.broker.protocol.KafkaRequest;
import io.tailrace.broker.txn.TransactionCoordinator;
import io.tailrace.broker.txn.TransactionDescription;
import io.tailrace.broker.txn.TransactionState;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ListTransactionsResponse;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;

/**
 * ListTransactions, from memory: filtered by state, producer, duration and a regular expression for the transactional id. The
 * expression is RE2's, which takes linear time whatever a client sends.
 */
final class ListTransactionsApi implements Api {

    private final TransactionCoordinator transactions;
    private final Time time;

    ListTransactionsApi(TransactionCoordinator transactions, Time time) {
        this.transactions = transactions;
        this.time = time;
    }

    @Override
    public CompletableFuture<@Nullable AbstractResponse> handle(KafkaRequest request) {
        ListTransactionsRequestData list =
                (ListTransactionsRequestData) request.body().data();
        return CompletableFuture.completedFuture(new ListTransactionsResponse(list(list)));
    }

    private ListTransactionsResponseData list(ListTransactionsRequestData list) {
        ListTransactionsResponseData data = new ListTransactionsResponseData();
        Optional<Pattern> pattern;
        try {
            pattern = Optional.ofNullable(list.transactionalIdPattern())
                    .filter(text -> !text.isEmpty())
                    .map(Pattern::compile);
        } catch (PatternSyntaxException e) {
            return data.setErrorCode(Errors.INVALID_REGULAR_EXPRESSION.code());
        }
        Predicate<TransactionDescription> wanted = byState(list, data)
                .and(byProducer(list))
                .and(byDuration(list))
                .and(description -> pattern.isEmpty() || pattern.get().matches(description.transactionalId()));
        transactions.descriptions().stream().filter(wanted).forEach(description -> data.transactionStates()
                .add(new ListTransactionsResponseData.TransactionState()
                        .setTransactionalId(description.transactionalId())
                        .setProducerId(description.producer().producerId())
                        .setTransactionState(description.state().kafkaName())));
        return data;
    }

    /** States that there are not go into the answer. */
    private static Predicate<TransactionDescription> byState(
            ListTransactionsRequestData list, ListTransactionsResponseData data) {
        Set<TransactionState> states = new HashSet<>();
        for (String name : list.stateFilters()) {
            TransactionState.ofName(name).ifPresentOrElse(states::add, () -> data.unknownStateFilters()
                    .add(name));
        }
        return description -> list.stateFilters().isEmpty() || states.contains(description.state());
    }

    private static Predicate<TransactionDescription> byProducer(ListTransactionsRequestData list) {
        Set<Long> producers = new HashSet<>(list.producerIdFilters());
        return description ->
                producers.isEmpty() || producers.contains(description.producer().producerId());
    }

    private Predicate<TransactionDescription> byDuration(ListTransactionsRequestData list) {
        long nowMs = time.milliseconds();
        return description -> list.durationFilter() < 0 || nowMs - description.startedMs() > list.durationFilter();
    }
}
