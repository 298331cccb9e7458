package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.error.ConfigurationException;
import dev.understudy.testing.Rule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files made to hurt: every cap holds, and the refusal comes at once. */
@Rule("R29")
@Timeout(20)
class HostileFilesTest {

    @Test
    void a_billion_laughs_are_counted_and_not_told() {
        StringBuilder bomb = new StringBuilder("l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for (int i = 1; i < 60; i++) {
            bomb.append("l" + i + ": &l" + i + " [" + repeat(", ", 10, "*l" + (i - 1)) + "]\n");
        }

        assertThat(Given.problems(bomb.toString()))
                .containsExactly("line 5, column 5: there are more than 50000 values, aliases written out");
    }

    @Test
    void aliases_that_do_not_explode_are_fine() {
        String file = Given.example()
                .replace("    cache: {", "    cache: &cache {")
                .replace("    max_concurrent: 10\n", "    max_concurrent: &ten 10\n    queue: *ten\n");

        Configuration configuration = Given.read(file + "  b: { baseline: open-mistral-7b, cache: *cache }\n");

        assertThat(configuration.agents().get("b").cache())
                .isEqualTo(configuration.agents().get("qa_agent").cache());
        assertThat(configuration.agents().get("qa_agent").throttle().queue()).isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: ", "- ", "? ", "{? ", "[a, [b, "})
    void twenty_thousand_levels_are_not_descended(String level) {
        String file = level.repeat(20_000);

        assertThat(Given.problems(file)).singleElement().asString().contains("nested deeper than 50 levels");
    }

    @Test
    void levels_by_indentation_are_not_descended() {
        String file = IntStream.range(0, 400)
                .mapToObj(depth -> " ".repeat(depth) + "a:\n")
                .collect(Collectors.joining());

        assertThat(Given.problems(file)).containsExactly("line 51, column 51: is nested deeper than 50 levels");
    }

    @Test
    void no_more_than_the_cap_is_read_of_a_file(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("large.yaml");
        Files.writeString(file, Given.example() + "# filler\n".repeat(120_000));

        var refusal = catchThrowableOfType(ConfigurationException.class, () -> Given.READER.read(file));

        assertThat(refusal.problems()).containsExactly("is larger than 256KiB; a configuration is much smaller");
    }

    @Test
    void a_file_of_the_largest_size_is_read() {
        String example = Given.example();
        String file = example + "#".repeat(ConfigurationReader.MAX_BYTES - example.length());

        assertThat(Given.read(file)).isEqualTo(Given.read(example));
        assertThat(Given.problems(file + "#"))
                .containsExactly("is larger than 256KiB; a configuration is much smaller");
    }

    @Test
    void thousands_of_problems_are_told_as_a_hundred() {
        String agents = IntStream.range(0, 9000)
                .mapToObj(i -> "  a" + i + ": { baseline: b" + i + " }\n")
                .collect(Collectors.joining("", "agents:\n", ""));

        List<String> problems = Given.problems(agents);

        assertThat(problems).hasSize(101);
        assertThat(problems.get(0))
                .isEqualTo("line 2: agents.a0.baseline: model 'b0' is not defined; define it under 'deployments'");
        assertThat(problems.get(100)).isEqualTo("and 8900 more");
    }

    static Stream<String> many() {
        return Stream.of(
                lines(i -> "k" + i + ": 1\n"),
                lines(i -> "a: 1\n"),
                "defaults: {" + lines(i -> "k" + i + ": {},").replaceAll(",$", "}\n"),
                "deployments:\n"
                        + lines(i -> "  d" + i + ": {provider: p" + i + "}\n").substring(0, 100_000) + "\nproviders:\n"
                        + lines(i -> "  q" + i + ": {api: x}\n").substring(0, 100_000) + "\n",
                "agents: [" + "a,".repeat(40_000) + "a]\n",
                "a: \"" + "\\x41".repeat(60_000) + "\"\n",
                "a: " + "x".repeat(250_000) + "\n",
                "x".repeat(250_000) + ": a\n",
                "? " + "x".repeat(250_000) + "\n: a\n",
                "# " + "x".repeat(250_000) + "\n",
                "\n".repeat(250_000),
                " ".repeat(250_000) + "a: b\n",
                "a:" + " ".repeat(250_000) + "b\n",
                "a: " + "b ".repeat(125_000) + "\n",
                "a: >\n" + " b\n".repeat(80_000),
                "a: 'b\n" + "\n".repeat(250_000) + "'\n",
                "a: " + "&".repeat(250_000) + "\n",
                "a: !<" + "t".repeat(250_000) + "> b\n",
                "%TAG ! " + "t".repeat(250_000) + "\n---\n",
                lines(i -> "%TAG !t" + i + "! t\n") + "---\na: b\n",
                lines(i -> "%FOO " + i + "\n"),
                "a: " + "9".repeat(250_000) + "\n",
                "providers: {p: {options: {a: " + "9".repeat(200_000) + "}}}\n",
                "providers: {p: {options: {a: 0." + "9".repeat(200_000) + "e9}}}\n",
                "agents: {a: {timeout: " + "9".repeat(200_000) + "s}}\n",
                "agents: {a: {rollout: {percentage: " + "9".repeat(200_000) + "}}}\n");
    }

    @ParameterizedTest
    @MethodSource("many")
    void whatever_there_is_too_much_of_is_refused_in_few_words(String file) {
        List<String> problems = Given.problems(
                file.length() > ConfigurationReader.MAX_BYTES
                        ? file.substring(0, ConfigurationReader.MAX_BYTES)
                        : file);

        assertThat(problems).hasSizeBetween(1, 101).allMatch(problem -> problem.length() < 1000, "is short");
    }

    @Test
    void text_that_is_not_utf_8_is_refused_with_its_line() {
        byte[] bytes = Given.example().getBytes(StandardCharsets.UTF_8);
        bytes[Given.example().indexOf("qa_agent")] = (byte) 0xe4;

        assertThat(Given.problems(bytes)).containsExactly("line 16: is not UTF-8; save the file as UTF-8");
        assertThat(Given.problems(Given.example().getBytes(StandardCharsets.UTF_16)))
                .containsExactly("line 1: is not UTF-8; save the file as UTF-8");
    }

    @Test
    void control_characters_are_refused_with_their_line() {
        assertThat(Given.problems("a: 1\nb: \0\n"))
                .containsExactly("line 2: the character U+0000 is not allowed; the file may be damaged");
    }

    @Test
    void a_byte_order_mark_and_windows_line_ends_are_fine() {
        assertThat(Given.read("\uFEFF" + Given.example().replace("\n", "\r\n"))).isEqualTo(Given.read(Given.example()));
    }

    @Test
    void a_file_that_is_not_there_is_named(@TempDir Path folder) {
        Path missing = folder.resolve("no.yaml");

        var refusal = catchThrowableOfType(ConfigurationException.class, () -> Given.READER.read(missing));
        var noFile = catchThrowableOfType(ConfigurationException.class, () -> Given.READER.read(folder));

        assertThat(refusal).hasMessage("Configuration " + missing + " cannot be used:\n  - there is no such file");
        assertThat(noFile.problems())
                .containsExactly("cannot be read (IOException); check that it is a file and its permissions");
    }

    @Test
    void a_key_file_has_a_cap_and_is_never_shown(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("large.key"), "k".repeat(KeyReference.MAX_BYTES + 1));
        Files.writeString(folder.resolve("two.key"), Given.KEY + "\n" + Given.KEY + "\n");
        Files.writeString(folder.resolve("windows.key"), Given.KEY + "\r\n");
        Function<String, byte[]> file = key ->
                Given.example().replace("env:MISTRAL_API_KEY", "file:" + key).getBytes(StandardCharsets.UTF_8);

        var large = catchThrowableOfType(
                ConfigurationException.class, () -> Given.READER.read("x", folder, file.apply("large.key")));
        var two = catchThrowableOfType(
                ConfigurationException.class, () -> Given.READER.read("x", folder, file.apply("two.key")));

        assertThat(large.problems())
                .containsExactly(
                        "line 8: providers.mistral.api_key: the key file 'large.key' is larger than 8KiB; it should"
                                + " hold the key alone");
        assertThat(two).message().contains("line breaks").doesNotContain(Given.KEY);
        assertThat(Given.READER
                        .read("x", folder, file.apply("windows.key"))
                        .providers()
                        .get("mistral")
                        .apiKey()
                        .reveal())
                .isEqualTo(Given.KEY);
    }

    @Test
    void without_any_provider_client_the_advice_is_to_add_one() {
        ConfigurationReader alone = new ConfigurationReader(name -> Given.KEY, Map.of());

        var refusal = catchThrowableOfType(
                ConfigurationException.class,
                () -> alone.read("x", Path.of("."), Given.example().getBytes(StandardCharsets.UTF_8)));

        assertThat(refusal.problems())
                .containsExactly(
                        "line 6: providers.mistral.api: 'openai' is not a known api; no provider client is on the class"
                                + " path; add understudy-openai");
    }

    private static String lines(IntFunction<String> line) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; lines.length() < 200_000; i++) {
            lines.append(line.apply(i));
        }
        return lines.toString();
    }

    private static String repeat(String between, int times, String text) {
        return IntStream.range(0, times).mapToObj(i -> text).collect(Collectors.joining(between));
    }
}
