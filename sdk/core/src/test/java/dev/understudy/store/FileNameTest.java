package dev.understudy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Any key has a name of its own in the directory, and an ordinary one is readable. */
class FileNameTest {

    @ParameterizedTest
    @CsvSource({
        "qa_agent, qa_agent",
        "qa_agent.insight, qa_agent.insight",
        "support-agent-2, support-agent-2",
        "QA, %51%41",
        "team/qa:v2, team%2fqa%3av2",
        "., %2e",
        ".., %2e.",
        "../../etc/passwd, %2e.%2f..%2fetc%2fpasswd",
        "a%2fb, a%252fb",
        "é, %c3%a9",
        "con, %63on",
        "con.insight, %63on.insight",
        "console, console",
    })
    void a_name_says_which_key_it_is(String key, String name) {
        assertThat(FileName.of(key)).isEqualTo(name);
    }

    @Test
    void a_name_is_short_enough_for_every_file_system() {
        assertThat(FileName.of("世".repeat(200)))
                .hasSize(165)
                .startsWith("%e4%b8%96%e4")
                .contains("~");
        assertThat(FileName.of("x".repeat(200))).isEqualTo("x".repeat(200));
    }

    @Test
    void two_keys_never_have_one_name_even_where_case_does_not_count() {
        Random random = new Random(5);
        char[] alphabet = "aAbB.%/~_-2fF4É".toCharArray();
        Map<String, String> keys = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            StringBuilder key = new StringBuilder();
            for (int length = 1 + random.nextInt(random.nextInt(40) == 0 ? 200 : 4); length > 0; length--) {
                key.append(alphabet[random.nextInt(alphabet.length)]);
            }
            String name = FileName.of(key.toString());
            assertThat(name).matches("[a-z0-9_%~.-]+").doesNotStartWith(".");
            String other = keys.put(name.toLowerCase(Locale.ROOT), key.toString());
            assertThat(other == null || other.contentEquals(key)).as(name).isTrue();
        }
    }
}
