package dev.understudy.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RealCallTest {

    private static final String KEY = "sk-CANARY-4711";

    @Test
    void without_anything_set_it_says_what_to_set() {
        Output out = new Output();

        assertThat(RealCall.run(Map.of(), "Who?", out.stream())).isEqualTo(2);

        assertThat(out.text()).contains("MISTRAL_API_KEY=", "MODEL_BASE_URL=", "MODEL_API_KEY=", "-Dexample=RealCall");
    }

    @Test
    void it_asks_whoever_is_at_the_address() throws Exception {
        Output out = new Output();
        try (ModelServer server = ModelServer.start()) {
            Map<String, String> environment = Map.of("MODEL_BASE_URL", server.baseUrl(), "MODEL_NAME", "any");

            assertThat(RealCall.run(environment, "Who?", out.stream())).isZero();
        }
        assertThat(out.text()).contains("Who?", "word word", "(any, ");
    }

    @Test
    void a_key_never_goes_over_clear_text_nor_into_the_message() {
        Output out = new Output();
        Map<String, String> environment =
                Map.of("MODEL_BASE_URL", "http://models.example/v1", "MODEL_API_KEY", KEY, "MISTRAL_API_KEY", KEY);

        assertThat(RealCall.run(environment, "Who?", out.stream())).isEqualTo(1);

        assertThat(out.text()).contains("https").doesNotContain(KEY);
    }
}
