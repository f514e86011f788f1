package io.tailrace.e2e.transaction;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;

/**
 * A file with a line for each step of a worker, handed to the operating system before the step is taken: {@code begin TX},
 * {@code send TX TOPIC PARTITION RECORD}, {@code commit TX}, and after it {@code committed TX} or {@code aborted TX}; each line
 * ends with the time. Survives {@code kill -9}; a last line that was cut off is left out. Confined to one thread.
 */
public final class Journal implements AutoCloseable {

    private static final Pattern SPACE = Pattern.compile(" ");

    private final OutputStream out;

    public Journal(Path file) {
        try {
            out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void begin(String transaction) {
        write("begin " + transaction);
    }

    void send(TopicPartition partition, SentRecord record) {
        write("send " + record.transaction() + " " + partition.topic() + " " + partition.partition() + " "
                + record.text());
    }

    void commit(String transaction) {
        write("commit " + transaction);
    }

    void committed(String transaction) {
        write("committed " + transaction);
    }

    void aborted(String transaction) {
        write("aborted " + transaction);
    }

    private void write(String line) {
        try {
            out.write((line + " " + Instant.now() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The transactions of a journal, in order; a worker that was killed before it began has none. */
    public static List<Attempt> read(Path file) {
        if (Files.notExists(file)) {
            return List.of();
        }
        try {
            String text = Files.readString(file);
            return attempts(
                    text.substring(0, text.lastIndexOf('\n') + 1).lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Attempt> attempts(List<String> lines) {
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        Map<String, Map<TopicPartition, List<SentRecord>>> sent = new LinkedHashMap<>();
        for (String line : lines) {
            String[] words = SPACE.split(line, -1);
            String transaction = words[1];
            switch (words[0]) {
                case "begin" -> outcomes.put(transaction, Outcome.OPEN);
                case "commit" -> outcomes.put(transaction, Outcome.UNKNOWN);
                case "committed" -> outcomes.put(transaction, Outcome.COMMITTED);
                case "aborted" -> outcomes.put(transaction, Outcome.ABORTED);
                default ->
                    sent.computeIfAbsent(transaction, key -> new LinkedHashMap<>())
                            .computeIfAbsent(
                                    new TopicPartition(words[2], Integer.parseInt(words[3])), key -> new ArrayList<>())
                            .add(SentRecord.parse(words[4]));
            }
        }
        List<Attempt> attempts = new ArrayList<>();
        outcomes.forEach((transaction, outcome) ->
                attempts.add(new Attempt(transaction, outcome, sent.getOrDefault(transaction, Map.of()))));
        return attempts;
    }
}
