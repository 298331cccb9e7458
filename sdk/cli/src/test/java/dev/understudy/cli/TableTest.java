package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void columns_are_aligned_and_numbers_end_at_the_right() {
        assertThat(new Table("NAME", ">N", "WHY")
                        .row("a", 5, "x")
                        .row("longer", 12345, "y")
                        .toString())
                .isEqualTo("""
                        NAME        N  WHY
                        a           5  x
                        longer  12345  y
                        """.replace("\n", System.lineSeparator()));
    }

    @Test
    void what_is_too_long_is_wrapped_at_blanks_within_its_column() {
        String text = new Table("A", "B").row("x", "word ".repeat(40).strip()).toString();

        assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(Table.WIDTH));
        assertThat(text.lines().skip(2)).allSatisfy(line -> assertThat(line).startsWith("   word"));
        assertThat(text.split("word", -1)).hasSize(41);
    }

    @Test
    void a_word_that_is_too_long_is_broken_and_nothing_of_it_is_lost() {
        String text = new Table("A", "B").row("y".repeat(150), "z".repeat(150)).toString();

        assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(Table.WIDTH));
        assertThat(text.chars().filter(c -> c == 'y')).hasSize(150);
        assertThat(text.chars().filter(c -> c == 'z')).hasSize(150);
    }

    @Test
    void where_every_column_is_as_narrow_as_its_words_the_table_is_wider_and_no_word_is_broken() {
        String text = new Table("AGENT", "PHASE", "SHARE", "STEP", "SINCE", "REASON", "DECIDED BY", "MODEL")
                .row(
                        "support_agent",
                        "ROLLED_BACK",
                        "0%",
                        "1 of 2",
                        "2026-11-30T18:20:00Z",
                        "GUARD",
                        "guard",
                        "a-tuned")
                .row(
                        "legal_agent",
                        "OFF",
                        "0%",
                        "1 of 2",
                        "2026-11-30T18:20:01Z",
                        "KILL_SWITCH",
                        "an operator",
                        "legal-tuned-v1.4")
                .toString();

        assertThat(text)
                .contains(
                        "ROLLED_BACK", "KILL_SWITCH", "2026-11-30T18:20:00Z", "2026-11-30T18:20:01Z", "support_agent");
        assertThat(text.lines().mapToInt(String::length).max().orElseThrow()).isGreaterThan(Table.WIDTH);
    }

    @Test
    void what_a_terminal_would_obey_is_not_written() {
        assertThat(new Table("A").row("\u001b[31m\r\n\u202e\u009b").toString())
                .contains("?[31m????")
                .doesNotContain("\u001b");
    }

    @Test
    void characters_outside_of_the_basic_plane_are_not_broken() {
        assertThat(new Table("A").row("🚀".repeat(150)).toString()).doesNotContain("?");
    }
}
