package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.testing.Rule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events after the grammar of WHATWG, however their bytes are split. */
class EventStreamTest {

    /** Notes {@code type|data} of each event. */
    private static final class Notes implements EventStream.Handler {
        private final List<String> events = new ArrayList<>();

        @Override
        public boolean event(String type, byte[] data, int length) {
            events.add((type == null ? "" : type) + "|" + new String(data, 0, length, StandardCharsets.UTF_8));
            return true;
        }
    }

    private static List<String> events(byte[]... parts) throws IOException {
        Notes notes = new Notes();
        EventStream stream = new EventStream(notes, 1 << 20, 1_000);
        for (byte[] part : parts) {
            assertThat(stream.accept(part, 0, part.length)).isEqualTo(part.length);
        }
        return notes.events;
    }

    private static List<String> events(String whole) throws IOException {
        return events(whole.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void lines_end_in_three_ways(String end) throws IOException {
        assertThat(events(String.join(end, "data: a", "", "data: b", "data: c", "", "data: cut")))
                .containsExactly("|a", "|b\nc");
    }

    @Test
    void the_examples_of_the_standard_give_what_it_says() throws IOException {
        // HTML, section 9.2.6.
        assertThat(events("data: YHOO\ndata: +2\ndata: 10\n\n")).containsExactly("|YHOO\n+2\n10");
        assertThat(events(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n"))
                .containsExactly("|first event", "|second event");
        assertThat(events("data\n\ndata\ndata\n\ndata:")).containsExactly("|", "|\n");
        assertThat(events("data:test\n\ndata: test\n\n")).containsExactly("|test", "|test");
    }

    @Test
    void types_belong_to_one_event_and_other_fields_mean_nothing() throws IOException {
        assertThat(events("event: error\ndata: x\n\ndata: y\nretry: 5\nunknown: z\n\nevent: lost\n\ndata: w\n\n"))
                .containsExactly("error|x", "|y", "|w");
    }

    @Test
    void a_byte_order_mark_counts_at_the_very_beginning_only() throws IOException {
        assertThat(events("\ufeffdata: a\n\n\ufeffdata: b\n\ndata: c\n\n")).containsExactly("|a", "|c");
    }

    @Test
    @Rule("R20")
    void an_event_that_is_cut_is_none() throws IOException {
        assertThat(events("data: a\n\ndata: b\n")).containsExactly("|a");
        assertThat(events("data: a\n\ndata: [DONE]")).containsExactly("|a");
    }

    @Test
    void who_wants_no_more_hears_no_more_and_knows_where_it_stopped() throws IOException {
        byte[] bytes = "data: a\n\ndata: b\n\n".getBytes(StandardCharsets.UTF_8);
        EventStream stream = new EventStream((type, data, length) -> false, 100, 100);
        assertThat(stream.accept(bytes, 0, bytes.length)).isEqualTo(9);
    }

    @Test
    @Rule("R29")
    void lines_events_and_their_number_are_bounded() throws IOException {
        byte[] blank = " ".repeat(64).getBytes(StandardCharsets.US_ASCII);
        EventStream line = new EventStream(new Notes(), 1_000, 10);
        assertThatThrownBy(() -> {
                    while (true) {
                        line.accept(blank, 0, blank.length);
                    }
                })
                .isInstanceOf(TooLarge.class);
        assertThat(line.heldBytes()).isLessThan(5_000);

        byte[] data = ("data: " + "x".repeat(50) + "\n").getBytes(StandardCharsets.US_ASCII);
        EventStream event = new EventStream(new Notes(), 1_000, 10);
        assertThatThrownBy(() -> {
                    while (true) {
                        event.accept(data, 0, data.length);
                    }
                })
                .isInstanceOf(TooLarge.class);

        byte[] tiny = "data:x\n\n".getBytes(StandardCharsets.US_ASCII);
        Notes heard = new Notes();
        EventStream events = new EventStream(heard, 1_000, 10);
        assertThatThrownBy(() -> {
                    while (true) {
                        events.accept(tiny, 0, tiny.length);
                    }
                })
                .isInstanceOf(TooLarge.class);
        assertThat(heard.events).hasSize(10);
    }

    @Test
    void ten_thousand_streams_give_the_same_events_however_they_are_split() throws IOException {
        for (int seed = 0; seed < 10_000; seed++) {
            byte[] stream = randomStream(new Random(seed));
            List<String> expected = reference(stream);
            for (int at = 0; at <= stream.length; at++) {
                List<String> heard = events(Arrays.copyOf(stream, at), Arrays.copyOfRange(stream, at, stream.length));
                if (!heard.equals(expected)) { // as an assertion it would cost more than the rest
                    assertThat(heard).as("seed %d, split at %d", seed, at).isEqualTo(expected);
                }
            }
            byte[][] single = new byte[stream.length][];
            for (int i = 0; i < stream.length; i++) {
                single[i] = new byte[] {stream[i]};
            }
            assertThat(events(single)).as("seed %d, byte by byte", seed).isEqualTo(expected);
        }
    }

    private static byte[] randomStream(Random random) {
        String[] pieces = {
            "data",
            "data:",
            "data: ",
            "event: error",
            "event",
            ":",
            ": ping",
            "id: 7",
            "retry: 1",
            "datax: y",
            " data: z",
            "{\"a\":\"é€😀\"}",
            "[DONE]",
            "x",
            " ",
            "\n",
            "\r",
            "\r\n",
            "\n\n",
            "\r\r",
            "\r\n\r\n",
            "\ufeff",
            "\0"
        };
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        int length = 3 + random.nextInt(12);
        for (int i = 0; i < length; i++) {
            stream.writeBytes(pieces[random.nextInt(pieces.length)].getBytes(StandardCharsets.UTF_8));
        }
        return stream.toByteArray();
    }

    /** The standard's own words, written down as simply as can be: the whole text, line by line. */
    private static List<String> reference(byte[] stream) {
        String text = new String(stream, StandardCharsets.UTF_8);
        if (text.startsWith("\ufeff")) {
            text = text.substring(1);
        }
        List<String> events = new ArrayList<>();
        StringBuilder data = new StringBuilder();
        String type = "";
        String[] lines = text.split("\r\n|\r|\n", -1);
        for (int i = 0; i < lines.length - 1; i++) { // what follows the last line end is no line
            String line = lines[i];
            if (line.isEmpty()) {
                if (data.length() > 0) {
                    events.add(type + "|" + data.substring(0, data.length() - 1));
                }
                data.setLength(0);
                type = "";
                continue;
            }
            int colon = line.indexOf(':');
            String field = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1);
            value = value.startsWith(" ") ? value.substring(1) : value;
            if (field.equals("data")) {
                data.append(value).append('\n');
            } else if (field.equals("event")) {
                type = value;
            }
        }
        return events;
    }
}
