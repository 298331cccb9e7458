package dev.understudy.config;

import dev.understudy.config.Node.Entry;
import dev.understudy.config.Node.Mapping;
import dev.understudy.config.Node.Scalar;
import dev.understudy.config.Node.Sequence;
import dev.understudy.config.Node.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.SpecVersion;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Turns YAML text into {@link Node}s; the only class that knows the YAML library.
 *
 * <p><b>Safety.</b> It listens to the library's events and never lets it compose or construct anything: the library's composer
 * recurses as deep as the file says, and its constructor is where tags become objects. Here depth and number of values are
 * capped while they are read. An alias shares the node that it names, so that a bomb costs its own text only, and its size
 * written out counts against the cap; an alias to a node that is still open (a recursive one) is refused, and so are tags, merge
 * keys and duplicate keys.
 *
 * <p><b>Cut files.</b> A file whose end is missing can still be valid YAML. What can be known, is refused: a file that ends,
 * without a line break, in a value that is not quoted ({@code max_entries: 100} may have been {@code 1000}); a value without
 * quotes over several lines; an empty value ({@code rollout:}). So a cut can only take away whole settings from the end, never
 * change one. A file that opens its document with {@code ---} must close it with {@code ...}: then every cut is noticed.
 */
final class YamlParser {

    /** Nesting deeper than this is refused. */
    static final int MAX_DEPTH = 50;

    /** More values than this, aliases written out, are refused. */
    static final int MAX_VALUES = 50_000;

    private static final int MAX_KEY = 200;

    private static final ScalarResolver CORE_SCHEMA = new CoreSchema().getScalarResolver();

    private static final Map<Tag, Type> TYPES =
            Map.of(Tag.NULL, Type.EMPTY, Tag.BOOL, Type.BOOLEAN, Tag.INT, Type.INTEGER, Tag.FLOAT, Type.DECIMAL);

    /** In code points, where the text of a last line without a line break ends. */
    private final int unfinished;

    private final Problems problems;
    private final Iterator<Event> events;
    private final Map<Anchor, Node> anchors = new HashMap<>();
    private int values;

    private YamlParser(String text, Problems problems) {
        boolean finished = text.endsWith("\n") || text.endsWith("\r");
        this.unfinished = finished
                ? Integer.MAX_VALUE
                : text.stripTrailing().codePointCount(0, text.stripTrailing().length());
        this.problems = problems;
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new CoreSchema())
                .setVersionFunction(YamlParser::sameMajorVersion)
                .build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /**
     * Parses a whole file.
     *
     * @param text the text
     * @param problems where duplicate keys are noted, which do not stop the reading
     * @return the one document's value
     * @throws Unreadable if it is not one YAML document that keeps to the rules above
     */
    static Node parse(String text, Problems problems) {
        try {
            return new YamlParser(text, problems).document();
        } catch (MarkedYamlEngineException broken) {
            throw describe(broken);
        } catch (ReaderException broken) {
            int before =
                    text.offsetByCodePoints(0, Math.min(broken.getPosition(), text.codePointCount(0, text.length())));
            int line = 1
                    + (int) text.substring(0, before)
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            throw new Unreadable(
                    line,
                    String.format(
                            Locale.ROOT,
                            "the character U+%04X is not allowed; the file may be damaged",
                            broken.getCodePoint()));
        } catch (YamlEngineException broken) {
            // Not shown: its message may quote the file.
            throw new Unreadable("is not valid YAML");
        }
    }

    private Node document() {
        events.next(); // the stream's start
        Event first = events.next();
        if (!(first instanceof DocumentStartEvent start)) {
            throw new Unreadable("is empty; see the example in docs/configuration.md");
        }
        Node node = node(events.next(), Where.TOP, 0);
        DocumentEndEvent end = (DocumentEndEvent) events.next();
        if (events.next() instanceof DocumentStartEvent second) {
            throw new Unreadable(line(second), "a second document begins; write one document");
        }
        if (start.isExplicit() && !end.isExplicit()) {
            throw new Unreadable(
                    line(end),
                    "the document that '---' opened is not closed, so the file may have been cut; end it with a line '...',"
                            + " or leave '---' out");
        }
        return node;
    }

    private Node node(Event event, Where where, int depth) {
        if (++values > MAX_VALUES) {
            throw tooMany(event);
        }
        if (event instanceof AliasEvent alias) {
            notCut(alias);
            return named(alias);
        }
        NodeEvent start = (NodeEvent) event;
        Node node;
        if (start instanceof ScalarEvent scalar) {
            node = scalar(scalar);
        } else if (depth == MAX_DEPTH) {
            throw new Unreadable(line(start), column(start), "is nested deeper than " + MAX_DEPTH + " levels");
        } else {
            noTag(start, ((CollectionStartEvent) start).getTag());
            node = start instanceof MappingStartEvent ? mapping(where, depth) : sequence(where, depth);
            if (node.size() > MAX_VALUES) {
                throw tooMany(start);
            }
        }
        // Only now, when the node is complete: an alias within itself finds nothing.
        start.getAnchor().ifPresent(anchor -> anchors.put(anchor, node));
        return node;
    }

    private Scalar scalar(ScalarEvent event) {
        noTag(event, event.getTag());
        boolean quoted = event.isDQuoted() || event.isSQuoted();
        if (quoted) {
            return new Scalar(event.getValue(), Type.TEXT, true);
        }
        notCut(event);
        boolean severalLines = !event.isPlain() || line(event) != line(event.getEndMark());
        if (severalLines) {
            throw new Unreadable(
                    line(event),
                    column(event),
                    "text over several lines stands in double quotes, so that a cut is noticed");
        }
        Tag tag = CORE_SCHEMA.resolve(event.getValue(), true);
        return new Scalar(event.getValue(), TYPES.getOrDefault(tag, Type.TEXT), false);
    }

    private Mapping mapping(Where where, int depth) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        int size = 1;
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            String key = key(event, where, depth);
            int line = line(event);
            Where at = where.at(key, line);
            Node value = node(events.next(), at, depth + 1);
            size = sum(size, value);
            Entry earlier = entries.putIfAbsent(key, new Entry(line, value));
            if (earlier != null) {
                problems.add(at, "stands here for the second time, first in line " + earlier.line() + "; keep one");
            } else {
                problems.place(at);
            }
        }
        return new Mapping(Collections.unmodifiableMap(entries), size);
    }

    private String key(Event event, Where where, int depth) {
        Node node = node(event, where, depth + 1);
        if (!(node instanceof Scalar scalar)
                || (scalar.type() == Type.EMPTY && scalar.text().isEmpty())) {
            throw new Unreadable(line(event), column(event), "a key is a word, not " + node.kind());
        }
        if (scalar.text().equals("<<") && !scalar.quoted()) {
            throw new Unreadable(
                    line(event),
                    column(event),
                    "merge keys '<<' are not supported; write what agents share under 'defaults'");
        }
        if (scalar.text().length() > MAX_KEY) {
            throw new Unreadable(line(event), column(event), "a key is longer than " + MAX_KEY + " characters");
        }
        return scalar.text();
    }

    private Sequence sequence(Where where, int depth) {
        List<Entry> elements = new ArrayList<>();
        int size = 1;
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            int line = line(event);
            Node value = node(event, where.at(elements.size(), line), depth + 1);
            size = sum(size, value);
            elements.add(new Entry(line, value));
        }
        return new Sequence(Collections.unmodifiableList(elements), size);
    }

    private static int sum(int size, Node value) {
        // Each of the two is at most a few times the cap, so the sum does not overflow; never beyond the cap plus one.
        return Math.min(size + value.size(), MAX_VALUES + 1);
    }

    private Node named(AliasEvent alias) {
        Node node = anchors.get(alias.getAlias());
        if (node == null) {
            throw new Unreadable(
                    line(alias),
                    column(alias),
                    "an alias '*' names no anchor '&' that is complete before it; write the value");
        }
        return node;
    }

    private static void noTag(Event event, Optional<String> tag) {
        if (tag.isPresent()) {
            throw new Unreadable(line(event), column(event), "tags '!' are not supported; write the value alone");
        }
    }

    /** Refuses a value at the very end of a file whose last line is not complete. */
    private void notCut(Event event) {
        if (event.getEndMark().map(Mark::getIndex).orElse(0) >= unfinished) {
            throw new Unreadable(
                    line(event),
                    "the file ends in the middle of a line, so it may have been cut; end it with a line break");
        }
    }

    private static SpecVersion sameMajorVersion(SpecVersion version) {
        if (version.getMajor() != 1) {
            throw new Unreadable("is written in another version of YAML; write YAML 1.2, or leave '%YAML' out");
        }
        return version;
    }

    private static Unreadable tooMany(Event event) {
        return new Unreadable(
                line(event), column(event), "there are more than " + MAX_VALUES + " values, aliases written out");
    }

    private static int line(Event event) {
        return line(event.getStartMark());
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(Mark::getLine).orElse(0) + 1;
    }

    private static int column(Event event) {
        return event.getStartMark().map(Mark::getColumn).orElse(0) + 1;
    }

    /** The library's words, without its excerpt of the file, which could show a key. */
    private static Unreadable describe(MarkedYamlEngineException broken) {
        Mark mark = broken.getProblemMark().or(broken::getContextMark).orElse(null);
        String problem = remedy(broken.getProblem(), broken.getContext());
        return mark == null
                ? new Unreadable(problem)
                : new Unreadable(mark.getLine() + 1, mark.getColumn() + 1, problem);
    }

    private static String remedy(@Nullable String problem, @Nullable String context) {
        if (problem == null) {
            return "is not valid YAML";
        }
        if (problem.contains("TAB")) {
            return "a tab is not allowed here; indent with blanks";
        }
        if (problem.contains("could not find expected ':'")) {
            return "a key without a colon; write 'key: value'";
        }
        if (problem.contains("mapping values are not allowed")) {
            return "a colon is not allowed here; check the indentation, or put the text in quotes";
        }
        if (problem.contains("end of stream") || problem.contains("<stream end>") || problem.contains("streamend")) {
            return "the file ends before a bracket or quote is closed, so it may have been cut";
        }
        if (problem.contains("expected <block end>")) {
            return "this does not continue the lines before; check the indentation, and quote what begins with a sign";
        }
        if (problem.contains("cannot start any token")) {
            return "no value can begin with this character; put the text in quotes";
        }
        return "is not valid YAML: "
                + (Excerpt.mayBeSecret(problem) ? "check indentation, quotes and brackets" : problem)
                + (context == null || context.isBlank() ? "" : " (" + context + ")");
    }
}
