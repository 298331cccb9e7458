package dev.understudy.tests.flagd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.understudy.rollout.Buckets;
import dev.understudy.rollout.Share;
import dev.understudy.testing.Rule;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A flagd provider with the targeting {@code {"fractional": [{"cat": ["<salt>:", {"var": "targetingKey"}]}, ["candidate", w],
 * ["baseline", 100000 - w]]}} deals units as the rollout does.
 *
 * <p>With Node.js and the published {@code @openfeature/flagd-core} at hand, that one is asked, too:
 * {@code npm install --prefix /tmp/flagd @openfeature/flagd-core@4.0.1 @openfeature/core}, and
 * {@code mvn -Pfast -pl sdk-tests -am test -Dtest=FlagdParityTest -Dflagd.home=/tmp/flagd}.
 */
@Rule("R23")
class FlagdParityTest {

    private static final List<Double> PERCENTAGES =
            List.of(0.0, 0.001, 0.01, 1.0, 5.0, 12.345, 25.0, 50.0, 99.999, 100.0);
    private static final List<String> SALTS = List.of("qa_agent", "qa_agent/qa-tuned-v1.3", "salzkörnchen 🧂", "");

    private static List<String> units(boolean ascii) {
        Random random = new Random(20261121);
        return Stream.concat(
                        IntStream.range(0, 2_000).mapToObj(i -> ascii ? "user-" + i : "nutzer-ü-" + i),
                        IntStream.range(0, 3_000).mapToObj(i -> text(random, ascii)))
                .toList();
    }

    private static String text(Random random, boolean ascii) {
        StringBuilder text = new StringBuilder();
        for (int length = 1 + random.nextInt(40); length > 0; length--) {
            switch (ascii ? 0 : random.nextInt(4)) {
                case 0 -> text.append((char) (0x20 + random.nextInt(0x5f)));
                case 1 -> text.append((char) (0x80 + random.nextInt(0x780)));
                case 2 -> text.append((char) (0x800 + random.nextInt(0xd000)));
                default -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
            }
        }
        return text.toString();
    }

    private static boolean ours(String salt, String unit, double percentage) {
        return new Buckets(salt).of(unit) < Share.percent(percentage).thousandths();
    }

    private static boolean theirs(Fractional version, String salt, String unit, double percentage) {
        int w = Share.percent(percentage).thousandths();
        String variant =
                version.variant(salt + ":" + unit, new String[] {"candidate", "baseline"}, new int[] {w, 100_000 - w});
        return variant.equals("candidate");
    }

    @Test
    void every_unit_is_where_version_2_of_fractional_puts_it() {
        for (boolean ascii : new boolean[] {true, false}) {
            for (String salt : SALTS) {
                for (String unit : units(ascii)) {
                    for (double percentage : PERCENTAGES) {
                        assertThat(ours(salt, unit, percentage))
                                .as("%s:%s at %s %%", salt, unit, percentage)
                                .isEqualTo(theirs(Fractional.V2, salt, unit, percentage));
                    }
                }
            }
        }
    }

    @Test
    void other_versions_of_fractional_deal_other_users() {
        // What docs/rollout.md says of them. Two splits that have nothing in common differ in 2·¼·¾ = 37.5 % of the
        // units.
        assertThat(differing(Fractional.V2, 25)).isZero();
        assertThat(differing(Fractional.V1, 25)).isBetween(0.20, 0.40);
        assertThat(differing(Fractional.V3, 25)).isBetween(0.36, 0.39);
    }

    private static double differing(Fractional version, double percentage) {
        List<String> units = units(true);
        long count = units.stream()
                .filter(unit -> ours("qa_agent", unit, percentage) != theirs(version, "qa_agent", unit, percentage))
                .count();
        return (double) count / units.size();
    }

    @Test
    void flagd_itself_agrees_on_every_unit_of_ascii(@TempDir Path directory) throws Exception {
        List<String> units = units(true);
        for (String salt : List.of("qa_agent", "qa_agent/qa-tuned-v1.3", "")) {
            for (double percentage : PERCENTAGES) {
                List<String> different = disagreement(directory, salt, units, percentage);
                assertThat(different).as("%s at %s %%", salt, percentage).isEmpty();
            }
        }
    }

    @Test
    void flagd_in_javascript_hashes_other_units_by_utf_16(@TempDir Path directory) throws Exception {
        // Its hash, imurmurhash, is not over UTF-8: such units are dealt anew, against the other languages of flagd,
        // too.
        List<String> different = disagreement(directory, "qa_agent", units(false), 25);
        assertThat(different).hasSizeBetween(1_000, 2_500);
    }

    private static List<String> disagreement(Path directory, String salt, List<String> units, double percentage)
            throws Exception {
        String home = System.getProperty("flagd.home");
        assumeThat(home).as("no -Dflagd.home with @openfeature/flagd-core").isNotNull();
        Path script = directory.resolve("fractional.mjs");
        if (Files.notExists(script)) {
            try (InputStream in = FlagdParityTest.class.getResourceAsStream("fractional.mjs")) {
                Files.copy(in, script);
            }
        }
        Process node = new ProcessBuilder(
                        "node",
                        script.toString(),
                        Path.of(home).toAbsolutePath().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (Writer in = node.outputWriter(UTF_8)) {
            in.write(units.stream()
                    .map(FlagdParityTest::json)
                    .collect(Collectors.joining(
                            ",",
                            "[" + json(salt) + "," + Share.percent(percentage).thousandths() + ",[",
                            "]]\n")));
        }
        List<String> different = new ArrayList<>();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(node.getInputStream(), UTF_8))) {
            String variants = out.readLine();
            assertThat(variants).hasSize(units.size());
            for (int i = 0; i < units.size(); i++) {
                if ((variants.charAt(i) == 'C') != ours(salt, units.get(i), percentage)) {
                    different.add(units.get(i));
                }
            }
        }
        assertThat(node.waitFor()).isZero();
        return different;
    }

    private static String json(String text) {
        return text.chars().mapToObj(c -> String.format("\\u%04x", c)).collect(Collectors.joining("", "\"", "\""));
    }
}
