package dev.understudy.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.server.gateway.Face.Said;
import dev.understudy.server.http.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The tables of docs/gateway.md say what the code does. */
class GatewayPageTest {

    @Test
    void every_kind_of_failure_is_told_as_the_table_says() throws IOException {
        List<List<String>> rows = table("kind");

        assertThat(rows)
                .extracting(row -> row.get(0))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(FailureKind.values())
                        .map(FailureKind::tag)
                        .toList());
        for (List<String> row : rows) {
            FailureKind kind = FailureKind.valueOf(row.get(0).toUpperCase(java.util.Locale.ROOT));
            Answer.Whole plain = told(kind, null);
            Said said = new Said(plain.status(), plain.headers(), new String(plain.body(), StandardCharsets.UTF_8));
            assertThat(List.of(
                            String.valueOf(said.status()),
                            said.at("error.type").toString(),
                            said.at("error.code").toString()))
                    .describedAs(row.get(0))
                    .isEqualTo(row.subList(1, 4));
            String again = plain.headers().get("x-should-retry");
            String againWhenTold = told(kind, Duration.ofSeconds(5)).headers().get("x-should-retry");
            switch (row.get(4)) {
                case "yes" -> assertThat(again).isEqualTo("true");
                case "no" -> assertThat(again).isEqualTo("false");
                default -> {
                    assertThat(again).isEqualTo("false");
                    assertThat(againWhenTold).isEqualTo("true");
                }
            }
        }
    }

    private static Answer.Whole told(FailureKind kind, Duration wait) {
        return Failures.of(kind.exception("It failed", new Origin("m", null, 0, null, wait, null), null))
                .answer();
    }

    @Test
    void what_cannot_be_honoured_is_refused_save_for_the_value_that_asks_for_nothing() throws IOException {
        List<List<String>> rows = table("refused");

        assertThat(rows).extracting(row -> row.get(0)).containsExactlyInAnyOrderElementsOf(Unsupported.names());
        for (List<String> row : rows) {
            String name = row.get(0);
            assertThat(catchThrowableOfType(ApiError.class, () -> read(name, "\"something else\""))
                            .code())
                    .describedAs(name)
                    .isEqualTo("unsupported_parameter");
            String harmless = row.get(1).isEmpty() ? "null" : row.get(1);
            assertThatCode(() -> read(name, harmless)).describedAs(name).doesNotThrowAnyException();
        }
    }

    private static void read(String name, String value) {
        RequestReader.read(Face.HELLO
                .replace("{\"model\"", "{\"" + name + "\": " + value + ", \"model\"")
                .getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void the_headers_of_an_answer_are_those_of_the_table() throws IOException {
        Provenance told = new Provenance(
                "m",
                Variant.CANDIDATE,
                FailureKind.TIMEOUT,
                dev.understudy.chat.CacheStatus.MISS,
                2,
                1_000_000,
                0.000123);
        ChatResponse response = new ChatResponse("x", List.of(), FinishReason.STOP, Usage.NONE, "req-1", told);

        assertThat(ProvenanceFields.headers("a", response).keySet())
                .filteredOn(name -> name.startsWith("x-understudy-"))
                .containsExactlyInAnyOrderElementsOf(
                        table("answer header").stream().map(row -> row.get(0)).toList());
        assertThat(ProvenanceFields.headers("a", response))
                .containsEntry("x-understudy-cost", "0.000123")
                .containsEntry("x-understudy-latency-ms", "1.0");
    }

    @Test
    void the_headers_of_a_request_are_those_of_the_table() throws IOException {
        assertThat(new TreeSet<>(table("header").stream().map(row -> row.get(0)).toList()))
                .containsExactlyInAnyOrder(
                        CallHeaders.USER,
                        CallHeaders.TENANT,
                        CallHeaders.EXPERIMENT,
                        CallHeaders.TIMEOUT,
                        CallHeaders.CLIENT_TIMEOUT,
                        "Authorization");
    }

    /** The rows of the table whose first column has this head. */
    private static List<List<String>> table(String firstHead) throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("docs/gateway.md"))) {
            root = root.getParent();
        }
        List<List<String>> rows = Files.readAllLines(root.resolve("docs/gateway.md")).stream()
                .dropWhile(line -> !line.startsWith("| " + firstHead + " |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|", -1))
                        .map(cell -> cell.replace("`", "").strip())
                        .toList())
                .toList();
        assertThat(rows).describedAs("the table of " + firstHead).isNotEmpty();
        return rows;
    }
}
