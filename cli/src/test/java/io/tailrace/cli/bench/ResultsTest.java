package io.tailrace.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class ResultsTest {

    @Test
    void shouldTakeTheMedianOfTheRounds() throws Exception {
        // Given
        Results results = new Results();
        for (double value : new double[] {10, 50, 30}) {
            results.add("produce-100", Contender.TAILRACE, value);
        }
        for (double value : new double[] {100, 20, 200, 40}) {
            results.add("produce-100", Contender.KAFKA, value);
        }

        // When
        String json = new ObjectMapper().writeValueAsString(results.lines());

        // Then
        assertThat(json)
                .isEqualTo("[{\"workload\":\"produce-100\",\"format\":\"records\",\"tailrace\":30.0,\"kafka\":70.0,"
                        + "\"unit\":\"records/s\",\"ratio\":0.4286}]");
        assertThat(results.range("produce-100", Contender.KAFKA)).isEqualTo("20–200");
    }
}
