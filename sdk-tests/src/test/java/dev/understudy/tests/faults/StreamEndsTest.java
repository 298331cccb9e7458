package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.call.CallOptions;
import dev.understudy.call.FallbackReason;
import dev.understudy.call.StreamListener;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How streams end otherwise than they should, before and after their first token, with and without the listener's consent:
 * what the caller gets, and what the server saw.
 */
@ExtendWith(CanaryWatch.class)
@Rule({"R13", "R20"})
class StreamEndsTest {

    /** Hears everything, and consents or not. */
    private static final class Ear implements StreamListener {
        private final boolean consents;
        private final StringBuilder heard = new StringBuilder();
        private final List<FailureKind> asked = new ArrayList<>();

        Ear(boolean consents) {
            this.consents = consents;
        }

        @Override
        public void onText(String text) {
            heard.append(text);
        }

        @Override
        public boolean onRestart(FallbackReason reason) {
            asked.add(reason.kind());
            if (consents) {
                heard.setLength(0);
            }
            return consents;
        }
    }

    private static World world(String candidate) {
        // Nothing here waits for time to pass: it must suffice on a busy machine, too.
        World world =
                World.builder().noBreaker().timeout(Duration.ofSeconds(20)).build();
        world.server().script(CANDIDATE, candidate).script(BASELINE, "stream;tokens=8");
        return world;
    }

    private static ChatResponse stream(World world, StreamListener listener) {
        return world.registry().stream(World.AGENT, World.prompt(), CallOptions.DEFAULT, listener);
    }

    /** Every attempt that the server saw was told, as an attempt of that kind, and nobody is left. */
    private static void assertTold(World world, int candidate, int baseline, FailureKind kind) {
        assertThat(world.attempts(CANDIDATE)).hasSize(candidate);
        assertThat(world.attempts(BASELINE)).hasSize(baseline);
        assertThat(world.events().of(Event.AttemptFinished.class))
                .filteredOn(attempt -> attempt.model().equals(CANDIDATE))
                .hasSize(candidate)
                .allMatch(attempt -> attempt.failure() == kind);
        assertThat(world.events().of(Event.CallFinished.class)).hasSize(1);
        world.awaitRest();
    }

    @ParameterizedTest
    @CsvSource({
        "early, MALFORMED", // not even an event
        "cut, TRANSPORT",
        "reset, TRANSPORT",
        "error, UPSTREAM",
        "bad, MALFORMED"
    })
    void before_the_first_token_nobody_notices(String end, FailureKind kind) {
        try (World world = world("stream;after=0;end=" + end)) {
            Ear ear = new Ear(false);

            ChatResponse answer = stream(world, ear);

            assertThat(answer.model()).isEqualTo(BASELINE);
            assertThat(answer.degraded()).isTrue();
            assertThat(ear.heard).hasToString(answer.text());
            assertThat(ear.asked).isEmpty();
            assertTold(world, 2, 1, kind);
        }
    }

    @ParameterizedTest
    @CsvSource({"early, INCOMPLETE", "cut, TRANSPORT", "reset, TRANSPORT", "error, UPSTREAM", "bad, MALFORMED"})
    void after_it_the_call_fails_with_what_was_heard(String end, FailureKind kind) {
        try (World world = world("stream;after=5;end=" + end)) {
            Ear ear = new Ear(false);

            ChatException told = catchThrowableOfType(ChatException.class, () -> stream(world, ear));

            assertThat(told.kind()).isEqualTo(kind);
            assertThat(ear.heard).isNotEmpty();
            assertThat(told.partialText()).contains(ear.heard.toString());
            assertThat(ear.asked).containsExactly(kind);
            assertTold(world, 1, 0, kind);
        }
    }

    @ParameterizedTest
    @CsvSource({"early, INCOMPLETE", "cut, TRANSPORT", "reset, TRANSPORT", "error, UPSTREAM", "bad, MALFORMED"})
    void after_it_a_whole_new_answer_follows_if_the_listener_consents(String end, FailureKind kind) {
        try (World world = world("stream;after=5;end=" + end)) {
            Ear ear = new Ear(true);

            ChatResponse answer = stream(world, ear);

            assertThat(answer.model()).isEqualTo(BASELINE);
            assertThat(ear.heard).as("and nothing else").hasToString(answer.text());
            assertThat(ear.asked).as("once for each that was heard").containsExactly(kind, kind);
            assertTold(world, 2, 1, kind);
        }
    }

    @Test
    void without_done_it_is_complete_where_it_says_why_it_finished() {
        try (World world = world("stream;tokens=5;end=no-done")) {
            Ear ear = new Ear(false);

            ChatResponse answer = stream(world, ear);

            assertThat(answer.model()).isEqualTo(CANDIDATE);
            assertThat(ear.heard).hasToString(answer.text());
            assertThat(answer.usage().outputTokens())
                    .as("said after the finish reason")
                    .isEqualTo(5);
            assertTold(world, 1, 0, null);
        }
    }
}
