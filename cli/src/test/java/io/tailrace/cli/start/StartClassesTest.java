package io.tailrace.cli.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StartClassesTest {

    @Test
    void shouldNameClassesThatAreThere() throws Exception {
        // Given
        List<String> names = StartClasses.names();

        // When
        List<String> missing =
                names.stream().filter(name -> !StartClasses.isLoaded(name)).toList();

        // Then
        assertThat(names).hasSizeGreaterThan(3_000);
        assertThat(missing.size())
                .as(
                        "classes of classes.txt that are gone; DEVELOPMENT.md says how to write it anew. They begin with %s",
                        missing.stream().limit(20).toList())
                .isLessThan(names.size() / 20);
    }
}
