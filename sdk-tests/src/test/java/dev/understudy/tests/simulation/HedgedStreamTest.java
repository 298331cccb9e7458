package dev.understudy.tests.simulation;

import static dev.understudy.tests.simulation.HedgedWorld.AGENT;
import static dev.understudy.tests.simulation.HedgedWorld.PROMPT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.call.FallbackReason;
import dev.understudy.call.OpenStream;
import dev.understudy.call.StreamListener;
import dev.understudy.call.StreamSettings;
import dev.understudy.chat.ChatResponse;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.event.Event;
import dev.understudy.event.HedgeResult;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams are hedged until they begin: who speaks first has the word, and the listener hears only one of the two. */
@Timeout(60)
class HedgedStreamTest {

    private static final Duration TENTH = Duration.ofMillis(100);

    /** Hears on the caller's thread, and writes it down. */
    private static final class Listener implements StreamListener {
        private final HedgedWorld world;
        private final Thread home = Thread.currentThread();
        private final List<String> heard = new ArrayList<>();
        private final Set<String> speakers = new HashSet<>();
        private final boolean consents;
        private int closesAfter = Integer.MAX_VALUE;
        private OpenStream open;

        Listener(HedgedWorld world, boolean consents) {
            this.world = world;
            this.consents = consents;
        }

        @Override
        public void onStart(OpenStream stream) {
            open = stream;
        }

        @Override
        public void onText(String text) {
            assertThat(Thread.currentThread()).isSameAs(home);
            heard.add(text + "@" + world.world.elapsedNanos() / 1_000_000);
            speakers.add(open.provenance().model());
            if (heard.size() == closesAfter) {
                open.close();
            }
        }

        @Override
        public boolean onRestart(FallbackReason reason) {
            heard.add("restart: " + reason.kind());
            return consents;
        }
    }

    static LongStream orders() {
        return LongStream.range(0, 25);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void a_silent_candidate_is_given_up_when_the_baseline_begins_to_speak(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.hangs();
        world.baseline.speaksEvery(TENTH, "under", "study");
        world.play(() -> {
            Listener listener = new Listener(world, false);
            ChatResponse answer = world.registry.stream(AGENT, PROMPT, listener);
            assertThat(answer.text()).isEqualTo("understudy");
            assertThat(answer.model()).isEqualTo("baseline");
            assertThat(answer.degradedBecause()).hasValue(FailureKind.OUTRUN);
            assertThat(listener.heard).containsExactly("under@200", "study@300");
            assertThat(listener.speakers).containsExactly("baseline");
        });
        assertThat(world.attempts("candidate").get(0).failure()).isEqualTo(FailureKind.OUTRUN);
        assertThat(world.attempts("candidate").get(0).latencyNanos())
                .as("given up at the baseline's first word")
                .isEqualTo(Duration.ofMillis(200).toNanos());
        assertThat(world.events.of(Event.FirstToken.class)).singleElement().satisfies(first -> {
            assertThat(first.latencyNanos()).isEqualTo(Duration.ofMillis(200).toNanos());
            assertThat(first.model()).isEqualTo("baseline");
        });
        assertThat(world.hedges()).containsExactly(HedgeResult.WON);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void who_has_begun_keeps_the_word_however_long_it_speaks(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.speaksEvery(Duration.ofMillis(150), "a", "b", "c", "d");
        world.baseline.speaksEvery(TENTH, "under", "study");
        world.play(() -> {
            Listener listener = new Listener(world, false);
            assertThat(world.registry.stream(AGENT, PROMPT, listener).text()).isEqualTo("abcd");
            assertThat(listener.heard).containsExactly("a@150", "b@300", "c@450", "d@600");
        });
        assertThat(world.attempts("baseline").get(0).failure()).isEqualTo(FailureKind.OUTRUN);
        assertThat(world.attempts("baseline").get(0).latencyNanos())
                .isEqualTo(Duration.ofMillis(50).toNanos());
        assertThat(world.hedges()).containsExactly(HedgeResult.LOST);
    }

    @ParameterizedTest
    @MethodSource("orders")
    void a_candidate_that_begins_in_time_is_not_hedged(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.speaksEvery(Duration.ofMillis(90), "a", "b", "c");
        world.baseline.answers("understudy");
        world.play(() -> assertThat(world.registry.stream(AGENT, PROMPT, new Listener(world, false))
                        .text())
                .isEqualTo("abc"));
        assertThat(world.baseline.calls()).isZero();
    }

    @ParameterizedTest
    @MethodSource("orders")
    @Rule("R13")
    void a_hedge_that_has_spoken_and_breaks_off_begins_anew_only_with_consent(long seed) {
        for (boolean consents : new boolean[] {true, false}) {
            HedgedWorld world = new HedgedWorld(seed);
            world.candidate.hangs();
            world.baseline.speaksAndFails(FailureKind.TRANSPORT, "und").speaks("understudy");
            world.play(() -> {
                Listener listener = new Listener(world, consents);
                if (consents) {
                    assertThat(world.registry.stream(AGENT, PROMPT, listener).text())
                            .isEqualTo("understudy");
                    assertThat(listener.heard).containsExactly("und@100", "restart: TRANSPORT", "understudy@100");
                } else {
                    ChatException told = catchThrowableOfType(
                            ChatException.class, () -> world.registry.stream(AGENT, PROMPT, listener));
                    assertThat(told.kind()).isEqualTo(FailureKind.TRANSPORT);
                    assertThat(told.partialText()).hasValue("und");
                }
            });
            assertThat(world.baseline.calls()).isEqualTo(consents ? 2 : 1);
        }
    }

    @ParameterizedTest
    @MethodSource("orders")
    @Rule("R4")
    void a_listener_that_closes_while_the_hedge_speaks_ends_it(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.hangs();
        world.baseline.speaksEvery(TENTH, "a", "b", "c", "d");
        world.play(() -> {
            Listener listener = new Listener(world, false);
            listener.closesAfter = 2;
            ChatException told =
                    catchThrowableOfType(ChatException.class, () -> world.registry.stream(AGENT, PROMPT, listener));
            assertThat(told.kind()).isEqualTo(FailureKind.CANCELLED);
            assertThat(listener.heard).containsExactly("a@200", "b@300");
        });
        assertThat(world.attempts("baseline").get(0).failure()).isEqualTo(FailureKind.CANCELLED);
        assertThat(world.attempts("baseline").get(0).latencyNanos())
                .isEqualTo(Duration.ofMillis(200).toNanos());
    }

    @ParameterizedTest
    @MethodSource("orders")
    void what_is_held_back_is_held_back_of_a_hedge_too(long seed) {
        HedgedWorld world = new HedgedWorld(seed);
        world.candidate.hangs();
        world.baseline.speaksEvery(TENTH, "a", "b", "c", "d");
        world.agent(agent -> agent.stream(StreamSettings.DEFAULT.holdingBack(2)).hedge(HedgedWorld.ALWAYS));
        world.play(() -> {
            Listener listener = new Listener(world, false);
            world.registry.stream(AGENT, PROMPT, listener);
            assertThat(listener.heard).containsExactly("abc@400", "d@500");
        });
    }
}
