package dev.understudy.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.error.ConfigurationException;
import dev.understudy.time.Ticker;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a provider may say about itself. */
class SettingsTest {

    private final OpenAiFactory factory = new OpenAiFactory();

    private List<String> problems(String baseUrl, Map<String, Object> options) {
        return factory.problems(new Provider("p", "openai", URI.create(baseUrl), null, 4, options));
    }

    private List<String> problems(Map<String, Object> options) {
        return problems("https://api.example.com/v1", options);
    }

    @Test
    void the_factory_is_found() {
        assertThat(ServiceLoader.load(ProviderClient.Factory.class))
                .hasOnlyElementsOfType(OpenAiFactory.class)
                .extracting(ProviderClient.Factory::api)
                .containsExactly("openai");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://api.mistral.ai/v1",
                "https://api.mistral.ai/v1/",
                "https://api.mistral.ai",
                "HTTPS://10.0.0.1:8443/a/b%20c",
                "https://[2001:db8::1]/v1",
                "http://localhost:11434/v1",
                "http://127.0.0.1:8000/v1",
                "http://127.1.2.3/v1",
                "http://[::1]:8000/v1",
            })
    void an_address_is_https_or_on_this_machine(String baseUrl) {
        assertThat(problems(baseUrl, Map.of())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "http://api.mistral.ai/v1, must be https",
        "http://10.0.0.1/v1, must be https",
        "http://127.0.0.1.example.com/v1, must be https",
        "http://localhost.example.com/v1, must be https",
        "http://0.0.0.0/v1, must be https",
        "https://user:secret@api.example.com/v1, user or password",
        "https://api.example.com/v1?api-version=1, query",
        "https://api.example.com/v1#x, fragment",
        "https://api.example.com/v1/chat/completions, ends before",
        "ftp://api.example.com/v1, absolute https",
        "api.example.com/v1, absolute https",
        "mailto:a@b.c, absolute https",
        "https:///v1, absolute https",
    })
    void any_other_address_is_a_problem(String baseUrl, String why) {
        assertThat(problems(baseUrl, Map.of()))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains(why).doesNotContain("secret"));
        Provider provider = new Provider("p", "openai", URI.create(baseUrl), null, 4, Map.of());
        assertThatThrownBy(() -> factory.open(provider, Ticker.system())).isInstanceOf(ConfigurationException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "https://a.b, https://a.b/chat/completions",
        "https://a.b/, https://a.b/chat/completions",
        "https://a.b/v1, https://a.b/v1/chat/completions",
        "https://a.b/v1/, https://a.b/v1/chat/completions",
        "https://a.b/v1///, https://a.b/v1/chat/completions",
        "https://a.b:8443/x%20y, https://a.b:8443/x%20y/chat/completions",
    })
    void the_path_is_joined_with_one_slash(String baseUrl, String url) {
        assertThat(BaseUrl.chatCompletions(URI.create(baseUrl))).hasToString(url);
    }

    @Test
    void options_are_known_or_a_neighbour_is_named() {
        assertThat(problems(Map.of("seed_field", "random_seed", "required_tool_choice", "any")))
                .isEmpty();
        assertThat(problems(Map.of("seed_feild", "random_seed")))
                .containsExactly("unknown option 'seed_feild'; did you mean 'seed_field'?");
        assertThat(problems(Map.of("seed_field", "messages")))
                .containsExactly("option 'seed_field' is one of [random_seed, seed]");
        assertThat(problems(Map.of("max_tokens_field", 5))).hasSize(1);
        assertThat(problems(Map.of("headers", "x"))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization, x, set by the client",
        "HOST, x, set by the client",
        "Content-Length, 5, set by the client",
        "Transfer-Encoding, chunked, set by the client",
        "'bad name', x, no header name",
        "'', x, no header name",
        "x-api-key, x, looks like a secret",
        "api-key, x, looks like a secret",
        "X-Team, 'a\u0007b', printable ASCII",
    })
    void headers_are_plain_and_not_ours(String name, String value, String why) {
        assertThat(problems(Map.of("headers", Map.of(name, value))))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains(why));
    }

    @Test
    void a_header_cannot_smuggle_another() {
        assertThat(problems(Map.of("headers", Map.of("X-Team", "a\r\nAuthorization: b"))))
                .hasSize(1);
        assertThat(problems(Map.of("headers", Map.of("X-Team\r\nAuthorization", "b"))))
                .singleElement()
                .satisfies(problem -> assertThat(problem).doesNotContain("\n"));
    }
}
