package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.config.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What README and docs show is true: Java stands in a compiled example, YAML loads, links lead somewhere. */
class DocsTest {

    private static final Set<String> SECTIONS =
            Set.of("state", "server", "models", "providers", "deployments", "defaults", "agents");

    private static final Pattern VARIABLE = Pattern.compile("env:([A-Z_]+)");

    /** What a page's fragment leaves out. */
    private static final String REST = """
            providers:
              mistral: { api: openai, base_url: https://api.mistral.ai/v1, api_key: env:MISTRAL_API_KEY }
            deployments:
              open-mistral-7b: { provider: mistral }
              qa-tuned-v1.3: { provider: mistral }
            agents:
              other_agent: { baseline: open-mistral-7b }
            """;

    @TempDir
    Path folder;

    static List<Page> pages() {
        return Page.all();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void java_stands_in_a_compiled_example(Page page) throws IOException {
        String examples = examples();
        for (String block : page.blocks("java")) {
            assertThat(examples).describedAs("an example with%n%s", block).contains(bare(block));
        }
    }

    @Test
    void the_first_call_of_the_readme_is_a_program() throws IOException {
        String program = Files.readString(
                Page.root().resolve("sdk-examples/src/main/java/dev/understudy/examples/FirstCall.java"));

        List<String> blocks = Page.read("README.md").blocks("java");

        assertThat(blocks).hasSize(1);
        assertThat(bare(program)).contains("main(String[]args){" + bare(blocks.get(0)) + "}");
        assertThat(blocks.get(0).lines().count()).isLessThanOrEqualTo(10);
    }

    @Test
    void the_yaml_of_the_readme_loads_as_it_stands() throws IOException {
        List<String> blocks = Page.read("README.md").blocks("yaml");

        assertThat(blocks).hasSize(1);
        Configuration configuration = load(blocks.get(0));
        assertThat(configuration.agents()).containsOnlyKeys("qa_agent");
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_configuration_loads(Page page) throws IOException {
        for (String block : page.blocks("yaml")) {
            Map<?, ?> shown = parse(block);
            assertThat(SECTIONS).describedAs("sections of%n%s", block).containsAll(sections(shown));
            Configuration configuration = load(
                    shown.keySet().containsAll(Set.of("providers", "deployments", "agents"))
                            ? block
                            : dump(completed(shown)));
            if (shown.get("agents") instanceof Map<?, ?> agents) {
                assertThat(configuration.agents().keySet()).containsAll(sections(agents));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void links_lead_somewhere(Page page) {
        assertThat(page.links()).allSatisfy(link -> assertThat(link).exists());
    }

    @Test
    void the_index_lists_every_page() {
        List<Path> listed = Page.read("docs/README.md").links();

        assertThat(Page.all())
                .filteredOn(page -> !page.path().endsWith("README.md"))
                .allSatisfy(page -> assertThat(listed).contains(Page.root().resolve(page.path())));
    }

    // Java

    private static String examples() throws IOException {
        try (Stream<Path> files =
                Files.walk(Page.root().resolve("sdk-examples/src/main/java/dev/understudy/examples"))) {
            StringBuilder all = new StringBuilder();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(bare(Files.readString(file)));
            }
            return all.toString();
        }
    }

    /** Code without comments and layout. */
    private static String bare(String code) {
        return code.lines()
                .map(line -> line.replaceAll("(^|\\s)//.*", ""))
                .collect(Collectors.joining("\n"))
                .replaceAll("\\s+", "");
    }

    // YAML

    private Configuration load(String yaml) throws IOException {
        // The keys of the reader's environment are not ours.
        for (MatchResult name : VARIABLE.matcher(yaml).results().toList()) {
            Files.writeString(folder.resolve(name.group(1)), "not-a-key-of-" + name.group(1));
        }
        String here = VARIABLE.matcher(yaml).replaceAll("file:$1");
        return Configuration.fromYaml(Files.writeString(folder.resolve("understudy.yaml"), here));
    }

    private static Map<?, ?> parse(String yaml) {
        return (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(yaml);
    }

    private static String dump(Map<?, ?> tree) {
        return new Dump(DumpSettings.builder().setWidth(1_000).build()).dumpToString(tree);
    }

    private static Set<String> sections(Map<?, ?> tree) {
        return tree.keySet().stream().map(String::valueOf).collect(Collectors.toSet());
    }

    /** A fragment with what it leaves out, entry by entry. */
    private static Map<?, ?> completed(Map<?, ?> shown) {
        Map<Object, Object> whole = new LinkedHashMap<>(parse(REST));
        shown.forEach((section, entries) -> {
            Map<Object, Object> merged = new LinkedHashMap<>();
            if (whole.get(section) instanceof Map<?, ?> known) {
                merged.putAll(known);
            }
            merged.putAll((Map<?, ?>) entries);
            whole.put(section, merged);
        });
        return whole;
    }
}
