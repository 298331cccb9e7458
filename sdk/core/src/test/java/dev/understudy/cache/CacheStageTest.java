package dev.understudy.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.understudy.call.ChatCall;
import dev.understudy.call.Leg;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatRequest;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Message;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.ToolCall;
import dev.understudy.chat.Usage;
import dev.understudy.chat.Variant;
import dev.understudy.error.FailureKind;
import dev.understudy.error.Origin;
import dev.understudy.error.UpstreamException;
import dev.understudy.testing.Rule;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is answered from memory, and what is kept there. */
class CacheStageTest {

    private final Rehearsal rehearsal = new Rehearsal();

    @Test
    void aRepeatedRequestIsAnsweredFromMemory() {
        ChatResponse first = rehearsal.ask();
        ChatCall call = rehearsal.call();
        ChatResponse second = rehearsal.ask(call);

        assertThat(second.text()).isEqualTo(first.text()).isEqualTo("answer 1");
        assertThat(rehearsal.upstreamCalls).hasValue(1);
        assertThat(call.cache()).isEqualTo(CacheStatus.HIT);
        assertThat(rehearsal.lookups).containsExactly(CacheStatus.MISS, CacheStatus.HIT);
    }

    @Test
    void anAnswerIsServedUntilItIsAsOldAsTheTtl() {
        rehearsal.ask();
        rehearsal.advance(Rehearsal.TTL.minusNanos(1));
        assertThat(rehearsal.ask().text()).isEqualTo("answer 1");
        rehearsal.advance(Duration.ofNanos(1));
        assertThat(rehearsal.ask().text()).isEqualTo("answer 2");
        assertThat(rehearsal.lookups).containsExactly(CacheStatus.MISS, CacheStatus.HIT, CacheStatus.MISS);
    }

    @Test
    void aHitDoesNotMakeAnAnswerYounger() {
        rehearsal.ask();
        for (int i = 0; i < 5; i++) {
            rehearsal.advance(Rehearsal.TTL.dividedBy(5));
            rehearsal.ask();
        }
        assertThat(rehearsal.upstreamCalls).hasValue(2);
    }

    @Test
    void whatIsStoredKeepsNothingOfTheCallThatAskedForIt() {
        Provenance history = new Provenance("tuned", Variant.CANDIDATE, null, CacheStatus.MISS, 3, 7, 0.5);
        rehearsal.upstream =
                (call, next) -> ChatResponse.of("answer", new Usage(3, 4)).with(history);
        assertThat(rehearsal.ask().provenance()).isEqualTo(history);
        assertThat(rehearsal.ask().provenance()).isEqualTo(Provenance.NONE);
        assertThat(rehearsal.ask().usage()).isEqualTo(new Usage(3, 4));
    }

    @ParameterizedTest
    @Rule("R19")
    @EnumSource(
            value = FinishReason.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"STOP", "TOOL_CALLS"})
    void anIncompleteAnswerIsNotStored(FinishReason reason) {
        rehearsal.upstream =
                (call, next) -> new ChatResponse("half", List.of(), reason, Usage.NONE, null, Provenance.NONE);
        rehearsal.ask();
        rehearsal.ask();
        assertThat(rehearsal.upstreamCalls).hasValue(2);
        assertThat(rehearsal.cache.entries()).isZero();
    }

    @Test
    void anAnswerThatCallsToolsIsStored() {
        ToolCall tool = new ToolCall("1", "lookup", "{}");
        rehearsal.upstream = (call, next) ->
                new ChatResponse("", List.of(tool), FinishReason.TOOL_CALLS, Usage.NONE, null, Provenance.NONE);
        rehearsal.ask();
        assertThat(rehearsal.ask().toolCalls()).containsExactly(tool);
        assertThat(rehearsal.upstreamCalls).hasValue(1);
    }

    @Test
    @Rule({"R18", "R19"})
    void aFailureIsTheSameExceptionAndIsNotStored() {
        UpstreamException failure = unavailable();
        rehearsal.upstream = (call, next) -> {
            throw failure;
        };
        assertThat(catchThrowable(rehearsal::ask)).isSameAs(failure);
        rehearsal.upstream = (call, next) -> ChatResponse.of("well again");
        assertThat(rehearsal.ask().text()).isEqualTo("well again");
        assertThat(rehearsal.lookups).containsExactly(CacheStatus.MISS, CacheStatus.MISS);
        assertThat(rehearsal.cache.flights().size()).isZero();
    }

    @Test
    void whateverElseIsThrownPassesThroughAndIsReportedOnce() {
        rehearsal.upstream = (call, next) -> {
            throw new StackOverflowError();
        };
        assertThatThrownBy(rehearsal::ask).isInstanceOf(StackOverflowError.class);
        assertThat(rehearsal.lookups).containsExactly(CacheStatus.MISS);
        assertThat(rehearsal.cache.flights().size()).isZero();
    }

    // Who may see whose answer
    // -------------------------------------------------------------------------------------------

    @Test
    @Rule("R17")
    void noAnswerCrossesAScope() {
        rehearsal.ask(rehearsal.call("qa_agent", "tenant a", Rehearsal.REQUEST, Rehearsal.TIMEOUT));
        rehearsal.ask(rehearsal.call("qa_agent", "tenant b", Rehearsal.REQUEST, Rehearsal.TIMEOUT));
        rehearsal.ask();
        assertThat(rehearsal.upstreamCalls).hasValue(3);
    }

    @Test
    @Rule("R17")
    void noAnswerCrossesAnAgent() {
        rehearsal.ask(rehearsal.call("qa_agent", "", Rehearsal.REQUEST, Rehearsal.TIMEOUT));
        rehearsal.ask(rehearsal.call("legal_agent", "", Rehearsal.REQUEST, Rehearsal.TIMEOUT));
        assertThat(rehearsal.upstreamCalls).hasValue(2);
    }

    @Test
    @Rule("R17")
    void theTwoModelsOfAnAgentDoNotMix() {
        travel(Variant.CANDIDATE, Variant.CANDIDATE);
        ChatCall baseline = travel(Variant.BASELINE, Variant.BASELINE);
        assertThat(baseline.cache()).isEqualTo(CacheStatus.MISS);
        assertThat(travel(Variant.CANDIDATE, Variant.CANDIDATE).cache()).isEqualTo(CacheStatus.HIT);
        assertThat(rehearsal.upstreamCalls).hasValue(2);
    }

    @Test
    @Rule("R17")
    void anotherQuestionIsAnotherAnswer() {
        rehearsal.ask();
        ChatRequest other = ChatRequest.of(List.of(Message.user("What is a stand-in!")));
        assertThat(rehearsal
                        .ask(rehearsal.call("qa_agent", "", other, Rehearsal.TIMEOUT))
                        .text())
                .isEqualTo("answer 2");
    }

    // Fallback
    // -----------------------------------------------------------------------------------------------------------

    @Test
    @Rule("R19")
    void aFallbackAnswerIsStoredUnderNobodysKey() {
        travel(Variant.CANDIDATE, Variant.BASELINE);
        assertThat(rehearsal.cache.entries()).isZero();
        assertThat(travel(Variant.BASELINE, Variant.BASELINE).cache()).isEqualTo(CacheStatus.MISS);
        assertThat(travel(Variant.CANDIDATE, Variant.CANDIDATE).cache()).isEqualTo(CacheStatus.MISS);
    }

    @Test
    void aFallbackMayBeAnsweredByWhatTheBaselineSaidBefore() {
        travel(Variant.BASELINE, Variant.BASELINE);
        assertThat(travel(Variant.CANDIDATE, Variant.BASELINE).cache()).isEqualTo(CacheStatus.HIT);
    }

    private ChatCall travel(Variant assigned, Variant leg) {
        ChatCall call = rehearsal.call();
        call.assign(assigned, false);
        Leg chosen = rehearsal.leg(leg);
        call.travel(chosen, call.wholeDeadline(), true);
        return call;
    }

    static UpstreamException unavailable() {
        return (UpstreamException)
                FailureKind.UPSTREAM.exception("Model 'proven' answered 503", Origin.of("proven"), null);
    }
}
