package io.tailrace.e2e.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * A client in another language: a driver script that takes commands and gives answers as JSON lines, and ends with its
 * standard input. Thread-safe. Owns: the process and the thread that reads its answers.
 */
final class ScriptProcess {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String name;
    private final Path errorFile;
    private final Process process;
    private final BufferedWriter input;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();

    private ScriptProcess(String name, Path errorFile, Process process) {
        this.name = name;
        this.errorFile = errorFile;
        this.process = process;
        this.input = process.outputWriter(StandardCharsets.UTF_8);
    }

    /**
     * Starts one.
     *
     * @param errorFile where it writes what it has to complain of
     */
    static ScriptProcess start(String name, List<String> command, Path errorFile) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(errorFile.toFile())
                    .start();
            ScriptProcess script = new ScriptProcess(name, errorFile, process);
            Thread reader = new Thread(script::readAnswers, name + "-answers");
            reader.setDaemon(true);
            reader.start();
            return script;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ObjectNode arguments() {
        return MAPPER.createObjectNode();
    }

    /**
     * Waits for the answer.
     *
     * @param handle of a producer or consumer; null for what concerns the cluster
     */
    JsonNode call(@Nullable Long handle, String operation, ObjectNode arguments, Duration limit) {
        long id = ids.incrementAndGet();
        ObjectNode command = MAPPER.createObjectNode().put("id", id).put("op", operation);
        command.put("handle", handle);
        command.set("args", arguments);
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        write(command.toString());
        JsonNode result = await(answer, operation, limit);
        if (result.has("error")) {
            JsonNode error = result.get("error");
            short code = (short) error.path("code").asInt();
            throw new ClientException(
                    Errors.forCode(code),
                    operation + ": " + error.path("message").asText());
        }
        return result.path("result");
    }

    void kill() {
        process.destroyForcibly();
    }

    private synchronized void write(String line) {
        try {
            input.write(line);
            input.newLine();
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " has ended; see " + errorFile, e);
        }
    }

    private JsonNode await(CompletableFuture<JsonNode> answer, String operation, Duration limit) {
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new AssertionError(name + " did not answer " + operation + "; see " + errorFile, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private void readAnswers() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                JsonNode answer = MAPPER.readTree(line);
                CompletableFuture<JsonNode> waiter =
                        waiting.remove(answer.path("id").asLong());
                if (waiter != null) {
                    waiter.complete(answer);
                }
            }
            failAll(new IOException(name + " has ended"));
        } catch (IOException e) {
            failAll(e);
        }
    }

    private void failAll(IOException cause) {
        waiting.values().forEach(waiter -> waiter.completeExceptionally(cause));
    }
}
