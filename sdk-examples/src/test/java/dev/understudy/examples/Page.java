package dev.understudy.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation.
 *
 * @param path relative to the project's root
 * @param text Markdown
 */
record Page(Path path, String text) {

    private static final Pattern BLOCK = Pattern.compile("^```(\\w*)\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]+)(#[^)]*)?\\)");

    /** README and everything under docs. */
    static List<Page> all() {
        List<Page> pages = new ArrayList<>();
        pages.add(read("README.md"));
        try (Stream<Path> docs = Files.walk(root().resolve("docs"))) {
            docs.map(file -> root().relativize(file).toString())
                    .filter(name -> name.endsWith(".md"))
                    .sorted()
                    .forEach(name -> pages.add(read(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return pages;
    }

    static Page read(String name) {
        try {
            return new Page(Path.of(name), Files.readString(root().resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The project's root: Maven and IDEs start tests in different folders. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("sdk-examples"))) {
            folder = folder.getParent();
        }
        if (folder == null) {
            throw new IllegalStateException("Tests run outside of the project");
        }
        return folder;
    }

    /**
     * What stands between fences.
     *
     * @param language what the fence names, or nothing
     * @param text all lines
     */
    record Block(String language, String text) {}

    /** All blocks, in their order. */
    List<Block> blocks() {
        return BLOCK.matcher(text)
                .results()
                .map(block -> new Block(block.group(1), block.group(2)))
                .toList();
    }

    /** What stands between fences that name a language. */
    List<String> blocks(String language) {
        return blocks().stream()
                .filter(block -> block.language().equals(language))
                .map(Block::text)
                .toList();
    }

    /** What stands between code marks in the text. */
    List<String> codes() {
        return CODE.matcher(text.replaceAll("(?ms)^```.*?^```", ""))
                .results()
                .map(code -> code.group(1))
                .toList();
    }

    /** Links to other files of the project. */
    List<Path> links() {
        List<Path> links = new ArrayList<>();
        Matcher matcher = LINK.matcher(text);
        while (matcher.find()) {
            if (!matcher.group(1).contains(":")) {
                links.add(root().resolve(path).resolveSibling(matcher.group(1)).normalize());
            }
        }
        return links;
    }

    /**
     * A heading of a page.
     *
     * @param page where it is
     * @param anchor how links call it
     */
    record Place(Page page, String anchor) {

        /** What a path from the project's root with an anchor behind it means. */
        static Place of(String link) {
            String[] parts = link.split("#", 2);
            return new Place(read(parts[0]), parts.length > 1 ? parts[1] : "");
        }
    }

    /** How links call the headings. */
    List<String> anchors() {
        return text.replaceAll("(?ms)^```.*?^```", "")
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\s-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    /** The rows of the table whose first column has this head: cells without blanks and code marks. */
    List<List<String>> table(String firstHead) {
        return text.lines()
                .dropWhile(line -> !line.startsWith("| " + firstHead + " |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|", -1))
                        .map(cell -> cell.replace("`", "").strip())
                        .toList())
                .toList();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
