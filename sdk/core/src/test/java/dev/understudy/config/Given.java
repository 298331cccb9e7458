package dev.understudy.config;

import static org.assertj.core.api.Assertions.fail;

import dev.understudy.chat.Deployment;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.error.ConfigurationException;
import dev.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Files, an environment and a provider client for the tests of this package. */
final class Given {

    /** What must never be seen. */
    static final String KEY = "Zm9vYmFyYmF6cXV4MTIz";

    /** An operator's token, which must not be seen either. */
    static final String TOKEN = "7d1c5cf0b8e94d0f";

    private static final Map<String, String> ENVIRONMENT = Map.of(
            "MISTRAL_API_KEY",
            KEY,
            "EMPTY",
            "",
            "TWO_LINES",
            KEY + "\n" + KEY,
            "DEPLOY_TOKEN",
            TOKEN,
            "SHORT_TOKEN",
            TOKEN.substring(1));

    private Given() {}

    /** A client that knows one wrong option. */
    static final ProviderClient.Factory OPENAI = new ProviderClient.Factory() {
        @Override
        public String api() {
            return "openai";
        }

        @Override
        public List<String> problems(Provider provider) {
            return provider.options().containsKey("colour")
                    ? List.of("option 'colour' is unknown; leave it out")
                    : List.of();
        }

        @Override
        public List<String> problems(Deployment deployment) {
            return deployment.extra().containsKey("model")
                    ? List.of("extra must not hold 'model'; write 'model' itself")
                    : List.of();
        }

        @Override
        public ProviderClient open(Provider provider, Ticker ticker) {
            throw new IllegalStateException("nothing is opened while a configuration is read");
        }
    };

    static final ConfigurationReader READER = new ConfigurationReader(ENVIRONMENT::get, Map.of("openai", OPENAI), true);

    /** The design's example. */
    static String example() {
        return resource("example.yaml");
    }

    /** A file that says everything. */
    static String everyKey() {
        return resource("every-key.yaml");
    }

    static Configuration read(String yaml) {
        return READER.read("test.yaml", Path.of("."), yaml.getBytes(StandardCharsets.UTF_8));
    }

    /** What is wrong with a file. */
    static List<String> problems(String yaml) {
        return problems(yaml.getBytes(StandardCharsets.UTF_8));
    }

    static List<String> problems(byte[] bytes) {
        try {
            READER.read("test.yaml", Path.of("."), bytes);
        } catch (ConfigurationException refused) {
            return refused.problems();
        }
        return fail("accepted:\n" + new String(bytes, StandardCharsets.UTF_8));
    }

    static String resource(String name) {
        try (InputStream in = Given.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
