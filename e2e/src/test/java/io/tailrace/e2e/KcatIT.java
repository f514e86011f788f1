package io.tailrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tailrace.e2e.client.Kcat;
import io.tailrace.e2e.program.BrokerProgram;
import io.tailrace.e2e.program.Databases;
import io.tailrace.e2e.program.Programs;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a user does with kcat: list, produce, consume, ask for offsets. */
class KcatIT {

    @RegisterExtension
    static final Databases DATABASES = new Databases();

    @RegisterExtension
    final Programs programs = new Programs();

    private Kcat kcat;

    @BeforeEach
    void start() {
        Kcat.assumeInstalled();
        BrokerProgram broker = programs.startBroker(DATABASES.fresh(), Map.of("topics.default_partitions", "2"));
        kcat = new Kcat(programs.directory(), broker.bootstrapServers());
    }

    private String run(String input, String... arguments) {
        return new String(kcat.run(input.getBytes(StandardCharsets.UTF_8), arguments), StandardCharsets.UTF_8);
    }

    @Test
    void shouldListProduceConsumeAndAskForOffsets() {
        // When: the topic is made by asking for it
        run("one\ntwo\nthree\n", "-P", "-t", "words", "-p", "1", "-X", "enable.idempotence=true", "-z", "lz4");

        // Then
        assertThat(run("", "-L")).contains("broker 1000001 at 127.0.0.1").contains("topic \"words\" with 2 partitions");
        assertThat(run("", "-C", "-q", "-e", "-t", "words", "-o", "beginning", "-f", "%p %o %s\\n"))
                .isEqualTo("1 0 one\n1 1 two\n1 2 three\n");
        assertThat(run("", "-C", "-q", "-e", "-t", "words", "-p", "1", "-o", "-1", "-f", "%s\\n"))
                .isEqualTo("three\n");
        assertThat(run("", "-Q", "-t", "words:1:-1")).contains("words [1] offset 3");
        assertThat(run("", "-Q", "-t", "words:1:-2")).contains("words [1] offset 0");
    }
}
