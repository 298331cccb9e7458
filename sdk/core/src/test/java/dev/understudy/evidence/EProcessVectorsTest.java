package dev.understudy.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Wealth after each observation, as computed by an independent implementation. */
class EProcessVectorsTest {

    private static final double TOLERANCE = 1e-9;

    /** JSON is YAML, so the vectors need no JSON library. */
    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> vectors(String kind) throws Exception {
        try (InputStream in = EProcessVectorsTest.class.getResourceAsStream("/evidence/eprocess-vectors.json")) {
            Object root = new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            List<Map<String, Object>> cases = (List<Map<String, Object>>) ((Map<String, Object>) root).get("cases");
            assertThat(cases).hasSize(7);
            return cases.stream().filter(each -> kind.equals(each.get("kind"))).toList();
        }
    }

    @Test
    void labels() throws Exception {
        List<Map<String, Object>> cases = vectors("affected-unit label");
        assertThat(cases).hasSize(4);
        for (Map<String, Object> vector : cases) {
            LabelTest test = new LabelTest();
            int[] labels = integers(vector.get("labels"));
            double[] wealth = numbers(vector.get("wealth"));
            assertThat(wealth).hasSameSizeAs(labels);
            for (int i = 0; i < labels.length; i++) {
                test.add(labels[i] == 1, number(vector.get("rho")), number(vector.get("psi0")));
                assertIs(test.logWealth(), wealth[i], vector, i);
            }
        }
    }

    @Test
    void limits() throws Exception {
        List<Map<String, Object>> cases = vectors("one-sample exceedance");
        assertThat(cases).hasSize(2);
        for (Map<String, Object> vector : cases) {
            LimitTest test = new LimitTest(number(vector.get("p0")));
            int[] bad = integers(vector.get("bad"));
            double[] wealth = numbers(vector.get("wealth"));
            assertThat(wealth).hasSameSizeAs(bad);
            long sum = 0;
            for (int i = 0; i < bad.length; i++) {
                sum += bad[i];
                assertIs(test.logWealth(sum, i + 1L), wealth[i], vector, i);
            }
        }
    }

    @Test
    void sample_ratios() throws Exception {
        List<Map<String, Object>> cases = vectors("srm");
        assertThat(cases).hasSize(1);
        for (Map<String, Object> vector : cases) {
            int[] arms = integers(vector.get("arms"));
            double[] wealth = numbers(vector.get("wealth"));
            assertThat(wealth).hasSameSizeAs(arms);
            long sum = 0;
            for (int i = 0; i < arms.length; i++) {
                sum += arms[i];
                assertIs(SampleRatioTest.logWealth(sum, i + 1L, number(vector.get("rho"))), wealth[i], vector, i);
            }
        }
    }

    private static void assertIs(double logWealth, double expected, Map<String, Object> vector, int at) {
        assertThat(Math.exp(logWealth) / expected)
                .as("%s, observation %d", vector.get("name"), at)
                .isCloseTo(1, within(TOLERANCE));
    }

    private static double number(Object number) {
        return ((Number) number).doubleValue();
    }

    private static double[] numbers(Object list) {
        return ((List<?>) list).stream().mapToDouble(each -> number(each)).toArray();
    }

    private static int[] integers(Object list) {
        List<?> all = (List<?>) list;
        return IntStream.range(0, all.size())
                .map(i -> ((Number) all.get(i)).intValue())
                .toArray();
    }
}
