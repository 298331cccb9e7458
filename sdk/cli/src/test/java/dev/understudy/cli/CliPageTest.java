package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.rollout.Share;
import dev.understudy.rollout.Written;
import dev.understudy.store.FileRolloutStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/cli.md shows is what the commands write, run one after the other on the page's own file. */
class CliPageTest {

    private static final Pattern BLOCK = Pattern.compile("^```(\\w+)\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

    private static final String PROMPT = "$ understudy ";

    @TempDir
    Path folder;

    private static Path page() {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("docs/cli.md"))) {
            root = root.getParent();
        }
        return root.resolve("docs/cli.md");
    }

    @Test
    void what_the_page_shows_is_true() throws IOException {
        String page = Files.readString(page());

        String actual = BLOCK.matcher(page)
                .replaceAll(block -> Matcher.quoteReplacement(
                        "```" + block.group(1) + "\n" + replayed(block.group(1), block.group(2)) + "```"));

        // For whoever changes the output: the whole page as it should be.
        Files.writeString(Path.of("target", "cli.md"), actual);
        assertThat(actual).isEqualTo(page);
    }

    private String replayed(String language, String block) {
        if (language.equals("yaml")) {
            Given.file(folder, block);
            broken(block);
        }
        return language.equals("console")
                ? block.lines()
                        .filter(line -> line.startsWith(PROMPT))
                        .map(line -> line + "\n" + run(line.substring(PROMPT.length())))
                        .collect(Collectors.joining())
                : block;
    }

    private void broken(String good) {
        try {
            String bad = good.replace("percentage: 25", "percentage: 250")
                    .replace("# the same one", "# the same one\n    timeout: 5");
            Files.writeString(folder.resolve("broken.yaml"), bad);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** What applications have written by the time somebody looks. */
    private void someTimePasses() {
        FileRolloutStore store = new FileRolloutStore(folder.resolve("understudy.yaml.state"));
        if (store.read("qa_agent").isEmpty()) {
            Written.rolledBack(store, "qa_agent", "qa-tuned-v1.3", Share.percent(25));
            SeenCalls.write(store, "qa_agent", 680);
            Written.running(store, "support_agent", "qa-tuned-v1.3", 0, Share.ALL, Share.percent(5));
        }
    }

    private String run(String command) {
        if (command.contains(" show")) {
            someTimePasses();
        }
        List<String> args = Arrays.stream(command.split(" "))
                .map(arg -> arg.endsWith(".yaml") || arg.endsWith(".html")
                        ? folder.resolve(arg).toString()
                        : arg)
                .toList();
        Run run = Run.of(args.toArray());
        return (run.out() + run.err()).replace(folder + "/", "");
    }
}
