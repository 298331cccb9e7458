package dev.understudy.tests.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.Installed;
import dev.understudy.testing.Rule;
import dev.understudy.tests.node.NodeProject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console as a person on call meets it: {@code src/test/node/console/console.mjs} is the test. Its pictures lie in {@code
 * target/console} for somebody to look at.
 */
class ConsoleInChromiumTest {

    @TempDir
    Path folder;

    @Test
    @Rule("R28")
    void somebody_who_has_never_seen_it_is_told_what_is_wrong_and_what_was_done() throws Exception {
        Installed.require("apt-get install chromium nodejs npm", "chromium", "node", "npm");
        NodeProject node = NodeProject.installed("console");
        try (Scene scene = new Scene(folder);
                Control control = new Control(scene)) {
            NodeProject.Run run = node.run(
                    Duration.ofSeconds(120),
                    Map.of(
                            "CHROMIUM",
                            Installed.find("chromium").orElseThrow().toString(),
                            "CONSOLE_URL",
                            scene.uri().toString(),
                            "CONSOLE_CONTROL",
                            control.uri().toString(),
                            "CONSOLE_TOKEN",
                            Scene.TOKEN,
                            "CONSOLE_SECRETS",
                            "[\"" + Scene.PROMPT + "\",\"" + Scene.ANSWER + "\",\"" + Scene.KEY + "\",\"" + Scene.TOKEN
                                    + "\"]",
                            "CONSOLE_PICTURES",
                            Path.of("target", "console").toAbsolutePath().toString()),
                    "console.mjs");

            assertThat(run.exitCode()).describedAs(run.output()).isZero();
            assertThat(run.output()).contains("# fail 0").contains("# pass 10");
        }
    }
}
