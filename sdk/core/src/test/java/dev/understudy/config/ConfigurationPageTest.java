package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that operators read is true: its example loads, and it has a row for every key. */
class ConfigurationPageTest {

    private static String page() throws IOException {
        return Files.readString(Path.of("..", "..", "docs", "configuration.md"));
    }

    @Test
    void the_example_is_the_designs_and_loads() throws IOException {
        Matcher block = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(page());

        assertThat(block.find()).isTrue();
        assertThat(block.group(1)).isEqualTo("---\n" + Given.example() + "...\n");
        assertThat(Given.read(block.group(1))).isEqualTo(Given.read(Given.example()));
    }

    @Test
    void every_key_has_a_row() throws IOException {
        String page = page();
        for (Keys keys : List.of(
                Schema.Models.KEYS,
                Schema.Providers.KEYS,
                Schema.Deployments.KEYS,
                Schema.Agents.KEYS,
                Schema.States.KEYS,
                Schema.Servers.KEYS)) {
            for (String key : keys.all().keySet()) {
                assertThat(page).containsAnyOf("\n| `" + key + "` |", "\n| `" + key + ".");
            }
        }
        Schema.Breakers.KEYS.all().keySet().forEach(key -> assertThat(page).contains("\n| `breaker." + key + "` |"));
        Schema.Rollouts.KEYS.all().keySet().forEach(key -> assertThat(page).contains("\n| `rollout." + key + "` |"));
        Schema.Experiments.KEYS.all().keySet().forEach(key -> assertThat(page)
                .contains("\n| `rollout.experiment." + key + "` |"));
        Schema.Caches.KEYS.all().keySet().forEach(key -> assertThat(page).contains("\n| `cache." + key + "` |"));
        Schema.Streams.KEYS.all().keySet().forEach(key -> assertThat(page).contains("\n| `stream." + key + "` |"));
        Schema.Budgets.KEYS.all().keySet().forEach(key -> assertThat(page).contains("\n| `budget." + key + "` |"));
        Schema.Adaptive.KEYS.all().keySet().forEach(key -> assertThat(page)
                .contains("\n| `max_concurrent." + key + "` |"));
        Schema.Prices.KEYS.all().keySet().forEach(key -> assertThat(page).contains("`" + key + "`"));
        Schema.Retries.KEYS.all().keySet().forEach(key -> assertThat(page).contains("`" + key + "`"));
    }
}
