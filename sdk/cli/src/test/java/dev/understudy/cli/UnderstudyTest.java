package dev.understudy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class UnderstudyTest {

    @TempDir
    Path folder;

    static List<String> commands() {
        List<String> names = new ArrayList<>();
        collect(Understudy.commandLine(), "", names);
        return names;
    }

    private static void collect(CommandLine line, String name, List<String> names) {
        names.add(name);
        for (Map.Entry<String, CommandLine> sub : line.getSubcommands().entrySet()) {
            String file = name.equals("rollout") ? " FILE " : " ";
            collect(sub.getValue(), (name + file + sub.getKey()).strip(), names);
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void every_command_explains_itself_and_its_exit_codes_within_a_hundred_columns(String command) {
        List<String> args = new ArrayList<>(List.of(command.split(" ")));
        args.remove("");
        args.add("--help");

        Run run = Run.of(args.toArray());

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("Usage: understudy").contains("Exit codes:");
        assertThat(run.lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(Table.WIDTH))
                .allSatisfy(line -> assertThat(line).doesNotContain("\u001b"));
    }

    @Test
    void no_command_is_a_usage_error() {
        assertThat(Run.of().code()).isEqualTo(2);
        assertThat(Run.of("rollout", Given.file(folder)).code()).isEqualTo(2);
        assertThat(Run.of("check").err())
                .isEqualTo("Missing required parameter: 'FILE'%nTry 'understudy check --help'.%n".formatted());
    }

    @Test
    void a_misspelt_command_is_answered_with_the_nearest() {
        Run run = Run.of("rolout");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Did you mean: understudy rollout");
    }

    @Test
    void a_broken_file_stops_a_command_with_all_its_errors_and_no_stack_trace() {
        Path file = Given.file(folder, Given.FILE.replace("timeout: 5s", "timeout: 5"));

        Run run = Run.of("bucket", file, "--agent", "qa_agent", "--unit", "1");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("cannot be used:").contains("line 22").doesNotContain("\tat ");
    }

    @Test
    void a_stack_trace_is_shown_on_request() {
        Run run = Run.of("bucket", folder.resolve("none"), "--agent", "a", "--unit", "1", "--verbose");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("there is no such file").contains("\tat ");
    }

    @Test
    void the_version_is_told() {
        assertThat(Run.of("--version").out()).startsWith("understudy ");
    }
}
