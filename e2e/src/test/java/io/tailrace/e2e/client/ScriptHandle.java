package io.tailrace.e2e.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;

/** A producer or consumer inside a driver script. Thread-safe. */
final class ScriptHandle {

    private final ScriptProcess process;
    private final long id;
    private final List<ScriptHandle> open;

    ScriptHandle(ScriptProcess process, long id, List<ScriptHandle> open) {
        this.process = process;
        this.id = id;
        this.open = open;
    }

    JsonNode call(String operation, ObjectNode arguments) {
        return call(operation, arguments, ScriptClient.LIMIT);
    }

    JsonNode call(String operation, ObjectNode arguments, Duration limit) {
        return process.call(id, operation, arguments, limit);
    }

    JsonNode call(String operation) {
        return call(operation, ScriptProcess.arguments());
    }

    void close() {
        if (open.remove(this)) {
            call("close");
        }
    }
}
