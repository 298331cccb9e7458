package dev.understudy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.understudy.error.ConfigurationException;
import dev.understudy.testing.Rule;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Good files with something wrong in them, at random: whatever it is, the only thing that comes out is a configuration error. */
@Rule({"R21", "R28", "R29"})
@Timeout(120)
class MutatedFilesTest {

    private static final int ROUNDS = 2000;

    /** What hurts parsers. */
    private static final List<String> BITS = List.of(
            "\n",
            "\t",
            ":",
            ": ",
            "- ",
            "? ",
            "{",
            "}",
            "[",
            "]",
            ",",
            "#",
            " #",
            "&a ",
            "*a",
            "!",
            "!!int ",
            "|",
            ">",
            "'",
            "\"",
            "%",
            "@",
            "`",
            "---\n",
            "...\n",
            "<<: ",
            "~",
            "null",
            "true",
            "off",
            "0",
            "-1",
            "1e999",
            ".nan",
            "99999999999999999999",
            "%",
            "\u0000",
            "\u0085",
            "\u2028",
            "\uFEFF",
            "\uD83D",
            "🎭",
            "  ",
            "agents:\n",
            "5s",
            "\\x",
            "\"\\u12\"",
            "env:",
            "file:",
            "file:\u0000",
            "https://[",
            "https://a:b@c");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void only_a_configuration_error_comes_out(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] mutant = mutate(random.nextBoolean() ? Given.example() : Given.everyKey(), random);
            try {
                Given.READER.read("mutant.yaml", Path.of("."), mutant);
            } catch (ConfigurationException expected) {
                assertThat(expected.getMessage()).doesNotContain(Given.KEY).hasSizeLessThan(100_000);
            } catch (RuntimeException | StackOverflowError wrong) {
                fail("seed " + seed + ", round " + round + ":\n" + new String(mutant, StandardCharsets.UTF_8), wrong);
            }
        }
    }

    private static byte[] mutate(String file, RandomGenerator random) {
        StringBuilder text =
                new StringBuilder(file.replace("env:MISTRAL_API_KEY", random.nextInt(4) == 0 ? Given.KEY : "env:X"));
        for (int changes = 1 + random.nextInt(4); changes > 0 && text.length() > 0; changes--) {
            int at = random.nextInt(text.length());
            int end = Math.min(text.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0 -> text.delete(at, end);
                case 1 -> text.insert(at, BITS.get(random.nextInt(BITS.size())));
                case 2 -> text.replace(at, end, BITS.get(random.nextInt(BITS.size())));
                case 3 -> text.insert(random.nextInt(text.length()), text.substring(at, end));
                default -> text.setLength(Math.max(1, at));
            }
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0 && random.nextInt(10) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(20) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }
}
