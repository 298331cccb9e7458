package dev.understudy.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.understudy.call.ChatCall;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.Variant;
import dev.understudy.error.ChatException;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.testing.Rule;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The third rung: an expired answer when candidate and baseline are both down. */
class StaleIfErrorTest {

    private static final Duration STALE = Duration.ofHours(1);

    private final Rehearsal rehearsal = new Rehearsal(Rehearsal.withStale(STALE));

    @Test
    @Rule("R15")
    void anExpiredAnswerIsServedWhenTheLastModelFailsAndIsMarked() {
        rehearsal.ask();
        rehearsal.advance(Rehearsal.TTL);
        fails(FailureKind.UPSTREAM);
        ChatCall call = rehearsal.call();

        assertThat(rehearsal.ask(call).text()).isEqualTo("answer 1");
        assertThat(call.cache()).isEqualTo(CacheStatus.STALE);
        assertThat(call.degradedBecause()).isEqualTo(FailureKind.UPSTREAM);
        assertThat(rehearsal.lookups).containsExactly(CacheStatus.MISS, CacheStatus.STALE);
        assertThat(rehearsal.upstreamCalls).as("the model was asked first").hasValue(2);
    }

    @ParameterizedTest
    @EnumSource(FailureKind.class)
    void onlyAFailureThatTheBaselineMightMendIsCoveredUp(FailureKind kind) {
        rehearsal.ask();
        rehearsal.advance(Rehearsal.TTL);
        fails(kind);
        if (kind.fallback() == FailureKind.Fallback.ALWAYS) {
            assertThat(rehearsal.ask().text()).isEqualTo("answer 1");
        } else {
            assertThat(catchThrowable(rehearsal::ask))
                    .isInstanceOfSatisfying(ChatException.class, failure -> assertThat(failure.kind())
                            .isEqualTo(kind));
        }
    }

    @Test
    void notWhileTheBaselineHasNotBeenAsked() {
        rehearsal.ask();
        rehearsal.advance(Rehearsal.TTL);
        fails(FailureKind.UPSTREAM);
        ChatCall call = rehearsal.call();
        assertThat(catchThrowable(() -> call.travel(rehearsal.leg(Variant.BASELINE), call.wholeDeadline(), false)))
                .isInstanceOf(ChatException.class);
        assertThat(call.cache()).isEqualTo(CacheStatus.MISS);
        assertThat(call.degradedBecause()).isNull();
    }

    @Test
    void notForEver() {
        rehearsal.ask();
        rehearsal.advance(Rehearsal.TTL.plus(STALE));
        fails(FailureKind.UPSTREAM);
        assertThat(catchThrowable(rehearsal::ask)).isInstanceOf(ChatException.class);
    }

    @Test
    void notUnlessTheAgentAsksForIt() {
        rehearsal.cache.reconfigure(Rehearsal.SETTINGS);
        rehearsal.ask();
        rehearsal.advance(Rehearsal.TTL);
        fails(FailureKind.UPSTREAM);
        assertThat(catchThrowable(rehearsal::ask)).isInstanceOf(ChatException.class);
        assertThat(rehearsal.lookups).containsExactly(CacheStatus.MISS, CacheStatus.MISS);
    }

    @Test
    void theFirstReasonStays() {
        rehearsal.ask();
        rehearsal.advance(Rehearsal.TTL);
        fails(FailureKind.UPSTREAM);
        ChatCall call = rehearsal.call();
        call.assign(Variant.CANDIDATE, false);
        call.degrade(FailureKind.TIMEOUT);
        rehearsal.ask(call);
        assertThat(call.degradedBecause()).isEqualTo(FailureKind.TIMEOUT);
    }

    @Test
    void aSilentModelIsCoveredUpToo() {
        rehearsal.ask();
        rehearsal.advance(Rehearsal.TTL);
        rehearsal.upstream = new Rehearsal.Held(rehearsal.waiting);
        ChatCall call = rehearsal.call();
        var result = rehearsal.askAsync(call);
        rehearsal.awaitParked(1);
        rehearsal.advance(Rehearsal.TIMEOUT);
        assertThat(result.join().text()).isEqualTo("answer 1");
        assertThat(call.degradedBecause()).isEqualTo(FailureKind.TIMEOUT);
    }

    @Test
    @Rule("R19")
    void aStaleAnswerDoesNotGetFreshByBeingServed() {
        rehearsal.ask();
        rehearsal.advance(Rehearsal.TTL);
        fails(FailureKind.UPSTREAM);
        rehearsal.ask();
        rehearsal.upstream = (call, next) -> ChatResponse.of("well again");
        assertThat(rehearsal.ask().text()).isEqualTo("well again");
        assertThat(rehearsal.ask().text()).isEqualTo("well again");
        assertThat(rehearsal.lookups).endsWith(CacheStatus.STALE, CacheStatus.MISS, CacheStatus.HIT);
    }

    private void fails(FailureKind kind) {
        rehearsal.upstream = (call, next) -> {
            throw kind.exception("Model 'proven' failed", Origin.of("proven"), null);
        };
    }
}
