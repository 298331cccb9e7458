package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is said to somebody who made a mistake, word for word: {@code mistakes.txt} holds the table. A case is a title, an edit of
 * the example file ({@code -} a line that goes, {@code +} lines that come instead) or a whole file ({@code |}), and every problem
 * that is told ({@code >}). {@code <key>} stands for a real key.
 */
class MistakesTest {

    private record Mistake(String yaml, List<String> problems) {}

    static Stream<Named<Mistake>> mistakes() {
        return Stream.of(Given.resource("mistakes.txt").split("\n\n+")).map(MistakesTest::mistake);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void is_told_where_and_what_would_be_right(Mistake mistake) {
        assertThat(Given.problems(mistake.yaml)).containsExactlyElementsOf(mistake.problems);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    @Rule("R28")
    void never_shows_a_key(Mistake mistake) {
        assertThat(Given.problems(mistake.yaml)).noneMatch(problem -> problem.contains(Given.KEY));
    }

    private static Named<Mistake> mistake(String block) {
        List<String> gone = new ArrayList<>();
        List<String> come = new ArrayList<>();
        List<String> whole = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        String title = "";
        for (String line : block.lines().toList()) {
            String rest = line.substring(1).replace("\\t", "\t").replace("<key>", Given.KEY);
            switch (line.charAt(0)) {
                case '#' -> title = rest.strip();
                case '-' -> gone.add(rest);
                case '+' -> come.add(rest);
                case '|' -> whole.add(rest);
                case '>' -> problems.add(line.substring(2));
                default -> throw new IllegalStateException("What is this? " + line);
            }
        }
        if (!whole.isEmpty()) {
            return Named.of(title, new Mistake(String.join("\n", whole) + "\n", problems));
        }
        String before = Given.example();
        String old = String.join("\n", gone) + "\n";
        assertThat(before).as(title).contains(old);
        return Named.of(title, new Mistake(before.replace(old, String.join("\n", come) + "\n"), problems));
    }
}
