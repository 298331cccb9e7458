package dev.understudy.config;

import dev.understudy.config.ConfigurationEdit.Change;
import dev.understudy.config.YamlText.Entry;
import dev.understudy.config.YamlText.Mapping;
import dev.understudy.config.YamlText.Node;
import dev.understudy.config.YamlText.Scalar;
import dev.understudy.error.EditRefusedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes single values of a YAML text and leaves every other character as it is: comments, layout, line ends, quotes, flow
 * and block style, anchors. A value that is not there yet is inserted where a person would write it.
 *
 * <p><b>What is refused.</b> A value that also counts elsewhere, because an alias names it or what it stands in, unless the
 * same is wanted there; and any text in which the change would mean something else than it says: the text is read again
 * afterwards and must differ in exactly the values that were to be changed.
 */
final class YamlScalarEdit {

    /** What to write. */
    @FunctionalInterface
    interface NewValue {
        /**
         * Says what stands there afterwards.
         *
         * @param old what stands there now, without quotes, or null where nothing does
         */
        String insteadOf(@Nullable String old);
    }

    /**
     * The new text.
     *
     * @param text all of it
     * @param changes what differs, in the order of the text; empty where everything was as wanted
     */
    record Edited(String text, List<Change> changes) {}

    /** A piece of text to be replaced. */
    private record Splice(int start, int end, String text, int valueAt, Change change) {}

    private final YamlText yaml;
    private final String text;
    private final Map<List<String>, NewValue> wanted;
    /** By what is changed: a value, or the map into which one is inserted. */
    private final Map<Node, Splice> splices = new IdentityHashMap<>();

    private final Map<List<String>, String> outcome = new LinkedHashMap<>();

    private YamlScalarEdit(YamlText yaml, Map<List<String>, NewValue> wanted) {
        this.yaml = yaml;
        this.text = yaml.text();
        this.wanted = wanted;
    }

    /**
     * Changes values.
     *
     * @param yaml the text
     * @param wanted for each path, a list of keys from the top, what shall stand there: letters, digits, dots and per cent signs
     * @return the new text
     * @throws EditRefusedException if that cannot be done without changing anything else
     */
    static Edited edit(YamlText yaml, Map<List<String>, NewValue> wanted) {
        return new YamlScalarEdit(yaml, wanted).edit();
    }

    private Edited edit() {
        wanted.forEach(this::plan);
        List<Splice> ordered = new ArrayList<>(splices.values());
        ordered.sort(Comparator.comparingInt(Splice::start));
        StringBuilder edited = new StringBuilder();
        List<Change> changes = new ArrayList<>();
        int from = 0;
        for (Splice splice : ordered) {
            edited.append(text, from, splice.start());
            int valueAt = edited.length() + splice.valueAt();
            edited.append(splice.text());
            from = splice.end();
            Change change = splice.change();
            // Line ends before the value are all there already, except a bare \r that the next piece may complete.
            changes.add(
                    new Change(change.path(), YamlText.line(edited.toString(), valueAt), change.from(), change.to()));
        }
        String result = edited.append(text, from, text.length()).toString();
        prove(result);
        return new Edited(result, changes);
    }

    private void plan(List<String> path, NewValue value) {
        Mapping in = yaml.root();
        int depth = 0;
        Node node = in;
        while (depth < path.size()) {
            if (!(node instanceof Mapping mapping)) {
                throw new EditRefusedException(name(path.subList(0, depth)) + " is no map; correct it by hand");
            }
            in = mapping;
            Entry entry = mapping.entries.get(path.get(depth));
            if (entry == null) {
                insert(path, depth, in, value.insteadOf(null));
                return;
            }
            node = entry.value();
            depth++;
        }
        if (!(node instanceof Scalar scalar)) {
            throw new EditRefusedException(name(path) + " is no single value; correct it by hand");
        }
        replace(path, scalar, value.insteadOf(scalar.text));
    }

    // A value that is there

    private void replace(List<String> path, Scalar scalar, String value) {
        outcome.put(path, value);
        if (scalar.text.equals(value)) {
            return;
        }
        alone(scalar, path, List.of());
        int quote = scalar.quoted ? 1 : 0;
        Change change = new Change(name(path), 0, scalar.text, value);
        splices.putIfAbsent(scalar, new Splice(scalar.start + quote, scalar.end - quote, value, 0, change));
    }

    /** Refuses where a change would count for more than what is to be changed. */
    private void alone(Node node, List<String> path, List<String> missing) {
        for (List<String> other : yaml.paths(node)) {
            List<String> whole = new ArrayList<>(other);
            whole.addAll(missing);
            if (!wanted.containsKey(whole)) {
                throw new EditRefusedException(name(path) + " shares its value with " + name(whole)
                        + " through an alias '*', which would change too; write the value out in both places first");
            }
        }
    }

    // A value that is not

    private void insert(List<String> path, int depth, Mapping in, String value) {
        outcome.put(path, value);
        alone(in, path, path.subList(depth, path.size()));
        Splice splice = in.flow ? intoFlow(path, depth, in, value) : intoBlock(path, depth, in, value);
        splices.putIfAbsent(in, splice);
    }

    private Splice intoFlow(List<String> path, int depth, Mapping in, String value) {
        boolean quotes = in.entries.values().stream()
                .findFirst()
                .map(first -> text.charAt(first.keyStart()) == '"')
                .orElse(false);
        String entry = flowEntry(path.subList(depth, path.size()), value, quotes);
        Entry after = models(in);
        if (after != null) {
            return splice(after.valueEnd(), ", " + entry, path, value);
        }
        int open = in.start + 1;
        if (text.charAt(in.start) != '{') {
            throw notSafe(path);
        }
        if (in.entries.isEmpty()) {
            int close = text.indexOf('}', open);
            boolean bare = close >= 0 && text.substring(open, close).isBlank();
            String inner = " " + entry + " ";
            return bare
                    ? new Splice(open, close, inner, inner.lastIndexOf(value), change(path, value))
                    : splice(open, inner, path, value);
        }
        boolean airy = Character.isWhitespace(text.charAt(open));
        return splice(open, airy ? " " + entry + "," : entry + ", ", path, value);
    }

    private Splice intoBlock(List<String> path, int depth, Mapping in, String value) {
        Entry first = in.entries.values().iterator().next();
        int firstLine = lineStart(first.keyStart());
        String indent = text.substring(firstLine, first.keyStart());
        if (!indent.isBlank()) {
            throw notSafe(path);
        }
        List<String> missing = path.subList(depth, path.size());
        Entry after = models(in);
        int at;
        if (depth == 0) {
            at = aboveComments(firstLine);
        } else {
            Entry parent = entry(path.subList(0, depth));
            at = nextLine(after != null ? after.valueEnd() : parent.keyEnd());
            if (at < 0 || (after == null && at > firstLine)) {
                throw notSafe(path);
            }
        }
        String end = lineEnd(firstLine);
        String line = depth == 0 && missing.size() == 2
                ? missing.get(0) + ":" + end + "  " + missing.get(1) + ": " + value
                : flowEntry(missing, value, false);
        return splice(at, indent + line + end, path, value);
    }

    /** After which entry an agent's further settings stand: its models, where each is a line of its own. */
    private static @Nullable Entry models(Mapping in) {
        for (String key : List.of("candidate", "baseline")) {
            Entry entry = in.entries.get(key);
            if (entry != null && entry.valueEnd() >= 0) {
                return entry;
            }
        }
        return null;
    }

    private Entry entry(List<String> path) {
        int last = path.size() - 1;
        if (yaml.find(path.subList(0, last)) instanceof Mapping mapping) {
            Entry entry = mapping.entries.get(path.get(last));
            if (entry != null) {
                return entry;
            }
        }
        throw new IllegalStateException("No entry at " + path);
    }

    /** One entry for all keys that are missing: {@code rollout: { percentage: 5 }}. */
    private static String flowEntry(List<String> missing, String value, boolean quotes) {
        String mark = quotes ? "\"" : "";
        String entry = mark + missing.get(missing.size() - 1) + mark + ": " + value;
        for (int i = missing.size() - 2; i >= 0; i--) {
            entry = mark + missing.get(i) + mark + ": { " + entry + " }";
        }
        return entry;
    }

    private static Splice splice(int at, String inserted, List<String> path, String value) {
        return new Splice(at, at, inserted, inserted.lastIndexOf(value), change(path, value));
    }

    private static Change change(List<String> path, String value) {
        return new Change(name(path), 0, null, value);
    }

    // Lines

    private int lineStart(int index) {
        int at = index;
        while (at > 0 && !isLineEnd(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    /** Where the line after this place begins; -1 where there is none. */
    private int nextLine(int index) {
        int at = index;
        while (at < text.length() && !isLineEnd(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return -1;
        }
        return text.startsWith("\r\n", at) ? at + 2 : at + 1;
    }

    /** How the line that begins here ends, and so the lines that are added near it. */
    private String lineEnd(int lineStart) {
        int next = nextLine(lineStart);
        if (next < 0) {
            return "\n";
        }
        return text.substring(text.startsWith("\r\n", next - 2) ? next - 2 : next - 1, next);
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }

    /** Above the comment of the first key, unless the comment is the head of the file. */
    private int aboveComments(int firstLine) {
        int at = firstLine;
        while (at > 0) {
            int previous = lineStart(text.startsWith("\r\n", at - 2) ? at - 2 : at - 1);
            String line = text.substring(previous, at).strip();
            if (line.isEmpty()) {
                return at;
            }
            if (!line.startsWith("#")) {
                break;
            }
            at = previous;
        }
        return firstLine;
    }

    // The proof

    private void prove(String result) {
        Object expected = yaml.root().meaning();
        outcome.forEach((path, value) -> put(expected, path, value));
        Object actual;
        try {
            actual = YamlText.of(result).root().meaning();
        } catch (EditRefusedException broken) {
            throw new EditRefusedException(
                    notSafe(wanted.keySet().iterator().next()).sentence(), broken);
        }
        if (!expected.equals(actual)) {
            throw notSafe(wanted.keySet().iterator().next());
        }
    }

    @SuppressWarnings("unchecked")
    private static void put(Object meaning, List<String> path, String value) {
        Map<String, Object> map = (Map<String, Object>) meaning;
        String key = path.get(0);
        if (path.size() > 1) {
            put(map.computeIfAbsent(key, none -> new HashMap<String, Object>()), path.subList(1, path.size()), value);
            return;
        }
        boolean quoted = map.get(key) instanceof List<?> old && old.equals(Scalar.meaning((String) old.get(1), true));
        map.put(key, Scalar.meaning(value, quoted));
    }

    private static EditRefusedException notSafe(List<String> path) {
        return new EditRefusedException(
                name(path) + " cannot be changed without touching what is around it; change it by hand");
    }

    /** A path as the configuration's messages show it. */
    static String name(List<String> path) {
        return path.isEmpty() ? "the file" : String.join(".", path);
    }
}
