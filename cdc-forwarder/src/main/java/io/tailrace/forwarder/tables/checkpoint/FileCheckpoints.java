package io.tailrace.forwarder.tables.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.forwarder.sink.ProducerIdentity;
import io.tailrace.forwarder.tables.TablesException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;

/**
 * The checkpoint in a file, as JSON with {@code lsn}, {@code timestamp} and {@code message_count}, which is what
 * pg-replicate-kafka writes, and the producer's identity. A new file takes the place of the old one at once, so a crash
 * leaves the one or the other. Confined to one thread.
 */
public final class FileCheckpoints implements CheckpointStore {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    public FileCheckpoints(Path file) {
        this.file = file.toAbsolutePath();
    }

    @Override
    public Checkpoint load(Connection unused) {
        if (!Files.exists(file)) {
            return Checkpoint.NONE;
        }
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            if (!json.path("lsn").isTextual()) {
                throw new TablesException(
                        "%s is not a checkpoint; set replication.checkpoint_file to another name".formatted(file));
            }
            long lsn = LogSequenceNumber.valueOf(json.path("lsn").asText()).asLong();
            return new Checkpoint(lsn, json.path("message_count").asLong(), producer(json));
        } catch (JsonProcessingException broken) {
            throw new TablesException(
                    "%s is not a checkpoint; set replication.checkpoint_file to another name".formatted(file));
        } catch (IOException failed) {
            throw new TablesException("the checkpoint %s cannot be read: %s".formatted(file, failed));
        }
    }

    private static @Nullable ProducerIdentity producer(JsonNode json) {
        return json.has("producer_id")
                ? new ProducerIdentity(json.path("producer_id").asLong(), (short)
                        json.path("producer_epoch").asInt())
                : null;
    }

    @Override
    public void save(Connection unused, Checkpoint checkpoint) {
        ObjectNode json = JSON.createObjectNode()
                .put("lsn", LogSequenceNumber.valueOf(checkpoint.lsn()).asString())
                .put("timestamp", Instant.now().toString())
                .put("message_count", checkpoint.messageCount());
        ProducerIdentity producer = checkpoint.producer();
        if (producer != null) {
            json.put("producer_id", producer.producerId()).put("producer_epoch", producer.epoch());
        }
        try {
            replace(JSON.writeValueAsBytes(json));
        } catch (IOException failed) {
            throw new TablesException("the checkpoint %s cannot be written: %s".formatted(file, failed));
        }
    }

    private void replace(byte[] content) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public String howToRemove() {
        return "remove the file " + file;
    }
}
