package io.tailrace.forwarder.tables.json;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IsoTextTest {

    @ParameterizedTest
    @CsvSource({
        "2023-10-15, 2023-10-15",
        "2023-10-15 10:30:00, 2023-10-15T10:30:00",
        "2023-10-15 10:30:00.123456, 2023-10-15T10:30:00.123456",
        "0044-03-15 BC, -0043-03-15",
        "0001-12-31 23:59:59 BC, 0000-12-31T23:59:59",
        "12023-01-01, +12023-01-01",
        "infinity, infinity",
        "-infinity, -infinity",
    })
    void shouldWriteDates(String postgres, String iso) {
        assertThat(IsoText.date(postgres)).isEqualTo(iso);
    }

    @ParameterizedTest
    @CsvSource({
        "2023-10-15 10:30:00+00, 2023-10-15T10:30:00Z",
        "2023-10-15 10:30:00.5+02, 2023-10-15T10:30:00.5+02:00",
        "2023-10-15 10:30:00-03:30, 2023-10-15T10:30:00-03:30",
        "0044-03-15 10:00:00+00 BC, -0043-03-15T10:00:00Z",
        "infinity, infinity",
    })
    void shouldWriteTimesWithZones(String postgres, String iso) {
        assertThat(IsoText.timestampWithZone(postgres)).isEqualTo(iso);
    }
}
