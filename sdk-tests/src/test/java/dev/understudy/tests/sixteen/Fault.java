package dev.understudy.tests.sixteen;

import static dev.understudy.tests.sixteen.Upstream.BASELINE;
import static dev.understudy.tests.sixteen.Upstream.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.call.FallbackReason;
import dev.understudy.call.StreamListener;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.Usage;
import dev.understudy.error.ChatException;
import dev.understudy.error.ContentFilteredException;
import dev.understudy.tests.hostile.Completions;
import java.time.Duration;
import java.util.List;

/** One fault, what is wanted of a stream that meets it, and what came of it. */
enum Fault {
    RATE_LIMITED_ONCE("429 with `Retry-After: 2`, once", "status;code=429;retry-after=2;body=openai-rate", "stream") {
        @Override
        void check(Upstream upstream, Seen seen) {
            seen.isCompleteBy(CANDIDATE);
            assertThat(upstream.sent(CANDIDATE)).hasSize(2);
            assertThat(upstream.sent(CANDIDATE).get(1)
                            - upstream.sent(CANDIDATE).get(0))
                    .isGreaterThanOrEqualTo(1_800_000_000L);
        }
    },
    RATE_LIMITED("429 without it, persistently", "status;code=429;body=openai-rate"),
    ERROR_ONCE("500, once", "status;code=500", "stream") {
        @Override
        void check(Upstream upstream, Seen seen) {
            seen.isCompleteBy(CANDIDATE);
        }
    },
    UNAVAILABLE("503, persistently", "status;code=503"),
    RESET_ONCE("reset before headers, once", "reset-before-headers", "stream") {
        @Override
        void check(Upstream upstream, Seen seen) {
            seen.isCompleteBy(CANDIDATE);
        }
    },
    NO_RESPONSE("no response at all", "silent") {
        @Override
        void check(Upstream upstream, Seen seen) {
            super.check(upstream, seen);
            seen.tookOneAttemptAndAtMostElevenSeconds(upstream);
        }
    },
    LATE("first token after 20 s", "stream;first-ms=20000") {
        @Override
        void check(Upstream upstream, Seen seen) {
            super.check(upstream, seen);
            seen.tookOneAttemptAndAtMostElevenSeconds(upstream);
        }
    },
    CUT("stream cut after 40 of 60 tokens", "stream;after=40;end=cut"),
    SILENT("stream silent after 20 tokens", "stream;after=20;end=silent") {
        @Override
        void check(Upstream upstream, Seen seen) {
            super.check(upstream, seen);
            seen.tookOneAttemptAndAtMostElevenSeconds(upstream);
        }
    },
    MALFORMED("one malformed event", "stream;after=30;end=bad", "stream") {
        @Override
        void check(Upstream upstream, Seen seen) {
            seen.isCompleteBy(CANDIDATE);
        }
    },
    NO_DONE("no `[DONE]`", "stream;end=no-done") {
        @Override
        void check(Upstream upstream, Seen seen) {
            seen.isCompleteBy(CANDIDATE);
            assertThat(upstream.sent(CANDIDATE)).hasSize(1);
        }
    },
    CONTEXT_LENGTH("context length exceeded", "status;code=400;body=openai-context") {
        @Override
        void check(Upstream upstream, Seen seen) {
            super.check(upstream, seen);
            assertThat(upstream.sent(CANDIDATE)).hasSize(1);
        }
    },
    CONTENT_FILTER("content filter", "status;code=400;body=openai-filter") {
        @Override
        void check(Upstream upstream, Seen seen) {
            assertThat(seen.failure()).isInstanceOf(ContentFilteredException.class);
            assertThat(upstream.sent(CANDIDATE)).hasSize(1);
            assertThat(upstream.sent(BASELINE)).isEmpty();
        }
    },
    NO_ASSISTANT_LAST("cut, and the baseline rejects an assistant message as last message", "stream;after=40;end=cut") {
        @Override
        String baseline() {
            return "stream-unless-assistant-last";
        }
    },
    OUTAGE("60 s outage with a call every 4 s", "status;code=503") {
        @Override
        Seen play(Upstream upstream) {
            upstream.script(BASELINE, "stream");
            upstream.script(CANDIDATE, script());
            long began = upstream.nanoTime();
            Seen slowest = null;
            for (int call = 0; call < 15; call++) {
                passUntil(upstream, began + call * 4_000_000_000L);
                Seen seen = call(upstream);
                seen.isCompleteBy(BASELINE);
                slowest = slowest == null || seen.took().compareTo(slowest.took()) > 0 ? seen : slowest;
            }
            assertThat(upstream.sent(CANDIDATE)).hasSizeLessThanOrEqualTo(8);
            int during = upstream.sent(CANDIDATE).size();
            passUntil(upstream, began + 60_000_000_000L);
            upstream.script(CANDIDATE, "stream");
            boolean back = false;
            for (int call = 15; !back; call++) {
                passUntil(upstream, began + call * 4_000_000_000L);
                Seen seen = call(upstream);
                back = seen.by().equals(CANDIDATE);
                assertThat(upstream.nanoTime() - began).as("back within 30 s").isLessThan(90_000_000_000L);
            }
            return new Seen(slowest.answer(), null, slowest.took(), slowest.restarts(), slowest.heard(), during, 15);
        }

        @Override
        void check(Upstream upstream, Seen seen) {}
    },
    ACCOUNTING("accounting after failover", "stream;after=40;end=cut") {
        @Override
        void check(Upstream upstream, Seen seen) {
            super.check(upstream, seen);
            assertThat(seen.answer().usage()).isEqualTo(new Usage(10, 60));
            assertThat(seen.answer().cost()).isEqualTo((10 * 1 + 60 * 3) / 1e6);
            assertThat(seen.answer().degraded()).isTrue();
        }
    };

    /** What the caller and the server saw. */
    record Seen(
            ChatResponse answer,
            ChatException failure,
            Duration took,
            int restarts,
            String heard,
            int candidateAttempts,
            int baselineAttempts) {

        void isCompleteBy(String model) {
            assertThat(failure).isNull();
            assertThat(answer.model()).isEqualTo(model);
            assertThat(answer.text()).isEqualTo(Completions.spoken(60)).isEqualTo(heard);
        }

        void tookOneAttemptAndAtMostElevenSeconds(Upstream upstream) {
            assertThat(upstream.sent(CANDIDATE)).hasSize(1);
            assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(11));
        }

        String by() {
            return failure != null ? failure.getClass().getSimpleName() : answer.model();
        }
    }

    private final String words;
    private final String[] script;

    Fault(String words, String... script) {
        this.words = words;
        this.script = script;
    }

    String words() {
        return words;
    }

    String[] script() {
        return script;
    }

    String baseline() {
        return "stream";
    }

    Seen play(Upstream upstream) {
        upstream.script(CANDIDATE, script);
        upstream.script(BASELINE, baseline());
        Seen seen = call(upstream);
        check(upstream, seen);
        return seen;
    }

    /** Unless it says otherwise: the baseline's whole answer. */
    void check(Upstream upstream, Seen seen) {
        seen.isCompleteBy(BASELINE);
        assertThat(upstream.sent(BASELINE)).hasSize(1);
    }

    private static void passUntil(Upstream upstream, long nanos) {
        upstream.pass(Duration.ofNanos(Math.max(0, nanos - upstream.nanoTime())));
    }

    private static Seen call(Upstream upstream) {
        StringBuilder heard = new StringBuilder();
        int[] restarts = {0};
        long began = upstream.nanoTime();
        ChatResponse answer = null;
        ChatException failure = null;
        try {
            answer = upstream.registry().stream(
                    Setting.AGENT,
                    List.of(Message.user("Where is my parcel?")),
                    CallOptions.DEFAULT,
                    new StreamListener() {
                        @Override
                        public void onText(String text) {
                            heard.append(text);
                        }

                        @Override
                        public boolean onRestart(FallbackReason reason) {
                            restarts[0]++;
                            heard.setLength(0);
                            return true;
                        }
                    });
        } catch (ChatException told) {
            failure = told;
        }
        return new Seen(
                answer,
                failure,
                Duration.ofNanos(upstream.nanoTime() - began),
                restarts[0],
                heard.toString(),
                upstream.sent(CANDIDATE).size(),
                upstream.sent(BASELINE).size());
    }
}
