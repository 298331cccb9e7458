package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.rollout.Share;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random layouts of one configuration: the same seed lays out other percentages in the same manner. */
class YamlLayoutsTest {

    private static final ConfigurationReader READER = Given.READER.withoutKeys();

    private static final int RUNS = 1_000;

    static List<Long> seeds() {
        return List.of(1L, 20261121L, 42L);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void only_the_bytes_of_the_values_change(long seed) {
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int run = 0; run < RUNS; run++) {
            long layout = seeds.nextLong();
            Map<String, String> before = percentages(new SplittableRandom(layout), true);
            Map<String, String> after = new LinkedHashMap<>(before);
            after.replaceAll((agent, old) -> seeds.nextInt(3) == 0 ? old : percentage(seeds));
            String text = lay(before, layout);

            Map<List<String>, YamlScalarEdit.NewValue> wanted = new LinkedHashMap<>();
            after.forEach((agent, value) ->
                    wanted.put(List.of("agents", agent, "rollout", "percentage"), old -> value + sign(old)));
            String edited = YamlScalarEdit.edit(YamlText.of(text), wanted).text();

            assertThat(edited).describedAs("layout %d of%n%s", layout, text).isEqualTo(lay(after, layout));
            assertThat(shares(edited)).containsExactlyInAnyOrderEntriesOf(shares(after));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void an_inserted_value_is_an_insertion_and_counts(long seed) {
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int run = 0; run < RUNS; run++) {
            long layout = seeds.nextLong();
            Map<String, String> before = percentages(new SplittableRandom(layout), false);
            Map<String, String> after = new LinkedHashMap<>(before);
            after.replaceAll((agent, old) -> old == null ? percentage(seeds) : old);
            String text = lay(before, layout);

            Map<List<String>, YamlScalarEdit.NewValue> wanted = new LinkedHashMap<>();
            after.forEach((agent, value) ->
                    wanted.put(List.of("agents", agent, "rollout", "percentage"), old -> old == null ? value : old));
            String edited = YamlScalarEdit.edit(YamlText.of(text), wanted).text();

            assertThat(isSubsequence(text, edited))
                    .describedAs("layout %d of%n%s%n gives%n%s", layout, text, edited)
                    .isTrue();
            assertThat(shares(edited))
                    .describedAs("layout %d of%n%s%n gives%n%s", layout, text, edited)
                    .containsExactlyInAnyOrderEntriesOf(shares(after));
            assertThat(edited.contains("\r\n")).isEqualTo(text.contains("\r\n"));
            assertThat(edited.replace("\r\n", "").contains("\n"))
                    .isEqualTo(text.replace("\r\n", "").contains("\n"));
        }
    }

    private static boolean isSubsequence(String part, String whole) {
        int found = 0;
        for (int i = 0; i < whole.length() && found < part.length(); i++) {
            found += part.charAt(found) == whole.charAt(i) ? 1 : 0;
        }
        return found == part.length();
    }

    private static String sign(String old) {
        return old.endsWith(" %") ? " %" : old.endsWith("%") ? "%" : "";
    }

    private static Map<String, Share> shares(Map<String, String> percentages) {
        Map<String, Share> shares = new LinkedHashMap<>();
        percentages.forEach((agent, value) -> shares.put(agent, Share.percent(Double.parseDouble(value))));
        return shares;
    }

    private static Map<String, Share> shares(String text) {
        Configuration configuration = READER.read("layout", Path.of("."), text.getBytes(StandardCharsets.UTF_8));
        Map<String, Share> shares = new LinkedHashMap<>();
        configuration
                .agents()
                .forEach((name, agent) -> shares.put(name, agent.rollout().share()));
        return shares;
    }

    private static Map<String, String> percentages(RandomGenerator random, boolean all) {
        Map<String, String> percentages = new LinkedHashMap<>();
        for (int i = 0; i <= random.nextInt(4); i++) {
            percentages.put("agent-" + i, all || random.nextBoolean() ? percentage(random) : null);
        }
        return percentages;
    }

    private static String percentage(RandomGenerator random) {
        return switch (random.nextInt(4)) {
            case 0 -> String.valueOf(random.nextInt(101));
            case 1 -> "0";
            case 2 -> "12.5";
            default -> "0.00" + (1 + random.nextInt(9));
        };
    }

    // The layout

    private static String lay(Map<String, String> percentages, long layout) {
        return new Layout(new SplittableRandom(layout)).lay(percentages);
    }

    /** Draws the same numbers whatever the percentages are. */
    private record Layout(RandomGenerator random) {

        String lay(Map<String, String> percentages) {
            boolean marked = random.nextBoolean();
            List<String> sections = new ArrayList<>(List.of(
                    "providers: { p: { api: openai, base_url: https://api.example.com/v1 } }\n",
                    pick(
                            "deployments:\n  x: { provider: p }\n  y: {provider: p}\n",
                            "deployments: { x: { provider: p },\n" + "   y: { provider: p } }\n"),
                    agents(percentages)));
            if (random.nextBoolean()) {
                sections.add("models:\n  use_fallback: true\n");
            }
            Collections.shuffle(sections, new java.util.Random(random.nextLong()));
            StringBuilder text = new StringBuilder(comment("")).append(marked ? "---\n" : "");
            sections.forEach(section -> text.append(comment("")).append(section));
            String all = text.append(marked ? "...\n" : "").toString();
            return random.nextBoolean() ? all.replace("\n", "\r\n") : all;
        }

        private String agents(Map<String, String> percentages) {
            boolean flow = random.nextInt(4) == 0;
            String indent = " ".repeat(1 + random.nextInt(4));
            List<String> agents = new ArrayList<>();
            percentages.forEach((name, percentage) -> {
                String key = quoted(name) + ": ";
                if (flow || random.nextBoolean()) {
                    agents.add((flow ? "" : comment(indent) + indent)
                            + key
                            + flowAgent(percentage)
                            + (flow ? "" : trailing() + "\n"));
                } else {
                    agents.add(comment(indent) + indent + key.stripTrailing() + trailing() + "\n"
                            + blockAgent(percentage, indent + " ".repeat(1 + random.nextInt(4))));
                }
            });
            return flow
                    ? "agents: {" + String.join(pick(", ", ",", ",\n    "), agents) + pick("}", " }", ",\n  }") + "\n"
                    : "agents:" + trailing() + "\n" + String.join("", agents);
        }

        private String flowAgent(String percentage) {
            List<String> entries = shuffled(
                    quoted("baseline") + ": " + quoted("x"), quoted("candidate") + ":  y", quoted("timeout") + ": 5s");
            String rollout = flowRollout(percentage);
            if (rollout != null) {
                entries.add(random.nextInt(entries.size()), quoted("rollout") + ": " + rollout);
            }
            String gap = pick("", " ");
            return "{" + gap + String.join(pick(", ", " , ", ",\n       "), entries) + gap + "}";
        }

        private String flowRollout(String percentage) {
            List<String> entries = new ArrayList<>();
            boolean salted = random.nextBoolean();
            if (salted) {
                entries.add("salt: " + pick("s", "'25'", "\"🚀\""));
            }
            String value = value(percentage);
            boolean empty = random.nextBoolean();
            String gap = pick("", " ");
            int at = random.nextInt(2);
            if (percentage != null) {
                entries.add(Math.min(at, entries.size()), quoted("percentage") + ": " + value);
            } else if (!salted && !empty) {
                return null;
            }
            return "{" + gap + String.join(", ", entries) + gap + "}";
        }

        private String blockAgent(String percentage, String indent) {
            List<String> lines = shuffled(
                    comment(indent) + indent + "baseline: " + quoted("x") + trailing() + "\n",
                    indent + quoted("candidate") + ": y" + trailing() + "\n",
                    comment(indent) + indent + "timeout:   5s\n" + comment(indent));
            String deeper = indent + " ".repeat(1 + random.nextInt(4));
            String rollout;
            if (random.nextBoolean()) {
                String inline = flowRollout(percentage);
                rollout = inline == null ? "" : indent + "rollout: " + inline + trailing() + "\n";
            } else {
                String salt = random.nextBoolean() ? comment(deeper) + deeper + "salt: 25" + trailing() + "\n" : "";
                String share =
                        comment(deeper) + deeper + quoted("percentage") + ": " + value(percentage) + trailing() + "\n";
                String inner = percentage == null ? salt : random.nextBoolean() ? salt + share : share + salt;
                rollout = inner.isEmpty() ? "" : indent + "rollout:" + trailing() + "\n" + inner;
            }
            lines.add(random.nextInt(lines.size() + 1), rollout);
            return String.join("", lines);
        }

        private String value(String percentage) {
            String anchor = pick("", "", "", "&v" + random.nextInt(1 << 20) + " ");
            String number = percentage + pick("", "", "%", " %");
            return anchor + pick(number, number, "'" + number + "'", "\"" + number + "\"");
        }

        private String quoted(String word) {
            return pick(word, word, "'" + word + "'", "\"" + word + "\"");
        }

        private String trailing() {
            return pick("", "", "  ", " # percentage: 25 🚀 'it''s", "   # {");
        }

        private String comment(String indent) {
            return pick("", "", "", "\n", indent + "# rollout: { percentage: 25 } ü\n", "\n# 25\n\n");
        }

        private List<String> shuffled(String... parts) {
            List<String> list = new ArrayList<>(List.of(parts));
            Collections.shuffle(list, new java.util.Random(random.nextLong()));
            return list;
        }

        private String pick(String... choices) {
            return choices[random.nextInt(choices.length)];
        }
    }
}
