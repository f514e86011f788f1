package io.tailrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.SharedBroker;
import io.tailrace.e2e.client.Capability;
import io.tailrace.e2e.client.ClientKind;
import io.tailrace.e2e.client.ConsumerSettings;
import io.tailrace.e2e.client.EachClient;
import io.tailrace.e2e.client.Message;
import io.tailrace.e2e.client.ProducerSettings;
import io.tailrace.e2e.client.ReceivedRecord;
import io.tailrace.e2e.client.ScenarioClient;
import io.tailrace.e2e.client.ScenarioConsumer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Every codec of every client is understood, and what is served is understood by every client. */
@Execution(ExecutionMode.CONCURRENT)
class CompressionScenariosIT {

    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @RegisterExtension
    static final SharedBroker BROKER = SharedBroker.ofAllClasses();

    @EachClient
    void shouldStoreWhatEveryCodecBrings(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        ScenarioClient client = BROKER.client(kind);
        List<Message> sent = new ArrayList<>();

        // When: one partition holds batches of every codec
        for (String codec : CODECS) {
            List<Message> batch = batch(partition, codec);
            client.producer(ProducerSettings.PLAIN.withCodec(codec).withLingerMs(20))
                    .send(batch);
            sent.addAll(batch);
        }

        // Then
        List<ReceivedRecord> stored = Reading.all(BROKER, partition);
        assertThat(stored).extracting(ReceivedRecord::offset).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            Reading.assertSame(sent.get(i), stored.get(i));
        }
    }

    /** Text that shrinks, noise that does not, one byte, and nothing. */
    private static List<Message> batch(TopicPartition partition, String codec) {
        byte[] noise = new byte[50_000];
        new Random(1).nextBytes(noise);
        List<Message> batch = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            batch.add(Message.to(partition, "key " + i, codec + " is the codec of record " + i)
                    .at(1_700_000_000_000L + i));
        }
        Message plain = Message.to(partition, null).at(1_700_000_000_100L);
        batch.add(plain.with(null, Message.bytes("compress me ".repeat(30_000))));
        batch.add(plain.with(null, Bytes.wrap(noise)));
        batch.add(plain.with(Message.bytes("k"), Message.bytes("v")));
        batch.add(plain.with(Message.bytes("k"), Message.bytes("")));
        return batch;
    }

    /** KafkaJS comes with gzip alone. */
    private static List<String> readableBy(ClientKind kind) {
        return kind == ClientKind.KAFKAJS && SharedBroker.SERVES_AS_PRODUCED ? List.of("none", "gzip") : CODECS;
    }

    @EachClient(can = {Capability.BASICS, Capability.ASSIGN})
    void shouldReadWhatEveryCodecBrought(ClientKind kind) {
        // Given
        TopicPartition partition = BROKER.freshPartition();
        List<Message> sent = new ArrayList<>();
        for (String codec : readableBy(kind)) {
            List<Message> batch = batch(partition, codec);
            BROKER.client(ClientKind.JAVA)
                    .producer(ProducerSettings.PLAIN.withCodec(codec).withLingerMs(20))
                    .send(batch);
            sent.addAll(batch);
        }
        ScenarioConsumer consumer = BROKER.client(kind).consumer(ConsumerSettings.PLAIN);

        // When
        consumer.assign(Map.of(partition, 0L));

        // Then
        List<ReceivedRecord> received = consumer.take(sent.size(), LIMIT);
        assertThat(received).hasSameSizeAs(sent);
        for (int i = 0; i < sent.size(); i++) {
            Reading.assertSame(sent.get(i), received.get(i));
        }
    }
}
