package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.error.ConfigurationException;
import dev.understudy.rollout.RolloutSettings;
import dev.understudy.testing.Rule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file can be read while it is written, or be left half-written. Some halves are valid YAML; what such a half may do is proved
 * here, at every byte: take away whole settings from the end, never change one; and nothing at all, if the file has brackets.
 */
@Rule("R21")
class CutFilesTest {

    /** Lists, text without quotes, comments and everything else that can be cut in an ugly place. */
    private static final String UGLY = """
            models: {use_finetuned: false}
            providers:
              p:   # a comment
                api: openai
                base_url: 'http://localhost:8000/v1'
                options:
                  hosts:
                  - alpha
                  - beta
                  nested: { a: null, b: "two
                    lines" }
                  last: &anchor 1.25
                  again: *anchor
            deployments:
              m: {provider: p, stop: [a, "b"]}
              ünï:
                provider: p
            """;

    static Stream<String> files() {
        return Stream.of(Given.example(), Given.everyKey().replace("---\n", "").replace("...\n", ""), UGLY);
    }

    @ParameterizedTest
    @MethodSource("files")
    void a_cut_takes_settings_away_from_the_end_but_changes_none(String file) {
        Node whole = parse(file.getBytes(StandardCharsets.UTF_8));
        byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            Node part = parse(cut);
            assertThat(part == null || begins(whole, part))
                    .as(() -> "cut to:\n" + new String(cut, StandardCharsets.UTF_8))
                    .isTrue();
        }
    }

    @Test
    void a_cut_of_the_example_is_refused_or_lacks_only_optional_settings_of_the_last_agent() {
        byte[] bytes = Given.example().getBytes(StandardCharsets.UTF_8);
        Configuration whole = Given.read(Given.example());
        AgentSettings agent = whole.agents().get("qa_agent");
        int accepted = 0;
        for (int length = 0; length < bytes.length; length++) {
            Configuration part;
            try {
                part = Given.READER.read("cut.yaml", Path.of("."), Arrays.copyOf(bytes, length));
            } catch (ConfigurationException refused) {
                continue;
            }
            accepted++;
            AgentSettings cut = part.agents().get("qa_agent");
            assertThat(part.providers()).isEqualTo(whole.providers());
            assertThat(part.models()).isEqualTo(whole.models());
            assertThat(cut.baseline()).isEqualTo(agent.baseline());
            assertThat(cut.candidate()).isIn(agent.candidate(), null);
            assertThat(cut.timeout()).isIn(agent.timeout(), AgentSettings.DEFAULT_TIMEOUT);
            assertThat(cut.rollout()).isIn(agent.rollout(), RolloutSettings.DEFAULT);
            assertThat(cut.cache()).isIn(agent.cache(), null);
        }
        // Behind the baseline there are six line ends, and brackets that close just before some of them.
        assertThat(accepted).isLessThan(30);
    }

    @Test
    void a_file_in_brackets_is_refused_wherever_it_was_cut() {
        byte[] bytes = Given.everyKey().getBytes(StandardCharsets.UTF_8);
        int whole = Given.everyKey().stripTrailing().length();
        for (int length = 0; length < whole; length++) {
            assertThat(Given.problems(Arrays.copyOf(bytes, length)))
                    .as("cut to " + length)
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"timeout: 5", "retries: 1", "baseline: b", "cache: off", "retries: 1   "})
    void a_file_that_ends_within_a_value_is_refused(String lastLine) {
        String file = "agents:\n  a:\n    baseline: b\n    max_attempts: 2\n    " + lastLine;

        assertThat(Given.problems(file))
                .containsExactly(
                        "line 5: the file ends in the middle of a line, so it may have been cut; end it with a line"
                                + " break");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"    cache: { ttl: 5m }", "    rollout: { salt: x }", "    # the end", "    retries: 1 # end"})
    void a_file_that_ends_after_a_value_needs_no_line_break(String lastLine) {
        String file = Given.example() + "  b:\n    baseline: open-mistral-7b\n" + lastLine;

        assertThat(Given.read(file)).isEqualTo(Given.read(file + "\n"));
    }

    private static Node parse(byte[] bytes) {
        Problems problems = new Problems();
        try {
            Node node = YamlParser.parse(ConfigurationReader.decode(bytes), problems);
            return problems.isEmpty() ? node : null;
        } catch (Unreadable cut) {
            return null;
        }
    }

    /** Whether the part is what one gets by leaving out entries and elements at the end of the whole, and nothing else. */
    private static boolean begins(Node whole, Node part) {
        if (whole instanceof Node.Mapping all && part instanceof Node.Mapping some) {
            Iterator<Map.Entry<String, Node.Entry>> rest =
                    all.entries().entrySet().iterator();
            return some.entries().entrySet().stream().allMatch(entry -> {
                Map.Entry<String, Node.Entry> same = rest.next();
                return same.getKey().equals(entry.getKey())
                        && begins(same.getValue().value(), entry.getValue().value());
            });
        }
        if (whole instanceof Node.Sequence all && part instanceof Node.Sequence some) {
            return IntStream.range(0, some.elements().size())
                    .allMatch(i -> begins(
                            all.elements().get(i).value(),
                            some.elements().get(i).value()));
        }
        // A key whose map or list was cut off has no value, and this is refused wherever it is read.
        boolean noValue = part instanceof Node.Scalar scalar
                && scalar.type() == Node.Type.EMPTY
                && scalar.text().isEmpty();
        return noValue || whole.equals(part);
    }
}
