package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.Installed;
import dev.understudy.tests.node.NodeProject;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The running example in a real browser, while it plays its incident: {@code src/test/node/console/orchestrator.mjs} is the
 * test. Its pictures lie in {@code target/console}.
 */
class OrchestratorInChromiumTest {

    @TempDir
    Path folder;

    @Test
    void somebody_opens_the_console_during_the_incident() throws Exception {
        Installed.require("apt-get install chromium nodejs npm", "chromium", "node", "npm");
        NodeProject node = NodeProject.installed("console");
        OrchestratorOptions options = new OrchestratorOptions(folder, 0, 0, 20, Duration.ofSeconds(1), null);
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        try (Orchestrator orchestrator = new Orchestrator(options, nowhere)) {
            NodeProject.Run run = node.run(
                    Duration.ofSeconds(90),
                    Map.of(
                            "CHROMIUM",
                            Installed.find("chromium").orElseThrow().toString(),
                            "CONSOLE_URL",
                            orchestrator.uri().toString(),
                            "CONSOLE_TOKEN",
                            Files.readString(folder.resolve(OperatorToken.NAME)).strip(),
                            "CONSOLE_PICTURES",
                            Path.of("target", "console").toAbsolutePath().toString()),
                    "orchestrator.mjs");

            assertThat(run.exitCode()).describedAs(run.output()).isZero();
            assertThat(run.output()).contains("# fail 0").contains("# pass 3");
            assertThat(orchestrator.tally().failed()).isZero();
        }
    }
}
