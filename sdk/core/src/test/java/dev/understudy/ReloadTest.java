package dev.understudy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.understudy.chat.Provider;
import dev.understudy.chat.ProviderClient;
import dev.understudy.config.Configuration;
import dev.understudy.config.ConfigurationFile;
import dev.understudy.config.ConfigurationReader;
import dev.understudy.error.ConfigurationException;
import dev.understudy.event.Event;
import dev.understudy.event.Events;
import dev.understudy.health.Health;
import dev.understudy.testing.FakeTicker;
import dev.understudy.testing.RecordedEvents;
import dev.understudy.testing.Rule;
import dev.understudy.time.Ticker;
import dev.understudy.time.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class ReloadTest {

    private static final String KEY = "sk-canary-4711";

    private static final String YAML = """
            providers:
              cloud: { api: any, base_url: "https://example.org", api_key: env:KEY }
            deployments:
              steady: { provider: cloud }
            agents:
              qa_agent: { baseline: steady, timeout: 5s }
            """;

    private static final ProviderClient.Factory ANY = new ProviderClient.Factory() {
        @Override
        public String api() {
            return "any";
        }

        @Override
        public List<String> problems(Provider provider) {
            return List.of();
        }

        @Override
        public ProviderClient open(Provider provider, Ticker ticker) {
            throw new IllegalStateException("nothing is opened here");
        }
    };

    @TempDir
    Path folder;

    private final FakeTicker clock = new FakeTicker();
    private final Waiting waiting = clock.waiting();
    private final RecordedEvents heard = new RecordedEvents();
    private final Logger logger = (Logger) LoggerFactory.getLogger(ModelRegistry.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<Configuration> installed = new ArrayList<>();
    private RuntimeException installFails;
    private Runnable whenInstalled = () -> {};
    private Runnable whenHeard = () -> {};
    private int tidied;
    private Path path;
    private Reload reload;

    @BeforeEach
    void start() throws IOException {
        log.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(log);
        path = Files.writeString(folder.resolve("understudy.yaml"), YAML);
        ConfigurationFile file =
                new ConfigurationFile(path, new ConfigurationReader(Map.of("KEY", KEY)::get, Map.of("any", ANY)));
        installed.add(file.load());
        reload = new Reload(
                file,
                Duration.ofSeconds(1),
                () -> installed.get(installed.size() - 1),
                this::install,
                () -> tidied++,
                new Events(List.of(heard, event -> whenHeard.run()), Runnable::run),
                waiting,
                Runnable::run);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    private void install(Configuration configuration) {
        if (installFails != null) {
            throw installFails;
        }
        installed.add(configuration);
        whenInstalled.run();
    }

    private void write(String yaml) throws IOException {
        Files.writeString(path, yaml);
        looks(4);
    }

    private void looks(int times) {
        for (int i = 0; i < times; i++) {
            reload.rounds().round();
        }
    }

    private List<Boolean> accepted() {
        return heard.of(Event.ConfigurationLoaded.class).stream()
                .map(Event.ConfigurationLoaded::accepted)
                .toList();
    }

    private List<ILoggingEvent> errors() {
        return log.list.stream()
                .filter(event -> event.getLevel() == Level.ERROR)
                .toList();
    }

    private static Health up() {
        return new Health("qa_agent", Health.Status.UP, "baseline 'steady' answers", List.of());
    }

    /** Follows the file until {@link #waiting} is closed; the clock goes on while it sleeps. */
    private Duration follow() {
        long start = clock.nanoTime();
        reload.rounds().start();
        return Duration.ofNanos(clock.nanoTime() - start);
    }

    @Test
    @Rule("R22")
    void a_changed_file_is_in_force_an_interval_and_a_quarter_second_later() throws IOException {
        Files.writeString(path, YAML.replace("5s", "6s"));
        whenInstalled = waiting::close;
        assertThat(follow()).isEqualTo(Duration.ofMillis(1_250));
        assertThat(installed).hasSize(2);
    }

    @Test
    void something_bad_is_told_after_a_whole_interval_in_which_it_did_not_change() throws IOException {
        Files.writeString(path, "agents: []\n");
        whenHeard = waiting::close;
        assertThat(follow()).isEqualTo(Duration.ofMillis(2_250));
        assertThat(accepted()).containsExactly(false);
    }

    @Test
    void a_file_that_nobody_touches_causes_nothing() {
        looks(10);
        assertThat(installed).hasSize(1);
        assertThat(heard.all()).isEmpty();
        assertThat(log.list).isEmpty();
        assertThat(tidied).isEqualTo(10);
    }

    @Test
    void each_change_is_installed_once_and_told_once() throws IOException {
        write(YAML.replace("5s", "6s"));
        write(YAML.replace("5s", "7s"));
        assertThat(installed).hasSize(3);
        assertThat(accepted()).containsExactly(true, true);
        assertThat(reload.problems()).isEmpty();
        assertThat(log.list).hasSize(2).allMatch(event -> event.getLevel() == Level.INFO);
    }

    @Test
    @Rule({"R21", "R28"})
    void a_bad_file_is_loud_once_and_changes_nothing() throws IOException {
        write(YAML.replace("5s", "5").replace("steady }", "stedy }").replace("env:KEY", KEY));
        looks(20);
        assertThat(installed).hasSize(1);
        assertThat(heard.of(Event.ConfigurationLoaded.class))
                .containsExactly(
                        new Event.ConfigurationLoaded(false, reload.problems().size()));
        assertThat(reload.problems()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(errors()).hasSize(1);
        assertThat(errors().get(0).getFormattedMessage())
                .contains(path.toString(), "line 6: agents.qa_agent.timeout", "stays in force")
                .contains(reload.problems())
                .doesNotContain(KEY);
        Health health = reload.and(up());
        assertThat(health.status()).isEqualTo(Health.Status.DEGRADED);
        assertThat(health.reason())
                .startsWith("baseline 'steady' answers; the configuration file was refused")
                .contains(reload.problems().get(0), "more)")
                .doesNotContain(KEY);
    }

    @Test
    @Rule("R21")
    void each_bad_content_is_told_anew() throws IOException {
        write(YAML.replace("5s", "5"));
        write(YAML.replace("5s", "6"));
        Files.delete(path);
        looks(4);
        assertThat(errors()).hasSize(3);
        assertThat(accepted()).containsExactly(false, false, false);
        assertThat(reload.and(up()).reason()).endsWith("there is no such file");
    }

    @Test
    void a_comment_installs_nothing_and_ends_a_refusal() throws IOException {
        write(YAML.replace("5s", "5"));
        write("# mended\n" + YAML);
        assertThat(installed).hasSize(1);
        assertThat(accepted()).containsExactly(false, true);
        assertThat(reload.problems()).isEmpty();
        assertThat(reload.and(up())).isEqualTo(up());
    }

    @Test
    @Rule("R21")
    void what_cannot_be_put_into_force_is_refused_like_any_other() throws IOException {
        installFails = new ConfigurationException("of provider 'cloud'", List.of("its options contradict each other"));
        write(YAML.replace("5s", "6s"));
        assertThat(reload.problems()).containsExactly("its options contradict each other");
        installFails = new IllegalStateException(KEY);
        write(YAML.replace("5s", "7s"));
        assertThat(reload.problems())
                .singleElement()
                .asString()
                .contains("IllegalStateException")
                .doesNotContain(KEY);
        installFails = null;
        write(YAML.replace("5s", "8s"));
        assertThat(reload.problems()).isEmpty();
        assertThat(accepted()).containsExactly(false, false, true);
    }

    @Test
    void an_agent_that_is_down_stays_down_whatever_its_file_says() throws IOException {
        write("");
        Health down = new Health("qa_agent", Health.Status.DOWN, "baseline 'steady' is OPEN", List.of());
        assertThat(reload.and(down).status()).isEqualTo(Health.Status.DOWN);
    }

    @Test
    void an_interval_out_of_bounds_is_refused_and_zero_means_never() {
        assertThat(Reload.checked(Duration.ZERO)).isZero();
        assertThatThrownBy(() -> Reload.checked(Duration.ofMillis(9))).hasMessageContaining("reload interval");
        assertThatThrownBy(() -> Reload.checked(Duration.ofMillis(-1))).hasMessageContaining("reload interval");
        assertThatThrownBy(() -> Reload.checked(Duration.ofHours(2))).hasMessageContaining("reload interval");
    }
}
