package dev.understudy.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * A file of Prometheus' rules.
 *
 * @param groups what stands in it
 */
record Rules(List<Group> groups) {

    static final Path FOLDER = Page.root().resolve("docs/operations");
    static final Path ALERTS = FOLDER.resolve("alert-rules.yaml");
    static final Path RECORDS = FOLDER.resolve("recording-rules.yaml");

    /**
     * Some rules.
     *
     * @param name what they are called together
     * @param rules one after the other
     */
    record Group(String name, List<Rule> rules) {}

    /**
     * One rule.
     *
     * @param key {@code alert} or {@code record}
     * @param name of the alert or of the series
     * @param expr PromQL
     * @param duration how long it must hold; null for at once
     * @param labels what it adds
     * @param annotations what an alert says
     */
    record Rule(
            String key,
            String name,
            String expr,
            @Nullable String duration,
            Map<String, String> labels,
            Map<String, String> annotations) {

        boolean isAlert() {
            return key.equals("alert");
        }

        Rule withExpr(String changed) {
            return new Rule(key, name, changed, duration, labels, annotations);
        }

        Rule atOnce() {
            return new Rule(key, name, expr, null, labels, annotations);
        }
    }

    static Rules read(Path file) {
        Map<?, ?> tree = yaml(file);
        List<Group> groups = new ArrayList<>();
        for (Map<?, ?> group : maps(tree.get("groups"))) {
            groups.add(new Group(
                    String.valueOf(group.get("name")),
                    maps(group.get("rules")).stream().map(Rules::rule).toList()));
        }
        return new Rules(groups);
    }

    private static Rule rule(Map<?, ?> rule) {
        String key = rule.containsKey("alert") ? "alert" : "record";
        return new Rule(
                key,
                String.valueOf(rule.get(key)),
                String.valueOf(rule.get("expr")),
                Optional.ofNullable(rule.get("for")).map(Object::toString).orElse(null),
                strings(rule.get("labels")),
                strings(rule.get("annotations")));
    }

    /** All rules, in their order. */
    List<Rule> all() {
        return groups.stream().flatMap(group -> group.rules().stream()).toList();
    }

    /** Another file, with the rules that remain after a change. */
    Rules map(Function<Rule, Optional<Rule>> change) {
        return new Rules(groups.stream()
                .map(group -> new Group(
                        group.name(),
                        group.rules().stream()
                                .map(change)
                                .flatMap(Optional::stream)
                                .toList()))
                .toList());
    }

    /** Only these groups. */
    Rules only(List<String> names) {
        return new Rules(
                groups.stream().filter(group -> names.contains(group.name())).toList());
    }

    void write(Path file) throws IOException {
        List<Map<String, Object>> tree = new ArrayList<>();
        for (Group group : groups) {
            tree.add(Map.of(
                    "name",
                    group.name(),
                    "rules",
                    group.rules().stream().map(Rules::tree).toList()));
        }
        Files.writeString(file, new Dump(DumpSettings.builder().build()).dumpToString(Map.of("groups", tree)));
    }

    private static Map<String, Object> tree(Rule rule) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(rule.key(), rule.name());
        tree.put("expr", rule.expr());
        if (rule.duration() != null) {
            tree.put("for", rule.duration());
        }
        if (!rule.labels().isEmpty()) {
            tree.put("labels", rule.labels());
        }
        if (!rule.annotations().isEmpty()) {
            tree.put("annotations", rule.annotations());
        }
        return tree;
    }

    // YAML

    static Map<?, ?> yaml(Path file) {
        try {
            return (Map<?, ?>) Objects.requireNonNull(
                    new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The maps of a list; none of nothing. */
    static List<Map<?, ?>> maps(@Nullable Object list) {
        List<Map<?, ?>> maps = new ArrayList<>();
        if (list instanceof List<?> entries) {
            entries.forEach(entry -> maps.add((Map<?, ?>) entry));
        }
        return maps;
    }

    private static Map<String, String> strings(@Nullable Object map) {
        Map<String, String> strings = new LinkedHashMap<>();
        if (map instanceof Map<?, ?> entries) {
            entries.forEach((key, value) -> strings.put(String.valueOf(key), String.valueOf(value)));
        }
        return strings;
    }
}
