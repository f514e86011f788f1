package io.tailrace.e2e.client;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs the command-line tools of Apache Kafka in this JVM, which spares starting one for each: what they print is taken down, and
 * where they would end the process they only end. Those that print when the process ends need one:
 * {@link io.tailrace.e2e.program.ToolProgram}. Thread-safe: there is one standard output.
 */
public final class KafkaTool {

    private KafkaTool() {}

    /**
     * What a tool left.
     *
     * @param output standard output and error
     */
    public record Result(int exitCode, String output) {

        public List<String> lines() {
            return output.lines().toList();
        }
    }

    /**
     * Runs it to its end, one at a time. What tests beside this one log meanwhile may be among the output.
     *
     * @param mainClass by its full name
     */
    public static synchronized Result run(String mainClass, String... arguments) {
        PrintStream standardOut = System.out;
        PrintStream standardError = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream capture = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        AtomicReference<Result> ended = new AtomicReference<>();
        Exit.Procedure end = (code, message) -> {
            // Some tools catch what follows and end once more.
            ended.compareAndSet(null, new Result(code, bytes.toString(StandardCharsets.UTF_8)));
            throw new Ended();
        };
        Exit.setExitProcedure(end);
        Exit.setHaltProcedure(end);
        System.setOut(capture);
        System.setErr(capture);
        try {
            call(mainClass, arguments);
            ended.compareAndSet(null, new Result(0, bytes.toString(StandardCharsets.UTF_8)));
            return Objects.requireNonNull(ended.get());
        } finally {
            System.setOut(standardOut);
            System.setErr(standardError);
            Exit.resetExitProcedure();
            Exit.resetHaltProcedure();
        }
    }

    private static void call(String mainClass, String... arguments) {
        try {
            Class.forName(mainClass).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            if (!(e.getCause() instanceof Ended)) {
                throw new AssertionError(mainClass + " failed", e.getCause());
            }
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(mainClass, e);
        }
    }

    /** Instead of the end of the process; an error, so that fewer tools catch it. */
    private static final class Ended extends Error {

        private static final long serialVersionUID = 1;
    }
}
