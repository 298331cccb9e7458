package dev.understudy.cli;

import dev.understudy.config.Configuration;
import dev.understudy.config.ConfigurationReader;
import dev.understudy.error.ConfigurationException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code check}: every error of a file at once. */
@Command(
        name = "check",
        description =
                "Says whether a configuration can be used: all errors at once, each with its line, its path, what is"
                        + " wrong and what would be right. Nothing is sent anywhere.")
final class CheckCommand extends FileCommand {

    @Parameters(paramLabel = "FILE", description = "The configuration.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(
            names = "--without-keys",
            description = "Do not look up the keys that the file refers to, for a machine that has none of them.")
    private boolean withoutKeys;

    @Override
    Path file() {
        return file;
    }

    @Override
    public Integer call() {
        ConfigurationReader reader = ConfigurationReader.installed();
        List<Problem> problems = List.of();
        Configuration configuration = null;
        try {
            configuration = (withoutKeys ? reader.withoutKeys() : reader).read(file);
        } catch (ConfigurationException invalid) {
            problems = invalid.problems().stream().map(Problem::parse).toList();
        }
        if (json) {
            out().println(Json.object()
                    .put("file", file.toString())
                    .put("valid", problems.isEmpty())
                    .put("problems", problems.stream().map(Problem::json).toList()));
        } else if (configuration == null) {
            print(problems);
        } else {
            out().println(file + " can be used: " + count(configuration.agents().size(), "agent") + ", "
                    + count(configuration.models().size(), "deployment") + ", "
                    + count(configuration.providers().size(), "provider"));
        }
        return problems.isEmpty() ? Understudy.OK : Understudy.NO;
    }

    private void print(List<Problem> problems) {
        Table table = new Table(">LINE", "PATH", "WHAT IS WRONG", "WHAT WOULD BE RIGHT");
        for (Problem problem : problems) {
            String line = problem.line() == null ? "" : String.valueOf(problem.line());
            String path = problem.path() == null ? "" : problem.path();
            table.row(
                    problem.column() == null ? line : line + ":" + problem.column(),
                    path,
                    problem.what(),
                    problem.remedy() == null ? "" : problem.remedy());
        }
        out().print(table);
        out().println();
        out().println(file + " cannot be used: " + count(problems.size(), "error"));
    }

    private static String count(int number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }
}
