package io.tailrace.forwarder.pipeline;

import io.tailrace.forwarder.sink.Followed;
import io.tailrace.forwarder.sink.TargetException;
import io.tailrace.forwarder.sink.TargetTopic;
import io.tailrace.forwarder.sink.TargetTopicException;
import io.tailrace.forwarder.sink.TargetTopics;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the target about its topics on a thread of its own, one question after the other: an admin client waits many
 * seconds for a target that is away, and nothing that is forwarded already may wait with it. Says once that the target
 * does not answer, and once that it does again. Thread-safe. Owns: the thread.
 */
final class TargetInquiries implements Inquiries {
    private static final Logger LOGGER = LoggerFactory.getLogger(TargetInquiries.class);

    private final TargetTopics target;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(TargetInquiries::thread);
    /** Written by its own thread only. */
    private volatile boolean away;

    TargetInquiries(TargetTopics target) {
        this.target = target;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "tailrace-target-topics");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public boolean isAway() {
        return away;
    }

    @Override
    public Future<Optional<Set<String>>> names() {
        return thread.submit(() -> ask(() -> Optional.of(target.names()), Optional.empty()));
    }

    @Override
    public Future<Preparation> prepare(TargetTopic topic, Collection<TopicPartition> unknown) {
        return thread.submit(() -> ask(() -> prepareNow(topic, unknown), new Preparation.Away()));
    }

    private Preparation prepareNow(TargetTopic topic, Collection<TopicPartition> unknown) {
        try {
            Followed settings = target.ensure(topic);
            return new Preparation.Ready(unknown.isEmpty() ? Map.of() : target.endOffsets(unknown), settings);
        } catch (TargetTopicException unfit) {
            return new Preparation.Unfit(String.valueOf(unfit.getMessage()));
        }
    }

    private <T> T ask(Callable<T> question, T noAnswer) throws Exception {
        try {
            T answer = question.call();
            onAnswer();
            return answer;
        } catch (TargetException failed) {
            // A topic that was made a moment ago may be unknown to other brokers of the target.
            if (!(failed.getCause() instanceof UnknownTopicOrPartitionException) && !thread.isShutdown()) {
                onNoAnswer(failed);
            }
            return noAnswer;
        }
    }

    private void onAnswer() {
        if (away) {
            away = false;
            LOGGER.atInfo().log("the target answers again");
        }
    }

    private void onNoAnswer(TargetException failed) {
        if (!away) {
            away = true;
            LOGGER.atWarn()
                    .addKeyValue("reason", failed.getMessage())
                    .log(
                            "the target does not answer; topics that are new to it wait, the others go on as soon as it takes records");
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
