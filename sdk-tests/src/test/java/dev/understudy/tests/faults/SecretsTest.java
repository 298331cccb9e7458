package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.ChatRequest;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.Attempt;
import dev.understudy.tests.hostile.HostileServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Keys go to the configured origin and nowhere else; prompts and answers go to nobody but the two who talk. */
@ExtendWith(CanaryWatch.class)
@Rule("R28")
class SecretsTest {

    /** An upstream that repeats what it was told, in every place where it can be heard. */
    static Stream<Arguments> echoes() {
        return Stream.of(200, 400, 401, 403, 404, 408, 413, 422, 429, 500, 501, 503, 529, 418, 302)
                .flatMap(code -> Stream.of("message", "code", "type", "param", "plain", "detail")
                        .map(field -> Arguments.of(code, field)));
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void an_upstream_that_repeats_what_it_was_told_is_not_repeated(int code, String field) {
        try (World world = World.of("echo-error;code=" + code + ";field=" + field, "answer")) {
            Result alone = world.call(
                    Face.CHAT, CallOptions.builder().useFallback(false).build());
            Result rescued = world.call();

            assertThat(alone.answered()).isFalse();
            CanaryWatch.check(alone.exception());
            CanaryWatch.check("An origin", alone.exception().origin().toString());
            CanaryWatch.check("A request id", alone.exception().requestId().orElse(""));
            if (!rescued.answered()) {
                CanaryWatch.check(rescued.exception());
            }
            CanaryWatch.check("The scrape", world.scrape());
            CanaryWatch.check("The events", world.events().all().toString());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 303, 307, 308})
    void a_redirect_takes_the_key_nowhere(int code) {
        try (HostileServer elsewhere = HostileServer.start();
                World world = World.builder().build()) {
            world.server()
                    .script(CANDIDATE, "redirect;code=" + code + ";to=" + elsewhere.baseUrl() + "/chat/completions");
            for (Face face : Face.all()) {
                assertThat(world.call(face, CallOptions.DEFAULT).answered()).isFalse();
            }
            assertThat(elsewhere.log().connections()).isZero();
            assertThat(world.attempts(BASELINE)).isEmpty();
        }
    }

    @Test
    void each_provider_gets_its_own_key_in_one_header() {
        try (World world = World.of("answer", "answer")) {
            world.call().response();

            Attempt attempt = world.attempts(CANDIDATE).get(0);
            assertThat(attempt.headers())
                    .filteredOn(header -> header.getValue().contains("CANARY"))
                    .singleElement()
                    .satisfies(header -> {
                        assertThat(header.getKey()).isEqualTo("authorization");
                        assertThat(header.getValue()).isEqualTo("Bearer " + Canaries.KEY);
                    });
            assertThat(attempt.path()).isEqualTo("/v1/chat/completions");
            assertThat(attempt.body()).contains(Canaries.PROMPT).doesNotContain(Canaries.KEY);
        }
    }

    @Test
    void nothing_that_can_be_printed_shows_anything() {
        try (World world = World.of("answer", "answer")) {
            Result result = world.call(
                    Face.CHAT,
                    CallOptions.builder()
                            .unit(Canaries.PROMPT)
                            .scope(Canaries.PROMPT)
                            .build());

            assertThat(result.response().text()).contains(Canaries.ANSWER);
            for (Object shown : new Object[] {
                result.response(),
                result.response().provenance(),
                ChatRequest.of(World.prompt()),
                World.prompt(),
                CallOptions.builder().unit(Canaries.PROMPT).build(),
                world.registry(),
                world.registry().model(World.AGENT),
                world.registry().health(World.AGENT),
                world.configuration(),
                world.configuration().providers(),
                world.configuration().models(),
                world.configuration().agents(),
                world.events().all()
            }) {
                CanaryWatch.check(shown.getClass().getSimpleName(), shown.toString());
            }
            CanaryWatch.checkThreads();
        }
    }

    /** Whoever watches must be seen to see. */
    @Test
    void the_watch_finds_what_is_logged_in_whatever_spelling() {
        byte[] key = ("Bearer " + Canaries.KEY).getBytes(StandardCharsets.UTF_8);
        for (String spelling : List.of(
                Canaries.KEY,
                "x" + Canaries.PROMPT + "y",
                URLEncoder.encode(Canaries.KEY, StandardCharsets.UTF_8),
                Base64.getEncoder().encodeToString(key),
                Base64.getUrlEncoder().encodeToString(Canaries.ANSWER.getBytes(StandardCharsets.UTF_8)),
                "..." + Canaries.KEY.substring(8, 20) + "...")) {
            assertThat(Canaries.in(spelling)).as(spelling).isPresent();
        }
        assertThat(Canaries.in("sk-... and an answer to the prompt")).isEmpty();

        long before = CanaryWatch.read();
        LoggerFactory.getLogger("dev.understudy.anything").trace("seen at the finest level");
        java.util.logging.Logger.getLogger("okhttp3.anything").finest("and here");
        assertThat(CanaryWatch.read()).isEqualTo(before + 2);
    }
}
