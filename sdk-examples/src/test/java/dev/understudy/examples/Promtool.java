package dev.understudy.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Prometheus' own tool. */
final class Promtool {

    /** How to have it, and Prometheus with it. */
    static final String HOW_TO_INSTALL = "apt-get install prometheus (Debian)";

    private Promtool() {}

    /**
     * What it said.
     *
     * @param code its exit code: 0 where it finds nothing
     * @param output everything that it wrote
     */
    record Answer(int code, String output) {}

    static Answer ask(Object... args) {
        try {
            return ask(new ProcessBuilder(command(args)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks about a text that it reads as a file or from its standard input. */
    static Answer askAbout(Path text, Object... args) {
        try {
            return ask(new ProcessBuilder(command(args)).redirectInput(text.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether all of these are PromQL, and whether they would be good rules. */
    static Answer parse(List<String> queries, Path folder) throws IOException {
        StringBuilder rules = new StringBuilder("groups:\n  - name: queries\n    rules:\n");
        for (int i = 0; i < queries.size(); i++) {
            rules.append("      - record: query_").append(i).append("\n        expr: |\n");
            queries.get(i)
                    .lines()
                    .forEach(line -> rules.append("          ").append(line).append('\n'));
        }
        return ask("check", "rules", Files.writeString(folder.resolve("queries.yaml"), rules));
    }

    private static List<String> command(Object... args) {
        return Stream.concat(Stream.of("promtool"), Stream.of(args).map(String::valueOf))
                .toList();
    }

    private static Answer ask(ProcessBuilder builder) throws IOException {
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            return new Answer(process.waitFor(), output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while promtool ran", e);
        }
    }
}
