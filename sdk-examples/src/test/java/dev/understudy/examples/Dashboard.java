package dev.understudy.examples;

import static dev.understudy.examples.Rules.maps;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The Grafana dashboard.
 *
 * @param model its JSON
 */
record Dashboard(Map<?, ?> model) {

    static final Path FILE = Rules.FOLDER.resolve("grafana-dashboard.json");

    /** What Grafana puts in for its own variables, and for ours where everything is chosen. */
    private static final Map<String, String> VALUES = Map.of(
            "__rate_interval", "1m", "__interval", "15s", "__range", "1h", "job", ".+", "agent", ".+", "variant", ".+");

    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");

    /**
     * What stands in it.
     *
     * @param json all of it
     */
    record Panel(Map<?, ?> json) {

        String title() {
            return String.valueOf(json.get("title"));
        }

        boolean isRow() {
            return "row".equals(json.get("type"));
        }

        List<Map<?, ?>> targets() {
            return maps(json.get("targets"));
        }

        /** What the number is of: {@code x}, {@code y}, {@code w}, {@code h}. */
        int position(String side) {
            return (Integer) Objects.requireNonNull(at(json, "gridPos", side));
        }
    }

    static Dashboard read() {
        return new Dashboard(Rules.yaml(FILE)); // JSON is YAML
    }

    List<Panel> panels() {
        return maps(model.get("panels")).stream().map(Panel::new).toList();
    }

    List<Map<?, ?>> variables() {
        return maps(at(model, "templating", "list"));
    }

    /** Those that ask Prometheus. */
    List<Map<?, ?>> annotations() {
        return maps(at(model, "annotations", "list")).stream()
                .filter(annotation -> annotation.containsKey("expr"))
                .toList();
    }

    /** By what asks it: what each panel, annotation and variable asks Prometheus, with values for the variables. */
    Map<String, String> queries() {
        Map<String, String> queries = new LinkedHashMap<>();
        for (Panel panel : panels()) {
            panel.targets()
                    .forEach(target -> queries.put(
                            panel.title() + ", " + target.get("refId"), filled(String.valueOf(target.get("expr")))));
        }
        annotations()
                .forEach(annotation -> queries.put(
                        "annotation " + annotation.get("name"), filled(String.valueOf(annotation.get("expr")))));
        for (Map<?, ?> variable : variables()) {
            Matcher values = LABEL_VALUES.matcher(String.valueOf(variable.get("definition")));
            if (values.matches()) {
                queries.put(
                        "variable " + variable.get("name"),
                        "count by (" + values.group(2) + ") (" + filled(values.group(1)) + ")");
            }
        }
        return queries;
    }

    /** The variables that a text of the dashboard has. */
    static List<String> variablesIn(String text) {
        return VARIABLE.matcher(text)
                .results()
                .map(found -> found.group(1) != null ? found.group(1) : found.group(2))
                .toList();
    }

    private static String filled(String query) {
        String filled = query;
        for (String variable : variablesIn(query)) {
            String value = VALUES.get(variable);
            if (value == null) {
                throw new IllegalArgumentException("No value for $" + variable + " in " + query);
            }
            filled = filled.replaceAll(
                    "\\$(?:\\{" + variable + "}|" + variable + "\\b)", Matcher.quoteReplacement(value));
        }
        return filled;
    }

    /** Where links lead, by what has them. */
    Map<String, String> links() {
        Map<String, String> links = new LinkedHashMap<>();
        maps(model.get("links"))
                .forEach(link -> links.put("link " + link.get("title"), String.valueOf(link.get("url"))));
        for (Panel panel : panels()) {
            maps(panel.json().get("links"))
                    .forEach(link ->
                            links.put(panel.title() + ": " + link.get("title"), String.valueOf(link.get("url"))));
        }
        return links;
    }

    /** Every data source that something names. */
    List<Map<?, ?>> dataSources() {
        List<Map<?, ?>> found = new ArrayList<>();
        collect(model, found);
        return found;
    }

    private static void collect(@Nullable Object node, List<Map<?, ?>> found) {
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if ("datasource".equals(key)) {
                    found.add((Map<?, ?>) Objects.requireNonNull(value));
                }
                collect(value, found);
            });
        } else if (node instanceof List<?> list) {
            list.forEach(each -> collect(each, found));
        }
    }

    /** What a path of keys leads to; null where it ends before. */
    static @Nullable Object at(Map<?, ?> json, String... path) {
        Object node = json;
        for (String key : path) {
            node = node instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return node;
    }

    static Stream<String> names(List<Map<?, ?>> entries) {
        return entries.stream().map(entry -> String.valueOf(entry.get("name")));
    }
}
