package dev.understudy.tests.simulation;

import dev.understudy.cache.CacheSettings;
import dev.understudy.chat.CacheStatus;
import dev.understudy.chat.ChatResponse;
import dev.understudy.chat.FinishReason;
import dev.understudy.chat.Provenance;
import dev.understudy.chat.Variant;
import dev.understudy.config.Configuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Answers: R15 they name who gave them, R17 they cross neither requests nor scopes, R18 who shares one waits no longer than
 * who asked, R19 only whole, own answers are kept, and not too long.
 */
final class AnswerRules implements Watcher {

    private final Simulation simulation;

    AnswerRules(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    public void ended(SimulatedCall call) {
        if (call.response != null) {
            Attempt source = MoodyModel.answered(call.response.text(), simulation.attempts);
            belongsToTheCall(call, source);
            namesItsSource(call, call.response, source);
            isFreshEnough(call, call.response.provenance().cache(), source);
        }
    }

    private void belongsToTheCall(SimulatedCall call, Attempt source) {
        SimulatedCall asked = source.call;
        if (!asked.question.equals(call.question)
                || !asked.agent.equals(call.agent)
                || !asked.options.scope().equals(call.options.scope())) {
            throw simulation.violated("R17", call + " got the answer to " + source);
        }
    }

    private void namesItsSource(SimulatedCall call, ChatResponse answer, Attempt source) {
        Provenance told = answer.provenance();
        CacheStatus cache = told.cache();
        boolean asked = cache == CacheStatus.OFF || cache == CacheStatus.MISS;
        double cost = asked
                ? call.configuration
                        .models()
                        .get(source.model)
                        .deployment()
                        .price()
                        .of(source.usage)
                : 0;
        boolean own = call.variantOf(source.model) == told.variant();
        boolean right = told.model().equals(source.model)
                && (source.call == call || !asked)
                && answer.usage().equals(source.usage)
                && answer.finishReason() == source.act.finish()
                && answer.truncated() == (source.act.finish() == FinishReason.LENGTH)
                && (told.cost() == cost || (call.mayBeHedged() && paysFor(call, told.cost(), cost)))
                && answer.degraded() == (!own || cache == CacheStatus.STALE)
                && (told.attempts() == call.attempts.size() || call.mayBeHedged())
                && told.latencyNanos() <= simulation.world.elapsedNanos() - call.beganAt;
        if (!right) {
            throw simulation.violated(
                    "R15", call + " got " + answer + ", but it came from " + source + " with " + source.usage);
        }
    }

    /** Two that answer in one instant are both paid for. */
    private static boolean paysFor(SimulatedCall call, double told, double cost) {
        return call.attempts.stream()
                .filter(attempt -> attempt.failure == null)
                .anyMatch(attempt -> told
                        == cost
                                + call.configuration
                                        .models()
                                        .get(attempt.model)
                                        .deployment()
                                        .price()
                                        .of(attempt.usage));
    }

    private void isFreshEnough(SimulatedCall call, CacheStatus status, Attempt source) {
        long now = call.finishedAt;
        if (status == CacheStatus.SHARED) {
            if (!source.isHedge() && source.call.finishedAt >= 0 && source.call.finishedAt < call.beganAt) {
                throw simulation.violated("R18", call + " shares what was over before it began");
            }
            // The one who asked may have been held up before it told the others; they come at once then.
            long landed = Math.max(source.overAt, source.call.finishedAt < 0 ? now : source.call.finishedAt);
            // A stream tells nobody: who asks for a flight finds in the cache what it has left there.
            if (!source.call.stream && !source.isHedge() && now > Math.max(landed, call.runner.stalledUntil)) {
                throw simulation.violated("R18", call + " shares what was there " + (now - landed) + " ns ago");
            }
        }
        if (status == CacheStatus.HIT || status == CacheStatus.STALE) {
            boolean whole = source.act.finish() == FinishReason.STOP || source.act.how() == Act.How.SILENCE;
            Variant assigned = source.call.finished == null ? source.variant : source.call.finished.variant();
            if (!whole || assigned != source.variant) {
                throw simulation.violated("R19", call + " got " + source + " from the cache");
            }
            // Who asked may have been held up before it put the answer away.
            long age = call.beganAt - (source.call.finishedAt < 0 ? now : source.call.finishedAt);
            if (age > longestKept(call.agent, status)) {
                throw simulation.violated("R19", call + " got " + source + " after " + age + " ns");
            }
        }
    }

    private long longestKept(String agent, CacheStatus status) {
        List<Configuration> any = new ArrayList<>(simulation.configurations);
        if (simulation.installing != null) {
            any.add(simulation.installing);
        }
        long longest = 0;
        for (Configuration in : any) {
            CacheSettings cache = in.agents().get(agent).cache();
            if (cache != null) {
                Duration stale = status == CacheStatus.STALE ? cache.staleIfError() : null;
                Duration kept = stale == null ? cache.ttl() : cache.ttl().plus(stale);
                longest = Math.max(longest, kept.toNanos());
            }
        }
        return longest;
    }
}
