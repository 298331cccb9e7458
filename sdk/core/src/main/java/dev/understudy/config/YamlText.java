package dev.understudy.config;

import dev.understudy.error.EditRefusedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A YAML text and where its values stand in it. Only for text that the configuration's own reader has found safe: that one
 * caps depth, size and aliases. Immutable.
 */
final class YamlText {

    /** A value; compared by identity, since an alias is the value that it names. */
    abstract static sealed class Node permits Scalar, Mapping, Sequence {
        /** Where it begins, its anchor left out. */
        final int start;

        final boolean anchored;

        Node(int start, boolean anchored) {
            this.start = start;
            this.anchored = anchored;
        }

        /** What it means, aliases written out. */
        abstract Object meaning();
    }

    /** A single value. */
    static final class Scalar extends Node {
        final int end;
        final String text;
        final boolean quoted;

        Scalar(int start, int end, boolean anchored, String text, boolean quoted) {
            super(start, anchored);
            this.end = end;
            this.text = text;
            this.quoted = quoted;
        }

        @Override
        Object meaning() {
            return meaning(text, quoted);
        }

        /** What a scalar means: text in quotes is not what it is without. */
        static Object meaning(String text, boolean quoted) {
            return List.of(quoted ? "quoted" : "plain", text);
        }
    }

    /** A map. */
    static final class Mapping extends Node {
        final boolean flow;
        final Map<String, Entry> entries = new LinkedHashMap<>();

        Mapping(int start, boolean anchored, boolean flow) {
            super(start, anchored);
            this.flow = flow;
        }

        @Override
        Map<String, Object> meaning() {
            Map<String, Object> meaning = new HashMap<>();
            entries.forEach((key, entry) -> meaning.put(key, entry.value.meaning()));
            return meaning;
        }
    }

    /** A list. */
    static final class Sequence extends Node {
        final List<Node> elements = new ArrayList<>();

        Sequence(int start, boolean anchored) {
            super(start, anchored);
        }

        @Override
        Object meaning() {
            return elements.stream().map(Node::meaning).toList();
        }
    }

    /**
     * A key and its value.
     *
     * @param keyStart where the key begins
     * @param keyEnd where it ends
     * @param valueEnd where the value ends, or the alias that names it; -1 where the value is a map or list
     * @param value the value
     */
    record Entry(int keyStart, int keyEnd, int valueEnd, Node value) {}

    private final String text;
    /** The index in the text of each code point, or null where they are the same. */
    private final int @Nullable [] offsets;

    private final Iterator<Event> events;
    private final Map<Anchor, Node> anchors = new HashMap<>();
    private final Map<Node, Boolean> aliased = new IdentityHashMap<>();
    private final Mapping root;

    private YamlText(String text) {
        this.text = text;
        this.offsets = offsets(text);
        this.events =
                new Parse(LoadSettings.builder().build()).parseString(text).iterator();
        Event event = events.next();
        while (!(event instanceof DocumentStartEvent)) {
            event = events.next();
        }
        if (!(node(events.next()) instanceof Mapping mapping)) {
            throw new EditRefusedException("The file is no map at its top level");
        }
        root = mapping;
    }

    /**
     * Finds out where everything stands.
     *
     * @param text without byte order mark
     */
    static YamlText of(String text) {
        try {
            return new YamlText(text);
        } catch (YamlEngineException broken) {
            throw new EditRefusedException("The file is no valid YAML", broken);
        }
    }

    /** The text itself. */
    String text() {
        return text;
    }

    /** The whole file's map. */
    Mapping root() {
        return root;
    }

    /** Whether an alias names this value somewhere. */
    boolean isAliased(Node node) {
        return aliased.containsKey(node);
    }

    /** The value at a path, or null where there is none. */
    @Nullable
    Node find(List<String> path) {
        Node node = root;
        for (String key : path) {
            Entry entry = node instanceof Mapping mapping ? mapping.entries.get(key) : null;
            if (entry == null) {
                return null;
            }
            node = entry.value;
        }
        return node;
    }

    /** Every path that leads to a value; several where aliases name it or what it is in. */
    List<List<String>> paths(Node wanted) {
        List<List<String>> found = new ArrayList<>();
        paths(root, wanted, List.of(), found);
        return found;
    }

    private static void paths(Node node, Node wanted, List<String> path, List<List<String>> found) {
        if (node == wanted) {
            found.add(path);
        } else if (node instanceof Mapping mapping) {
            mapping.entries.forEach((key, entry) -> paths(entry.value, wanted, append(path, key), found));
        } else if (node instanceof Sequence sequence) {
            for (int i = 0; i < sequence.elements.size(); i++) {
                paths(sequence.elements.get(i), wanted, append(path, "[" + i + "]"), found);
            }
        }
    }

    /** A path one key longer. */
    static List<String> append(List<String> path, String key) {
        List<String> longer = new ArrayList<>(path);
        longer.add(key);
        return List.copyOf(longer);
    }

    /** The line of a place, from 1. */
    static int line(String text, int index) {
        int line = 1;
        for (int i = 0; i < index; i++) {
            char c = text.charAt(i);
            boolean lone = c == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n');
            line += c == '\n' || lone ? 1 : 0;
        }
        return line;
    }

    // From events to nodes

    private Node node(Event event) {
        if (event instanceof AliasEvent alias) {
            Node node = anchors.get(alias.getAlias());
            if (node == null) {
                throw new EditRefusedException("The file holds an alias that names nothing");
            }
            aliased.put(node, true);
            return node;
        }
        NodeEvent begin = (NodeEvent) event;
        boolean anchored = begin.getAnchor().isPresent();
        int start = start(begin);
        Node node;
        if (begin instanceof ScalarEvent scalar) {
            boolean quoted = scalar.isSQuoted() || scalar.isDQuoted();
            node = new Scalar(start, end(event), anchored, scalar.getValue(), quoted);
        } else if (begin instanceof MappingStartEvent map) {
            Mapping mapping = new Mapping(start, anchored, map.isFlow());
            for (Event key = events.next(); key.getEventId() != Event.ID.MappingEnd; key = events.next()) {
                entry(mapping, key);
            }
            node = mapping;
        } else if (begin instanceof CollectionStartEvent) {
            Sequence sequence = new Sequence(start, anchored);
            for (Event next = events.next(); next.getEventId() != Event.ID.SequenceEnd; next = events.next()) {
                sequence.elements.add(node(next));
            }
            node = sequence;
        } else {
            throw new EditRefusedException("The file holds what is no value");
        }
        begin.getAnchor().ifPresent(anchor -> anchors.put(anchor, node));
        return node;
    }

    private void entry(Mapping mapping, Event key) {
        Node name = node(key);
        Event next = events.next();
        Node value = node(next);
        if (!(name instanceof Scalar word)) {
            throw new EditRefusedException("The file holds a key that is no word");
        }
        boolean single = next instanceof AliasEvent || value instanceof Scalar;
        mapping.entries.put(
                word.text,
                new Entry(offset(key.getStartMark().orElseThrow()), end(key), single ? end(next) : -1, value));
    }

    /** Where the value itself begins: the library counts the anchor in. */
    private int start(NodeEvent event) {
        int start = offset(event.getStartMark().orElseThrow());
        if (event.getAnchor().isEmpty()) {
            return start;
        }
        int at = start;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private int end(Event event) {
        return offset(event.getEndMark().orElseThrow());
    }

    private int offset(Mark mark) {
        return offsets == null ? mark.getIndex() : offsets[mark.getIndex()];
    }

    private static int @Nullable [] offsets(String text) {
        int points = text.codePointCount(0, text.length());
        if (points == text.length()) {
            return null;
        }
        int[] offsets = new int[points + 1];
        for (int point = 0, at = 0; point < points; point++) {
            offsets[point] = at;
            at += Character.charCount(text.codePointAt(at));
        }
        offsets[points] = text.length();
        return offsets;
    }
}
