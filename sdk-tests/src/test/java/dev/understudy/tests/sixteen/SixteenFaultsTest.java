package dev.understudy.tests.sixteen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The sixteen faults of provider failure, each met by a stream whose listener consents to restarts: the complete answer in
 * fifteen, the clean provider error for the content filter.
 */
@Rule({"R1", "R3", "R11", "R12", "R13", "R15", "R20"})
class SixteenFaultsTest {

    @ParameterizedTest
    @EnumSource(Fault.class)
    void on_a_clock_of_our_own(Fault fault) {
        try (Upstream upstream = new VirtualUpstream()) {
            fault.play(upstream);
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    @Tag("soak")
    @Timeout(120)
    void on_the_wire_in_real_time(Fault fault) {
        try (Upstream upstream = new WireUpstream()) {
            Fault.Seen seen = fault.play(upstream);
            System.out.println(row(fault, seen));
        }
    }

    @Test
    void the_page_shows_what_came_of_them() throws IOException {
        List<String> rows = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            try (Upstream upstream = new VirtualUpstream()) {
                rows.add(row(fault, fault.play(upstream)));
            }
        }
        assertThat(Files.readAllLines(Path.of("..", "docs", "streaming.md"))).containsSequence(rows);
    }

    private static String row(Fault fault, Fault.Seen seen) {
        return String.format(
                Locale.ROOT,
                "| %d | %s | %s | %d | %d | %d | %.1f s |",
                fault.ordinal() + 1,
                fault.words(),
                seen.failure() == null ? "complete, by the " + seen.by() : "`" + seen.by() + "`",
                seen.candidateAttempts(),
                seen.baselineAttempts(),
                seen.restarts(),
                seen.took().toMillis() / 1e3);
    }
}
