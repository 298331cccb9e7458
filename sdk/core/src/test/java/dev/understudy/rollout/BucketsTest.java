package dev.understudy.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.testing.Rule;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

@Rule("R23")
class BucketsTest {

    /** JSON is YAML, so the published vectors need no JSON library. */
    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> vectors() throws Exception {
        try (InputStream in = BucketsTest.class.getResourceAsStream("/rollout/bucket-vectors.json")) {
            Object root = new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            return (List<Map<String, Object>>) ((Map<String, Object>) root).get("cases");
        }
    }

    @Test
    void the_published_vectors_hold() throws Exception {
        assertThat(vectors()).hasSize(20);
        for (Map<String, Object> vector : vectors()) {
            Buckets buckets = new Buckets((String) vector.get("salt"));
            String unit = (String) vector.get("unit");
            assertThat(Integer.toUnsignedLong(buckets.hash(unit)))
                    .as("hash of %s", vector)
                    .isEqualTo(((Number) vector.get("hash")).longValue());
            assertThat(buckets.of(unit)).as("bucket of %s", vector).isEqualTo(vector.get("bucket100000"));
            ((Map<?, ?>) vector.get("candidateAt")).forEach((percent, expected) -> assertThat(buckets.of(unit)
                            < Share.percent(Double.parseDouble((String) percent))
                                    .thousandths())
                    .as("%s at %s %%", unit, percent)
                    .isEqualTo(expected));
        }
    }

    @Test
    void the_reference_of_these_tests_is_murmur3() {
        // The verification of smhasher: hash the hashes of the keys {}, {0}, {0, 1}, … under seeds 256, 255, 254, …
        byte[] hashes = new byte[256 * 4];
        byte[] key = new byte[256];
        for (int i = 0; i < 256; i++) {
            key[i] = (byte) i;
            int hash = reference(key, i, 256 - i);
            for (int b = 0; b < 4; b++) {
                hashes[i * 4 + b] = (byte) (hash >>> 8 * b);
            }
        }
        assertThat(reference(hashes, hashes.length, 0)).isEqualTo(0xB0F57EE3);
    }

    @Test
    void any_text_hashes_as_its_utf8_bytes_do() {
        Random random = new Random(20261120);
        for (int round = 0; round < 20_000; round++) {
            String salt = text(random);
            String unit = text(random);
            byte[] bytes = (salt + ":" + unit).getBytes(StandardCharsets.UTF_8);
            assertThat(new Buckets(salt).hash(unit))
                    .as("%s:%s", salt, unit)
                    .isEqualTo(reference(bytes, bytes.length, 0));
        }
    }

    /** Of all lengths of UTF-8, unpaired surrogates included (not at the end of a salt, where they could meet a pair). */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(12); length > 0; length--) {
            switch (random.nextInt(5)) {
                case 0, 1 -> text.append((char) (1 + random.nextInt(0x7f)));
                case 2 -> text.append((char) (0x80 + random.nextInt(0x780)));
                case 3 -> text.append((char) (0x800 + random.nextInt(0xf800)));
                default -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
            }
        }
        return text.toString();
    }

    /** MurmurHash3_x86_32 over bytes, as written down by Austin Appleby. */
    private static int reference(byte[] key, int length, int seed) {
        int hash = seed;
        int blocks = length / 4;
        for (int i = 0; i < blocks; i++) {
            int k = (key[4 * i] & 0xff)
                    | (key[4 * i + 1] & 0xff) << 8
                    | (key[4 * i + 2] & 0xff) << 16
                    | (key[4 * i + 3] & 0xff) << 24;
            hash ^= Integer.rotateLeft(k * 0xcc9e2d51, 15) * 0x1b873593;
            hash = Integer.rotateLeft(hash, 13) * 5 + 0xe6546b64;
        }
        int k = 0;
        for (int i = length - 1; i >= 4 * blocks; i--) {
            k = k << 8 | key[i] & 0xff;
        }
        hash ^= Integer.rotateLeft(k * 0xcc9e2d51, 15) * 0x1b873593;
        hash ^= length;
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }
}
