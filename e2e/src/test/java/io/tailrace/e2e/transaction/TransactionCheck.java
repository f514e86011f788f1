package io.tailrace.e2e.transaction;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** Compares what workers sent with what can be read. Stateless. */
public final class TransactionCheck {

    private TransactionCheck() {}

    /**
     * The log must hold the committed transactions, each whole, and nothing else; each transaction's records of a partition must
     * stand in the order in which they were sent, and the transactions of a life of a worker in theirs.
     *
     * @param attempts in the order of each worker's life
     * @param log each partition's records in offset order, read with read_committed
     * @return what is wrong, a sentence each; empty if nothing is
     */
    public static List<String> visible(List<Attempt> attempts, Map<TopicPartition, List<SentRecord>> log) {
        List<String> wrong = new ArrayList<>();
        Map<String, Map<TopicPartition, List<SentRecord>>> stored = byTransaction(log);
        for (Attempt attempt : attempts) {
            judge(attempt, stored.getOrDefault(attempt.transaction(), Map.of()), wrong);
            stored.remove(attempt.transaction());
        }
        stored.keySet().forEach(transaction -> wrong.add(transaction + " is in the log, but nobody began it"));
        wrong.addAll(moved(attempts, log));
        return wrong;
    }

    /**
     * Every consumed record before the group's committed offset must have led to exactly one visible record, no other to any.
     *
     * @param first the first offset of each input partition that was to be consumed
     * @param committed the group's offset of each input partition
     * @param log the output as it is read with read_committed
     */
    public static List<String> consumed(
            Map<Integer, Long> first, Map<Integer, Long> committed, Map<TopicPartition, List<SentRecord>> log) {
        Map<String, Integer> made = new TreeMap<>();
        log.values().forEach(records -> records.stream()
                .filter(record -> !record.source().isEmpty())
                .forEach(record -> made.merge(record.source(), 1, Integer::sum)));
        List<String> wrong = new ArrayList<>();
        committed.forEach((partition, end) -> {
            for (long offset = first.getOrDefault(partition, 0L); offset < end; offset++) {
                Integer count = made.remove(partition + ":" + offset);
                if (count == null || count != 1) {
                    wrong.add("the record consumed at " + partition + ":" + offset + " is there "
                            + (count == null ? 0 : count) + " times");
                }
            }
        });
        made.forEach((source, count) -> wrong.add(
                "the record consumed at " + source + " is there " + count + " times, but its offset is not committed"));
        return wrong;
    }

    private static void judge(Attempt attempt, Map<TopicPartition, List<SentRecord>> stored, List<String> wrong) {
        boolean whole = stored.equals(attempt.sent());
        boolean right =
                switch (attempt.outcome()) {
                    case COMMITTED -> whole;
                    case UNKNOWN -> whole || stored.isEmpty();
                    case OPEN, ABORTED -> stored.isEmpty();
                };
        if (!right) {
            wrong.add(attempt.transaction() + " is " + attempt.outcome() + ", sent " + attempt.sent()
                    + ", and in the log there is " + stored);
        }
    }

    private static Map<String, Map<TopicPartition, List<SentRecord>>> byTransaction(
            Map<TopicPartition, List<SentRecord>> log) {
        Map<String, Map<TopicPartition, List<SentRecord>>> result = new LinkedHashMap<>();
        log.forEach((partition, records) ->
                records.forEach(record -> result.computeIfAbsent(record.transaction(), key -> new HashMap<>())
                        .computeIfAbsent(partition, key -> new ArrayList<>())
                        .add(record)));
        return result;
    }

    /** Transactions of one worker's life that stand in a partition in another order than that of their beginnings. */
    private static List<String> moved(List<Attempt> attempts, Map<TopicPartition, List<SentRecord>> log) {
        Map<String, Integer> order = new HashMap<>();
        attempts.forEach(attempt -> order.put(attempt.transaction(), order.size()));
        List<String> wrong = new ArrayList<>();
        log.forEach((partition, records) -> {
            Map<String, String> lastOfLife = new HashMap<>();
            for (SentRecord record : records) {
                String transaction = record.transaction();
                String before = lastOfLife.put(life(transaction), transaction);
                if (before != null && order.getOrDefault(before, 0) > order.getOrDefault(transaction, 0)) {
                    wrong.add(partition + ": " + transaction + " stands after " + before);
                }
            }
        });
        return wrong;
    }

    /** {@code worker.life} of {@code worker.life.number}. */
    private static String life(String transaction) {
        return transaction.substring(0, transaction.lastIndexOf('.'));
    }
}
