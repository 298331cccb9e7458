package dev.understudy.tests.faults;

import static dev.understudy.tests.faults.World.BASELINE;
import static dev.understudy.tests.faults.World.CANDIDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.cache.CacheSettings;
import dev.understudy.call.CallOptions;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Message;
import dev.understudy.chat.Parameters;
import dev.understudy.error.UpstreamException;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The cache, as the server sees it. */
@ExtendWith(CanaryWatch.class)
class SharedAnswersTest {

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final CallOptions PATIENT =
            CallOptions.builder().timeout(Duration.ofSeconds(20)).build();

    private static World.Builder cached() {
        return World.builder().noBreaker().agent(agent -> agent.cache(CacheSettings.DEFAULT));
    }

    @Test
    @Rule("R18")
    void identical_calls_in_flight_make_one_upstream_call() {
        try (World world = cached().build()) {
            world.server().script(CANDIDATE, "answer;after-ms=300");

            // A stream goes at the pace of its listener: nobody waits for another's.
            List<Face> sharing =
                    Face.all().stream().filter(face -> face != Face.STREAM).toList();
            List<Result> results = Crowd.of(24, caller -> world.call(sharing.get(caller % sharing.size()), PATIENT));

            assertThat(world.attempts(CANDIDATE)).hasSize(1);
            assertThat(results)
                    .extracting(result -> result.response().text())
                    .containsOnly(results.get(0).response().text());
            assertThat(results.stream()
                            .collect(Collectors.groupingBy(
                                    result -> result.response().attempts(), Collectors.counting())))
                    .as("one asked, the others listened")
                    .containsEntry(1, 1L)
                    .containsEntry(0, 23L);
            assertThat(world.call().response().cached()).isTrue();
            assertThat(world.attempts(CANDIDATE)).hasSize(1);
        }
    }

    @Test
    @Rule("R18")
    void nobody_waits_for_the_listener_of_an_identical_stream() throws InterruptedException {
        try (World world = cached().build()) {
            world.server().script(CANDIDATE, "stream;tokens=5");
            CountDownLatch busy = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            CompletableFuture<ChatResponse> slow = world.registry()
                    .streamAsync(World.AGENT, ChatRequest.of(World.prompt()), PATIENT, text -> {
                        busy.countDown();
                        try {
                            assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
                        } catch (InterruptedException ended) {
                            Thread.currentThread().interrupt();
                        }
                    });
            assertThat(busy.await(5, TimeUnit.SECONDS)).isTrue();

            world.server().script(CANDIDATE, "answer");
            assertThat(world.call().answered()).isTrue();
            assertThat(slow).isNotDone();

            release.countDown();
            assertThat(slow.join().text()).isNotEmpty();
            assertThat(world.attempts(CANDIDATE)).hasSize(2);
        }
    }

    @Test
    @Rule("R18")
    void a_waiter_that_leaves_hurts_nobody() {
        try (World world = cached().build()) {
            world.server().script(CANDIDATE, "answer;after-ms=400");
            CompletableFuture<ChatResponse> leader = world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT);
            assertThat(world.server().log().awaitAttempts(CANDIDATE, 1, SOON)).isTrue();

            CompletableFuture<ChatResponse> cancelled =
                    world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT);
            CompletableFuture<ChatResponse> patient = world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT);
            Result impatient = world.call(
                    Face.CHAT,
                    CallOptions.builder()
                            .timeout(Duration.ofMillis(100))
                            .useFallback(false)
                            .build());
            cancelled.cancel(true);

            assertThat(impatient.answered()).isFalse();
            assertThat(impatient.took()).isLessThan(Duration.ofMillis(350));
            assertThat(leader.join().text()).isEqualTo(patient.join().text());
            assertThat(world.attempts(CANDIDATE)).hasSize(1);
        }
    }

    @Test
    @Rule("R18")
    void a_leader_that_leaves_hands_over() {
        try (World world = cached().build()) {
            world.server().script(CANDIDATE, "silent", "answer");
            CompletableFuture<ChatResponse> leader = world.registry().chatAsync(World.AGENT, World.prompt(), PATIENT);
            assertThat(world.server().log().awaitAttempts(CANDIDATE, 1, SOON)).isTrue();
            List<CompletableFuture<Result>> others = Crowd.start(5, caller -> world.call(Face.CHAT, PATIENT));
            // Nobody else goes to the server as long as the leader does.
            assertThat(world.server().log().awaitAttempts(CANDIDATE, 2, Duration.ofMillis(200)))
                    .isFalse();

            leader.cancel(true);

            assertThat(Crowd.all(others)).allMatch(Result::answered);
            assertThat(world.attempts(CANDIDATE)).hasSize(2);
            assertThat(world.attempts(BASELINE)).isEmpty();
        }
    }

    @Test
    @Rule({"R18", "R19"})
    void failures_are_not_served_later() {
        try (World world = cached().build()) {
            world.server().script(CANDIDATE, "status;code=501;body=text", "answer");
            CallOptions alone = CallOptions.builder().useFallback(false).build();

            assertThat(world.call(Face.CHAT, alone).exception()).isInstanceOf(UpstreamException.class);
            assertThat(world.call(Face.CHAT, alone).response().model()).isEqualTo(CANDIDATE);
            assertThat(world.attempts(CANDIDATE)).hasSize(2);
        }
    }

    @Test
    @Rule("R19")
    void degraded_and_truncated_answers_are_not_stored() {
        try (World world = cached().build()) {
            world.server()
                    .script(CANDIDATE, "status;code=501;body=text", "finish-length", "answer;text=the real one")
                    .script(BASELINE, "answer;text=the other one");

            assertThat(world.call().response().degraded()).isTrue();
            Result truncated = world.call();
            assertThat(truncated.response().truncated()).isTrue();
            assertThat(truncated.response().cached()).isFalse();
            assertThat(world.call().response().text()).isEqualTo("the real one");
            Result hit = world.call();
            assertThat(hit.response().text()).isEqualTo("the real one");
            assertThat(hit.response().provenance().cache()).isEqualTo(CacheStatus.HIT);
            assertThat(hit.response().cost()).isZero();
            assertThat(world.attempts(CANDIDATE)).hasSize(3);
        }
    }

    @Test
    @Rule("R17")
    void whatever_differs_is_asked_for_itself() {
        try (World world = cached().build()) {
            world.server().script(CANDIDATE, "echo").script(BASELINE, "echo");
            List<ChatRequest> requests = new ArrayList<>();
            requests.add(request("a"));
            requests.add(request("b"));
            requests.add(request("a "));
            requests.add(ChatRequest.of(List.of(Message.user("a"), Message.user("a"))));
            requests.add(ChatRequest.of(List.of(Message.system("a"), Message.user("a"))));
            requests.add(ChatRequest.of(List.of(Message.assistant("a"), Message.user("a"))));
            requests.add(ChatRequest.builder(List.of(Message.user("a")))
                    .parameters(Parameters.UNSET.withTemperature(0.5))
                    .build());
            requests.add(ChatRequest.builder(List.of(Message.user("a")))
                    .parameters(Parameters.UNSET.withMaxTokens(17))
                    .build());
            List<CallOptions> options = List.of(
                    CallOptions.DEFAULT,
                    CallOptions.builder().scope("tenant-1").build(),
                    CallOptions.builder().scope("tenant-2").build(),
                    CallOptions.builder().useFinetuned(false).build());

            for (int round = 0; round < 2; round++) {
                for (ChatRequest request : requests) {
                    for (CallOptions option : options) {
                        world.registry().chat(World.AGENT, request, option);
                    }
                }
                assertThat(world.server().log().attempts()).hasSize(requests.size() * options.size());
            }
        }
    }

    private static ChatRequest request(String text) {
        return ChatRequest.of(List.of(Message.user(text)));
    }
}
