package dev.understudy.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.event.ArmCounts;
import dev.understudy.evidence.Guard;
import dev.understudy.evidence.GuardEvidence;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

    @ParameterizedTest
    @CsvSource({
        "LATENCY_LIMIT, 3, 3, 3, 3 bad calls",
        "LATENCY_LIMIT, 1, 0, 1, 1 bad call",
        "ERROR_CAP, 12, 12, 0, 12 failed calls",
        "ERROR_INCREASE, 3, 3, 3, 3 bad calls",
        "ERROR_INCREASE, 3, 7, 0, failed calls of 3 units",
        "LATENCY_INCREASE, 1, 0, 9, slow calls of 1 unit",
    })
    void what_a_guard_counted_is_called_by_its_name(Guard guard, long bad, long errors, long slow, String words) {
        GuardEvidence evidence = new GuardEvidence(guard, 5, 5, bad, 100);

        assertThat(Words.counted(evidence, new ArmCounts(100, errors, slow))).isEqualTo(words);
    }
}
