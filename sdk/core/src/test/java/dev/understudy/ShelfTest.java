package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class ShelfTest {

    private static final long KEPT = Shelf.KEPT.toNanos();
    private static final long START = Long.MAX_VALUE - KEPT / 2; // a clock may overflow

    private final Shelf<StringBuilder> shelf = new Shelf<>();
    private final StringBuilder first = shelf.getOrPut("a", () -> new StringBuilder("first"));

    private void clear(long at) {
        shelf.clear(at, state -> false);
    }

    @Test
    void what_is_named_is_kept_for_ever() {
        shelf.named(Set.of("a"), START);
        clear(START + 100 * KEPT);
        assertThat(shelf.get("a")).isSameAs(first);
    }

    @Test
    void what_is_not_named_is_kept_for_a_while() {
        shelf.named(Set.of(), START);
        clear(START + KEPT - 1);
        assertThat(shelf.all()).containsExactly(first);
        clear(START + KEPT);
        assertThat(shelf.all()).isEmpty();
    }

    @Test
    void the_while_begins_when_it_was_named_last() {
        shelf.named(Set.of(), START);
        shelf.named(Set.of(), START + KEPT / 2);
        clear(START + KEPT);
        assertThat(shelf.all()).isEmpty();
    }

    @Test
    void what_comes_back_in_time_is_the_same() {
        shelf.named(Set.of(), START);
        clear(START + KEPT - 1);
        assertThat(shelf.getOrPut("a", StringBuilder::new)).isSameAs(first);
        shelf.named(Set.of("a"), START + KEPT - 1);
        clear(START + 3 * KEPT);
        assertThat(shelf.get("a")).isSameAs(first);
    }

    @Test
    void what_is_busy_is_kept_however_long_that_takes() {
        shelf.named(Set.of(), START);
        shelf.clear(START + 5 * KEPT, state -> true);
        assertThat(shelf.get("a")).isSameAs(first);
        clear(START + 5 * KEPT);
        assertThat(shelf.get("a")).isNull();
    }
}
