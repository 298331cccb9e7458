package dev.understudy.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.cache.Rehearsal.Held;
import dev.understudy.call.ChatCall;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.CancelledException;
import dev.understudy.error.ChatException;
import dev.understudy.error.CircuitOpenException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.ModelException;
import dev.understudy.error.ModelTimeoutException;
import dev.understudy.error.Origin;
import dev.understudy.error.UpstreamException;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Identical calls in flight: one asks, all are answered, and nobody is hurt by another. */
@Rule("R18")
@Timeout(30)
class SingleFlightTest {

    private final Rehearsal rehearsal = new Rehearsal();

    @AfterEach
    @Rule("R25")
    void nothingIsInFlightAtRest() {
        assertThat(rehearsal.cache.flights().size()).isZero();
    }

    @Test
    void identicalCallsMakeOneUpstreamCall() {
        Held model = held();
        List<CompletableFuture<ChatResponse>> results = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            results.add(rehearsal.askAsync(rehearsal.call()));
        }
        rehearsal.awaitParked(20);
        model.answers(ChatResponse.of("the answer", new Usage(5, 7)));

        assertThat(results).allSatisfy(result -> {
            assertThat(result.join().text()).isEqualTo("the answer");
            assertThat(result.join().usage()).isEqualTo(new Usage(5, 7));
        });
        assertThat(rehearsal.upstreamCalls).hasValue(1);
        assertThat(rehearsal.lookups)
                .hasSize(20)
                .containsOnlyOnce(CacheStatus.MISS)
                .containsOnly(CacheStatus.MISS, CacheStatus.SHARED);
    }

    @Test
    void differentCallsDoNotWaitForEachOther() {
        Held slow = held();
        var first = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(1);
        rehearsal.upstream = (call, next) -> ChatResponse.of("at once");
        ChatRequest other = ChatRequest.of(List.of(Message.user("Something else")));
        assertThat(ask("qa_agent", "", other)).isEqualTo("at once");
        assertThat(ask("qa_agent", "another tenant", Rehearsal.REQUEST)).isEqualTo("at once");
        assertThat(ask("legal_agent", "", Rehearsal.REQUEST)).isEqualTo("at once");
        assertThat(first).isNotDone();
        slow.answers(ChatResponse.of("late"));
        assertThat(first.join().text()).isEqualTo("late");
    }

    @Test
    void anAnswerThatIsNotStoredIsSharedAllTheSameButNotServedLater() {
        Held model = held();
        var results = List.of(
                rehearsal.askAsync(rehearsal.call()),
                rehearsal.askAsync(rehearsal.call()),
                rehearsal.askAsync(rehearsal.call()));
        rehearsal.awaitParked(3);
        model.answers(new ChatResponse("cut", List.of(), FinishReason.LENGTH, Usage.NONE, null, Provenance.NONE));
        assertThat(results)
                .allSatisfy(result -> assertThat(result.join().truncated()).isTrue());
        rehearsal.upstream = (call, next) -> ChatResponse.of("whole");
        assertThat(rehearsal.ask().text()).isEqualTo("whole");
    }

    @Test
    void aFallbackSharesTheFlightOfACallThatTheBaselineServesAnyway() {
        Held model = held();
        var own = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(1);
        ChatCall rescued = rehearsal.call();
        rescued.assign(Variant.CANDIDATE, false);
        var shared = rehearsal.askAsync(rescued);
        rehearsal.awaitParked(2);
        model.answers(ChatResponse.of("one for both"));
        assertThat(own.join().text()).isEqualTo(shared.join().text());
        assertThat(rehearsal.upstreamCalls).hasValue(1);
    }

    // Failures
    // -----------------------------------------------------------------------------------------------------------

    @Test
    void aFailureIsEverybodysButEachHasItsOwnException() {
        Held model = held();
        var results = List.of(
                rehearsal.askAsync(rehearsal.call()),
                rehearsal.askAsync(rehearsal.call()),
                rehearsal.askAsync(rehearsal.call()));
        rehearsal.awaitParked(3);
        ChatException failure = FailureKind.UPSTREAM.exception(
                "Model 'proven' answered 503",
                new Origin("proven", null, 503, "req-1", Duration.ofSeconds(2), null),
                null);
        model.fails(failure);

        List<UpstreamException> told = results.stream()
                .map(result -> failure(result, UpstreamException.class))
                .toList();
        assertThat(told).doesNotHaveDuplicates().contains((UpstreamException) failure);
        assertThat(told).allSatisfy(each -> {
            assertThat(each).hasMessage(failure.getMessage());
            assertThat(each.origin()).isEqualTo(failure.origin());
            assertThat(each == failure || each.getCause() == failure).isTrue();
        });
        assertThat(rehearsal.upstreamCalls).hasValue(1);
    }

    @Test
    void whoComesAfterAFailureStartsAfresh() {
        Held model = held();
        var results = List.of(rehearsal.askAsync(rehearsal.call()), rehearsal.askAsync(rehearsal.call()));
        rehearsal.awaitParked(2);
        model.fails(CacheStageTest.unavailable());
        results.forEach(result -> failure(result, UpstreamException.class));
        rehearsal.upstream = (call, next) -> ChatResponse.of("well again");
        assertThat(rehearsal.ask().text()).isEqualTo("well again");
    }

    @Test
    void aRefusalIsSharedForTheOthersWouldBeRefusedToo() {
        Held model = held();
        var results = List.of(rehearsal.askAsync(rehearsal.call()), rehearsal.askAsync(rehearsal.call()));
        rehearsal.awaitParked(2);
        model.fails(FailureKind.CIRCUIT_OPEN.exception(
                "Circuit breaker 'proven' is OPEN", Origin.guard("proven", "breaker", Duration.ofSeconds(4)), null));
        assertThat(results).allSatisfy(result -> {
            CircuitOpenException refused = failure(result, CircuitOpenException.class);
            assertThat(refused.guard()).isEqualTo("breaker");
            assertThat(refused.getStackTrace()).isEmpty();
        });
    }

    @Test
    void anUnforeseenExceptionLeavesNobodyWaiting() {
        Held model = held();
        var leader = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(1);
        var waiter = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(2);
        IllegalStateException bug = new IllegalStateException("a bug that quotes the prompt");
        model.fails(bug);
        assertThat(failure(leader, IllegalStateException.class)).isSameAs(bug);
        assertThat(failure(waiter, ModelException.class).getMessage()).doesNotContain("quotes");
    }

    // A waiter's own time
    // --------------------------------------------------------------------------------------------------

    @Test
    @Rule({"R1", "R2"})
    void aWaiterKeepsItsOwnDeadline() {
        Held model = held();
        var leader = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(1);
        var hasty = rehearsal.askAsync(rehearsal.call(Duration.ofSeconds(1)));
        var patient = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(3);
        rehearsal.advance(Duration.ofSeconds(1));
        failure(hasty, ModelTimeoutException.class);
        assertThat(List.of(leader, patient)).noneMatch(CompletableFuture::isDone);
        model.answers(ChatResponse.of("in time"));
        assertThat(leader.join().text()).isEqualTo("in time");
        assertThat(patient.join().text()).isEqualTo("in time");
        assertThat(rehearsal.upstreamCalls).hasValue(1);
        assertThat(rehearsal.lookups)
                .containsExactlyInAnyOrder(CacheStatus.MISS, CacheStatus.SHARED, CacheStatus.SHARED);
    }

    @Test
    void aWaiterThatIsCancelledLeavesAtOnceAndAlone() {
        Held model = held();
        var leader = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(1);
        ChatCall call = rehearsal.call();
        var waiter = rehearsal.askAsync(call);
        rehearsal.awaitParked(2);
        call.cancel();
        failure(waiter, CancelledException.class);
        assertThat(leader).isNotDone();
        model.answers(ChatResponse.of("answer"));
        assertThat(leader.join().text()).isEqualTo("answer");
    }

    @Test
    void aWaiterThatIsInterruptedLeavesAtOnceAndAlone() {
        Held model = held();
        var leader = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(1);
        var waiter = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(2);
        rehearsal.latestThread().interrupt();
        failure(waiter, CancelledException.class);
        model.answers(ChatResponse.of("answer"));
        assertThat(leader.join().text()).isEqualTo("answer");
    }

    @Test
    @Rule("R30")
    void closingEndsEverybodysWait() {
        held();
        var results = List.of(
                rehearsal.askAsync(rehearsal.call()),
                rehearsal.askAsync(rehearsal.call()),
                rehearsal.askAsync(rehearsal.call()));
        rehearsal.awaitParked(3);
        rehearsal.waiting.close();
        results.forEach(result -> failure(result, CancelledException.class));
    }

    // The leader's own time
    // ------------------------------------------------------------------------------------------------

    @Test
    void aLeaderThatIsCancelledHandsOverToWhoHasWaitedLongest() {
        Held first = held();
        ChatCall cancelled = rehearsal.call();
        var leader = rehearsal.askAsync(cancelled);
        rehearsal.awaitParked(1);
        ChatCall heir = rehearsal.call();
        var second = rehearsal.askAsync(heir);
        rehearsal.awaitParked(2);
        var third = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(3);

        Held again = held();
        cancelled.cancel();
        failure(leader, CancelledException.class);
        rehearsal.awaitUpstreamCalls(2);
        rehearsal.awaitParked(2);
        again.answers(ChatResponse.of("asked again"));

        assertThat(second.join().text()).isEqualTo("asked again");
        assertThat(third.join().text()).isEqualTo("asked again");
        assertThat(rehearsal.upstreamCalls).hasValue(2);
        assertThat(heir.cache()).isEqualTo(CacheStatus.MISS);
        first.answers(ChatResponse.of("nobody listens"));
        assertThat(rehearsal.ask().text()).isEqualTo("asked again");
    }

    @Test
    void aLeaderThatIsInterruptedHandsOver() {
        held();
        var leader = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(1);
        Thread first = rehearsal.latestThread();
        var waiter = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(2);
        rehearsal.upstream = (call, next) -> ChatResponse.of("asked again");
        first.interrupt();
        failure(leader, CancelledException.class);
        assertThat(waiter.join().text()).isEqualTo("asked again");
    }

    @Test
    void aLeaderWhoseDeadlinePassesHandsOver() {
        held();
        var leader = rehearsal.askAsync(rehearsal.call(Duration.ofSeconds(1)));
        rehearsal.awaitParked(1);
        var waiter = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(2);
        rehearsal.upstream = (call, next) -> ChatResponse.of("asked again");
        rehearsal.advance(Duration.ofSeconds(1));
        failure(leader, ModelTimeoutException.class);
        assertThat(waiter.join().text()).isEqualTo("asked again");
    }

    @Test
    void atTheEndOfItsTimeALeaderSharesNoFailureWhateverItIs() {
        Held model = held();
        var leader = rehearsal.askAsync(rehearsal.call(Duration.ofSeconds(1)));
        rehearsal.awaitParked(1);
        var waiter = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(2);
        rehearsal.upstream = (call, next) -> ChatResponse.of("asked again");
        model.fails(CacheStageTest.unavailable());
        rehearsal.advance(Duration.ofSeconds(1));
        failure(leader, ChatException.class);
        assertThat(waiter).satisfiesAnyOf(shared -> failure(shared, UpstreamException.class), handedOver -> assertThat(
                        handedOver.join().text())
                .isEqualTo("asked again"));
    }

    @Test
    void aModelThatTimesOutByItselfFailsForEverybody() {
        Held model = held();
        var results = List.of(rehearsal.askAsync(rehearsal.call()), rehearsal.askAsync(rehearsal.call()));
        rehearsal.awaitParked(2);
        model.fails(FailureKind.TIMEOUT.exception("Model 'proven' was silent for 3 s", Origin.of("proven"), null));
        results.forEach(result -> failure(result, ModelTimeoutException.class));
        assertThat(rehearsal.upstreamCalls).hasValue(1);
    }

    @Test
    void aSilentModelEndsEveryCallAtItsOwnDeadline() {
        held();
        List<CompletableFuture<ChatResponse>> results = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            results.add(rehearsal.askAsync(rehearsal.call(Duration.ofSeconds(i))));
            rehearsal.awaitParked(i);
        }
        for (int i = 0; i < 10; i++) {
            rehearsal.advance(Duration.ofSeconds(1));
            failure(results.get(i), ModelTimeoutException.class);
            rehearsal.awaitUpstreamCalls(Math.min(i + 2, 10));
            rehearsal.awaitParked(9 - i);
        }
        assertThat(rehearsal.upstreamCalls).hasValue(10);
    }

    @Test
    void whoIsHandedTheLeadAtTheEndOfItsTimePassesItOn() {
        held();
        var leader = rehearsal.askAsync(rehearsal.call(Duration.ofSeconds(1)));
        rehearsal.awaitParked(1);
        var asHasty = rehearsal.askAsync(rehearsal.call(Duration.ofSeconds(1)));
        rehearsal.awaitParked(2);
        var patient = rehearsal.askAsync(rehearsal.call());
        rehearsal.awaitParked(3);
        rehearsal.upstream = (call, next) -> {
            call.ensureLive();
            return ChatResponse.of("asked again");
        };
        rehearsal.advance(Duration.ofSeconds(1));
        failure(leader, ModelTimeoutException.class);
        failure(asHasty, ModelTimeoutException.class);
        assertThat(patient.join().text()).isEqualTo("asked again");
    }

    private Held held() {
        Held model = new Held(rehearsal.waiting);
        rehearsal.upstream = model;
        return model;
    }

    private String ask(String agent, String scope, ChatRequest request) {
        return rehearsal
                .ask(rehearsal.call(agent, scope, request, Rehearsal.TIMEOUT))
                .text();
    }

    private static <T extends Throwable> T failure(CompletableFuture<ChatResponse> result, Class<T> type) {
        CompletionException failed = catchThrowableOfType(CompletionException.class, result::join);
        assertThat(failed).as("a failure").isNotNull();
        assertThat(failed.getCause()).isInstanceOf(type);
        return type.cast(failed.getCause());
    }
}
