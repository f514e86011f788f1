package io.tailrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Modifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KafkaToolsTest {

    static Iterable<String> names() {
        return KafkaTools.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldHaveAMainMethod(String name) throws Exception {
        // When
        var main = KafkaTools.mainClass(name).getMethod("main", String[].class);

        // Then
        assertThat(Modifier.isStatic(main.getModifiers())).isTrue();
    }

    @Test
    void shouldTakeTheNameOfTheScriptToo() throws Exception {
        // When
        Class<?> tool = KafkaTools.mainClass("kafka-topics.sh");

        // Then
        assertThat(tool).isEqualTo(KafkaTools.mainClass("kafka-topics"));
    }
}
