package dev.understudy.examples;

import static dev.understudy.examples.Rules.maps;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The unit tests of the alert rules, and what becomes of them with other rules. */
final class RuleTests {

    private static final Path FOLDER = Rules.FOLDER.resolve("tests");

    /** How promtool tells that an alert is not as expected. */
    private static final Pattern FAILURE = Pattern.compile("alertname: (\\w+), time: [^\\n]*\\n\\s*exp:\\[(]?)");

    private RuleTests() {}

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    static Promtool.Answer run() throws IOException {
        return Promtool.ask(
                Stream.concat(Stream.of("test", "rules"), files().stream()).toArray());
    }

    /**
     * The alerts that some test expects.
     *
     * @param fires to fire, or not to
     */
    static Set<String> expecting(boolean fires) throws IOException {
        Set<String> alerts = new LinkedHashSet<>();
        for (Path file : files()) {
            for (Map<?, ?> test : maps(Rules.yaml(file).get("tests"))) {
                for (Map<?, ?> expected : maps(test.get("alert_rule_test"))) {
                    if (maps(expected.get("exp_alerts")).isEmpty() != fires) {
                        alerts.add(String.valueOf(expected.get("alertname")));
                    }
                }
            }
        }
        return alerts;
    }

    /**
     * What a run against other rules found.
     *
     * @param missed alerts that should have fired and did not, or not like that
     * @param wrong alerts that fired and should not have
     */
    record Found(Set<String> missed, Set<String> wrong) {}

    /** Runs all tests against changed rules, each with those groups only that it is about, and none where nothing changed. */
    static Found runAgainst(Function<Rules, Rules> change, Path folder) throws IOException {
        Set<String> missed = new LinkedHashSet<>();
        Set<String> wrong = new LinkedHashSet<>();
        Rules shipped = Rules.read(Rules.ALERTS);
        Rules changed = change.apply(shipped);
        Files.createDirectories(folder.resolve("tests"));
        for (Path file : files()) {
            Map<?, ?> test = Rules.yaml(file);
            List<String> groups = new ArrayList<>();
            ((List<?>) test.get("group_eval_order")).forEach(group -> groups.add(String.valueOf(group)));
            if (changed.only(groups).equals(shipped.only(groups))) {
                continue;
            }
            changed.only(groups).write(folder.resolve("alert-rules.yaml"));
            Rules.read(Rules.RECORDS).only(groups).write(folder.resolve("recording-rules.yaml"));
            Path copy = folder.resolve("tests").resolve(file.getFileName().toString());
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            Promtool.Answer answer = Promtool.ask("test", "rules", copy);
            if (answer.code() != 0) {
                failures(answer).forEach(failure -> (isQuiet(failure) ? wrong : missed).add(failure.group(1)));
            }
        }
        return new Found(missed, wrong);
    }

    private static Stream<MatchResult> failures(Promtool.Answer answer) {
        return FAILURE.matcher(answer.output()).results();
    }

    private static boolean isQuiet(MatchResult failure) {
        return !failure.group(2).isEmpty();
    }
}
