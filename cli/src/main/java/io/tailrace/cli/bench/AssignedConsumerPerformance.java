package io.tailrace.cli.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.tools.ConsumerPerformance;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's ConsumerPerformance with a consumer that takes all partitions of the topic by itself instead of joining a
 * group, so that the time of a rebalance is no part of what is measured, and the broker needs no groups for it. The same
 * for both contenders.
 */
public final class AssignedConsumerPerformance {

    private AssignedConsumerPerformance() {}

    /** Takes the arguments of ConsumerPerformance. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        Function<Properties, Consumer<?, ?>> creator = AssignedConsumerPerformance::consumer;
        // The tool's own tests give it a consumer in this way; the method is not public.
        Method run = ConsumerPerformance.class.getDeclaredMethod("run", String[].class, Function.class);
        run.setAccessible(true);
        run.invoke(null, arguments, creator);
    }

    private static Consumer<?, ?> consumer(Properties properties) {
        properties.remove(ConsumerConfig.GROUP_ID_CONFIG);
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties);
        return (Consumer<?, ?>) Proxy.newProxyInstance(
                AssignedConsumerPerformance.class.getClassLoader(),
                new Class<?>[] {Consumer.class},
                (proxy, method, arguments) -> call(consumer, method, arguments));
    }

    private static @Nullable Object call(KafkaConsumer<byte[], byte[]> consumer, Method method, Object[] arguments)
            throws Throwable {
        if (method.getName().equals("subscribe")) {
            assign(consumer, (Collection<?>) arguments[0], (ConsumerRebalanceListener) arguments[1]);
            return null;
        }
        try {
            return method.invoke(consumer, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static void assign(
            KafkaConsumer<byte[], byte[]> consumer, Collection<?> topics, ConsumerRebalanceListener listener) {
        List<TopicPartition> partitions = topics.stream()
                .flatMap(topic -> consumer.partitionsFor((String) topic).stream())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        listener.onPartitionsAssigned(partitions);
    }
}
