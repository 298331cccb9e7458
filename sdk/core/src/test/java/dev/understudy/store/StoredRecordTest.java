package dev.understudy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A record checks itself, and nobody changes it afterwards. */
class StoredRecordTest {

    @Test
    void it_copies_its_fields_in_the_order_of_their_names() {
        SortedMap<String, String> given = new TreeMap<>(Collections.reverseOrder());
        given.putAll(Map.of("a", "1", "b", "2"));

        StoredRecord record = new StoredRecord(1, given);
        given.clear();

        assertThat(record.fields()).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
        assertThat(record.fields()).isUnmodifiable();
        assertThat(record.field("a")).contains("1");
        assertThat(record.field("c")).isEmpty();
    }

    @Test
    void the_next_one_is_one_epoch_later() {
        assertThat(StoredRecord.first(Map.of("a", "1")).next(Map.of("b", "2")))
                .isEqualTo(new StoredRecord(2, new TreeMap<>(Map.of("b", "2"))));
    }

    @Test
    void its_bounds_are_checked() {
        SortedMap<String, String> none = Collections.emptySortedMap();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StoredRecord(0, none))
                .withMessage("epoch is 1 or more, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoredRecord.first(Map.of("", "x")))
                .withMessage("the name of a field is 1 to 200 characters, not 0");
        assertThatIllegalArgumentException().isThrownBy(() -> StoredRecord.first(Map.of("x".repeat(201), "x")));
        assertThatNullPointerException().isThrownBy(() -> {
            Map<String, String> nothing = new HashMap<>();
            nothing.put("a", null);
            StoredRecord.first(nothing);
        });
    }

    @Test
    void the_bound_on_its_size_counts_what_is_written() {
        int room = StoredRecord.MAX_BYTES - "a=\n".length();
        StoredRecord.first(Map.of("a", "\n".repeat(room / 2)));
        StoredRecord.first(Map.of("a", "\u0001".repeat(room / 6)));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoredRecord.first(Map.of("a", "x".repeat(room + 1))))
                .withMessage("a record is at most 262144 bytes, not 262145; keep less of what is past");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StoredRecord.first(Map.of("a", "\u0001".repeat(room / 5))));
        assertThatIllegalArgumentException().isThrownBy(() -> StoredRecord.first(Map.of("a", "世".repeat(room / 2))));
    }

    @Test
    void the_largest_one_with_the_longest_key_is_a_file_that_is_read() {
        StoredRecord largest = new StoredRecord(
                Long.MAX_VALUE, new TreeMap<>(Map.of("a", "x".repeat(StoredRecord.MAX_BYTES - "a=\n".length()))));
        String key = "\u0001".repeat(RolloutStore.MAX_KEY_LENGTH);

        byte[] text = RecordFormat.encode(key, largest);

        assertThat(text).hasSizeLessThanOrEqualTo(RecordFormat.MAX_BYTES);
        assertThat(RecordFormat.decode("here", key, text)).isEqualTo(largest);
    }

    @Test
    void any_text_is_one_line_and_comes_back() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(12); length > 0; length--) {
                char any = (char) random.nextInt(
                        switch (random.nextInt(3)) {
                            case 0 -> 0x80;
                            case 1 -> 0x2100;
                            default -> 0x10000;
                        });
                text.append(random.nextInt(8) == 0 ? '\\' : any);
            }
            String value = text.toString();
            String name = "n" + value;

            String line = RecordText.line(name, value);

            int equals = line.indexOf('=');
            assertThat(line).endsWith("\n");
            assertThat(line.substring(0, line.length() - 1).chars()).noneMatch(Character::isISOControl);
            assertThat(new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(line);
            assertThat(RecordText.unescaped(line.substring(0, equals))).isEqualTo(name);
            assertThat(RecordText.unescaped(line.substring(equals + 1, line.length() - 1)))
                    .isEqualTo(value);
        }
    }
}
