package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.call.CallOptions;
import dev.understudy.chat.Message;
import dev.understudy.error.OverloadedException;
import dev.understudy.testing.Rule;
import dev.understudy.tests.hostile.Attempt;
import dev.understudy.tests.hostile.Fault;
import dev.understudy.throttle.ThrottleSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A call ends when its time is up, whatever the upstream does and wherever the call is waiting. */
@ExtendWith(CanaryWatch.class)
class DeadlineTest {

    private static final Duration LATE = Duration.ofMillis(250);

    private static final List<String> MISCHIEF = List.of(
            "answer",
            "answer;after-ms=60",
            "silent",
            "drip-body;every-ms=30",
            "drip-headers;every-ms=30",
            "stall-mid-body",
            "status;code=503;body=text",
            "status;code=503;body=text;retry-after-ms=80",
            "status;code=429;body=openai-rate;retry-after-ms=50",
            "reset-mid-body",
            "close-before-headers",
            "big-chunked-body;mib=20",
            "html");

    /** Picks one of them for each attempt; the same seed picks the same ones in the same order of arrival. */
    static Fault mischief(long seed) {
        List<Fault> faults = MISCHIEF.stream().map(Fault::named).toList();
        AtomicInteger attempts = new AtomicInteger();
        return exchange -> {
            SplittableRandom random = new SplittableRandom(seed + attempts.incrementAndGet());
            faults.get(random.nextInt(faults.size())).play(exchange);
        };
    }

    @Test
    @Rule({"R1", "R2"})
    void whatever_mix_of_queue_retry_fallback_and_reading_happens() {
        try (World world = World.builder()
                .noBreaker()
                .agent(agent -> agent.throttle(new ThrottleSettings(6, 12, Duration.ofSeconds(2), 0.25)))
                .build()) {
            world.server().script(CANDIDATE, mischief(1)).script(BASELINE, mischief(2));
            Map<String, Long> deadlines = new ConcurrentHashMap<>();

            Crowd.of(16, caller -> {
                SplittableRandom random = new SplittableRandom(caller);
                for (int i = 0; i < 12; i++) {
                    Duration timeout = Duration.ofMillis(100 + random.nextInt(300));
                    String question = "caller-" + caller + "-" + i + ".";
                    deadlines.put(question, System.nanoTime() + timeout.toNanos());
                    Face face = Face.all().get(random.nextInt(Face.all().size()));
                    Result result = face.call(
                            world.registry(),
                            World.AGENT,
                            List.of(Message.user(question)),
                            CallOptions.builder().timeout(timeout).build());
                    assertThat(result.took()).as("R1: " + result).isLessThan(timeout.plus(LATE));
                }
                return null;
            });

            sentInTime(world, deadlines);
            world.awaitRest();
        }
    }

    private static void sentInTime(World world, Map<String, Long> deadlines) {
        for (Attempt attempt : world.server().log().attempts()) {
            String question = attempt.body().replaceAll("(?s).*(caller-\\d+-\\d+\\.).*", "$1");
            long late = attempt.arrivedNanos() - deadlines.get(question);
            // What was sent in time may arrive a moment later.
            assertThat(Duration.ofNanos(late)).as("R2: no work starts after it").isLessThan(Duration.ofMillis(50));
        }
    }

    @Test
    @Rule({"R1", "R2"})
    void waiting_for_a_permit_counts() {
        try (World world = World.builder()
                .baselineOnly()
                .agent(agent -> agent.throttle(new ThrottleSettings(1, 10, Duration.ofSeconds(10), 1)))
                .build()) {
            world.server().script(BASELINE, "silent");
            CompletableFuture<Result> first = Crowd.alone("first", () -> world.call());
            assertThat(world.server().log().awaitAttempts(BASELINE, 1, Duration.ofSeconds(5)))
                    .isTrue();

            for (Face face : Face.all()) {
                Result second = world.call(
                        face,
                        CallOptions.builder().timeout(Duration.ofMillis(100)).build());

                assertThat(second.exception()).isInstanceOf(OverloadedException.class);
                assertThat(second.took())
                        .isBetween(
                                Duration.ofMillis(100), Duration.ofMillis(100).plus(LATE));
            }
            assertThat(first.join().took()).isLessThan(World.TIMEOUT.plus(LATE));
            assertThat(world.attempts(BASELINE)).hasSize(1);
        }
    }

    @Test
    @Rule({"R1", "R2"})
    void a_deadline_that_passes_in_the_queue_leaves_no_time_for_work() {
        try (World world = World.builder()
                .baselineOnly()
                .agent(agent -> agent.throttle(new ThrottleSettings(1, 50, Duration.ofSeconds(10), 1)))
                .build()) {
            world.server().script(BASELINE, "answer;after-ms=100");
            long start = System.nanoTime();

            Map<String, Long> deadlines = new ConcurrentHashMap<>();

            List<Result> results = Crowd.of(20, caller -> {
                String question = "caller-" + caller + "-0.";
                deadlines.put(
                        question, System.nanoTime() + Duration.ofMillis(350).toNanos());
                return Face.ASYNC.call(
                        world.registry(),
                        World.AGENT,
                        List.of(Message.user(question)),
                        CallOptions.builder().timeout(Duration.ofMillis(350)).build());
            });

            assertThat(results)
                    .allMatch(result ->
                            result.took().compareTo(Duration.ofMillis(350).plus(LATE)) < 0);
            assertThat(results.stream().filter(Result::answered).count()).isBetween(2L, 3L);
            long last = world.attempts(BASELINE).stream()
                    .mapToLong(Attempt::arrivedNanos)
                    .max()
                    .orElseThrow();
            assertThat(Duration.ofNanos(last - start))
                    .isLessThan(Duration.ofMillis(350).plus(LATE));
            world.awaitRest();
            // Who gets the permit in its last milliseconds sends in time, and is cut off by its own deadline.
            sentInTime(world, deadlines);
            assertThat(world.attempts(BASELINE))
                    .filteredOn(attempt -> attempt.ended() == Attempt.End.ANSWERED)
                    .hasSizeLessThanOrEqualTo(4);
        }
    }

    @Test
    @Rule("R1")
    void a_back_off_ends_with_the_deadline() {
        try (World world = World.builder().baselineOnly().build()) {
            world.server().script(BASELINE, "status;code=503;body=text;retry-after-ms=400", "silent");

            Result result = world.call();

            assertThat(result.took()).isLessThan(World.TIMEOUT.plus(LATE));
            assertThat(world.attempts(BASELINE)).hasSize(2);
        }
    }

    @Test
    @Rule("R1")
    void a_thousandth_of_a_second_is_a_time_out_too() {
        try (World world = World.of("silent", "silent")) {
            List<Duration> took = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                took.add(world.call(
                                Face.CHAT,
                                CallOptions.builder()
                                        .timeout(Duration.ofMillis(1))
                                        .build())
                        .took());
            }
            assertThat(took).allMatch(each -> each.compareTo(LATE) < 0);
        }
    }
}
