package io.tailrace.e2e.client;

import io.tailrace.e2e.record.HeaderField;
import io.tailrace.e2e.record.LogRecord;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** What kcat takes and prints: lines of {@code key<TAB>value} in, records by a format of ours out. Stateless. */
public final class KcatText {

    private static final String FORMAT = "%o %T key %K %k value %S %s headers %h\\n";
    private static final List<HeaderField> HEADERS = List.of(
            new HeaderField("source", bytes("kcat")),
            new HeaderField("source", bytes("again")),
            new HeaderField("empty", bytes("")),
            new HeaderField("none", null));

    private KcatText() {}

    /** Records of text; some without a key or a value, none without both. The timestamp is kcat's to choose. */
    public static List<LogRecord> records(TopicPartition partition, int count) {
        List<LogRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Bytes key = i % 11 == 2 ? null : bytes("key-" + i % 10);
            Bytes value = i % 11 == 1 ? null : bytes("grüße " + i + " " + partition + " ");
            records.add(new LogRecord(key, value, HEADERS, 0));
        }
        return records;
    }

    /** {@code -Z} makes an empty key or value null. */
    public static String[] producerArguments(TopicPartition partition, String codec) {
        List<String> arguments = new ArrayList<>(List.of("-P", "-t", partition.topic()));
        arguments.addAll(List.of("-p", Integer.toString(partition.partition()), "-K", "\t", "-Z", "-z", codec));
        arguments.addAll(List.of("-H", "source=kcat", "-H", "source=again", "-H", "empty=", "-H", "none"));
        return arguments.toArray(new String[0]);
    }

    public static byte[] producerInput(List<LogRecord> records) {
        return records.stream()
                .map(record -> text(record.key()) + "\t" + text(record.value()) + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
    }

    public static String[] consumerArguments(TopicPartition partition) {
        String id = Integer.toString(partition.partition());
        return new String[] {"-C", "-t", partition.topic(), "-p", id, "-o", "beginning", "-e", "-q", "-f", FORMAT};
    }

    /** What kcat prints for a partition that holds these records, byte by byte. */
    public static byte[] consumerOutput(List<LogRecord> records) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        for (int i = 0; i < records.size(); i++) {
            LogRecord record = records.get(i);
            append(output, i + " " + record.timestamp() + " key ");
            appendSized(output, record.key());
            append(output, " value ");
            appendSized(output, record.value());
            append(output, " headers ");
            appendHeaders(output, record.headers());
            append(output, "\n");
        }
        return output.toByteArray();
    }

    private static void appendSized(ByteArrayOutputStream output, @Nullable Bytes bytes) {
        append(output, (bytes == null ? -1 : bytes.get().length) + " ");
        if (bytes != null) {
            output.writeBytes(bytes.get());
        }
    }

    /** Names and values of headers are C strings to kcat: they end at a NUL. */
    private static void appendHeaders(ByteArrayOutputStream output, List<HeaderField> headers) {
        for (int i = 0; i < headers.size(); i++) {
            HeaderField header = headers.get(i);
            append(output, i == 0 ? "" : ",");
            appendUpToNul(output, header.key().getBytes(StandardCharsets.UTF_8));
            append(output, "=");
            Bytes value = header.value();
            if (value == null) {
                append(output, "NULL");
            } else {
                appendUpToNul(output, value.get());
            }
        }
    }

    private static void appendUpToNul(ByteArrayOutputStream output, byte[] bytes) {
        for (int i = 0; i < bytes.length && bytes[i] != 0; i++) {
            output.write(bytes[i]);
        }
    }

    private static void append(ByteArrayOutputStream output, String text) {
        output.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(@Nullable Bytes bytes) {
        return bytes == null ? "" : new String(bytes.get(), StandardCharsets.UTF_8);
    }

    private static Bytes bytes(String text) {
        return Bytes.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
