package io.tailrace.broker.log;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the headers of a record cost on their way to jsonb and back. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeaderJsonBenchmark {

    /** Headers of a record. */
    @Param({"1", "4"})
    public int headers;

    /** Whether their values are text, or bytes that become base64. */
    @Param({"text", "bytes"})
    public String values;

    private final HeaderJson headerJson = new HeaderJson();
    private Header[] decoded;
    private String encoded;

    @Setup
    public void make() {
        byte[] value = values.equals("text")
                ? "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".getBytes(StandardCharsets.UTF_8)
                : new byte[32];
        decoded = IntStream.range(0, headers)
                .mapToObj(number -> new RecordHeader("header-" + number, value))
                .toArray(Header[]::new);
        encoded = new String(headerJson.encode(decoded), StandardCharsets.UTF_8);
    }

    @Benchmark
    public byte[] encode() {
        return headerJson.encode(decoded);
    }

    @Benchmark
    public Header[] decode() {
        return HeaderJson.decode(encoded);
    }
}
